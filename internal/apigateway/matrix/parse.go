package matrix

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// ErrFormat is the error of [Parse] for a text that [Matrix.JSON] of this release did not write.
var ErrFormat = errors.New("not the JSON of gatehouse routes")

// Parse reads what [Matrix.JSON] wrote. Unknown members and other versions are errors, since a comparison would ignore
// what they mean for access. The result does not have what [Of] returned an error for.
func Parse(text []byte) (Matrix, error) {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return Matrix{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if version.Version != jsonVersion {
		return Matrix{}, fmt.Errorf("%w: version %d, want %d: write the file again with this release",
			ErrFormat, version.Version, jsonVersion)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var in jsonMatrix
	if err := d.Decode(&in); err != nil {
		return Matrix{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	out := Matrix{Others: in.Others}
	for _, a := range in.APIs {
		api, err := a.read()
		if err != nil {
			return Matrix{}, fmt.Errorf("%w: %s/%s: %w", ErrFormat, a.Stack, a.Name, err)
		}
		out.APIs = append(out.APIs, api)
	}
	return out, nil
}

func (a jsonAPI) read() (API, error) {
	out := API{
		ID:        apimodel.ID{Stack: a.Stack, LogicalID: a.LogicalID},
		Stack:     a.Stack,
		Name:      a.Name,
		ARN:       a.ARN,
		Stages:    orNil(a.Stages),
		Endpoint:  a.Endpoint,
		KeySource: a.KeySource,
		NotKnown:  a.NotKnown,

		FunctionURLs: orNil(a.FunctionURLs),
		Invokers:     a.Invokers,
		Readable:     orNil(a.Readable),
	}
	switch {
	case a.AllowsAll:
		out.Policy = AllowsAll
	case a.ResourcePolicy:
		out.Policy = MayRefuse
	}
	if a.Policy != nil {
		out.Document = a.Policy.read()
	}
	for _, r := range a.Routes {
		verb, path, ok := strings.Cut(r.Route, " ")
		if !ok {
			return API{}, fmt.Errorf("route %q: want a verb and a path", r.Route)
		}
		for _, req := range r.Requires {
			if err := req.Check(); err != nil {
				return API{}, fmt.Errorf("route %q: %w", r.Route, err)
			}
		}
		out.Routes = append(out.Routes, Route{
			Verb: verb, Path: path, Kind: r.Authorizer.Kind, Authorizer: r.Authorizer.Name, Cache: duration(r.CacheSeconds),
			APIKey: r.APIKey, Requires: r.Requires, Who: r.WhoMayCall, TakesSession: r.TakesSession, Session: r.Session,
			From: r.From, Public: r.Public, AnsweredBy: r.AnsweredBy, Tenant: r.Tenant, Closed: r.Closed, Preflight: r.Preflight,
			Caller: variables(r.Caller),
		})
	}
	for _, x := range a.Authorizers {
		out.Authorizers = append(out.Authorizers, x.read())
	}
	for _, k := range a.Kept {
		out.Kept = append(out.Kept, Kept{k.Stage, k.Route, *duration(&k.Seconds), orNil(k.Keys)})
	}
	for _, p := range a.Principals {
		out.Principals = append(out.Principals,
			Principal{p.Name, p.ARN, p.User, p.Policy.read(), p.Managed, textOf(p.Trust), orNil(p.MayCall)})
	}
	out.Unread = variables(a.Unread)
	out.Endpoint.Types = orNil(a.Endpoint.Types)
	for _, p := range a.Plans {
		out.Plans = append(out.Plans, Plan{p.Name, p.Stages, orNil(p.Keys), orNil(p.Others)})
	}
	return out, nil
}

func (x jsonAuthorizerOf) read() Authorizer {
	out := Authorizer{
		Kind: x.Kind, Name: x.Name, Sources: orNil(x.Sources), Validation: x.Validation, Cache: duration(x.CacheSeconds),
		CacheKey: x.CacheKey, By: orNil(x.By), Audiences: x.Audiences, Included: x.Included, Code: x.Code, Apart: x.Apart,
		Handler: x.Handler, Layers: x.Layers,
	}
	out.Variables = variables(x.Environment)
	if x.JWT != nil {
		out.JWT = &apimodel.JWT{Algorithms: orNil(x.JWT.Algorithms)}
		for _, i := range x.JWT.Issuers {
			made := apimodel.JWTIssuer{URL: i.URL, Audiences: orNil(i.Audiences)}
			for _, c := range i.Claims {
				made.Claims = append(made.Claims, apimodel.JWTClaim(c))
			}
			out.JWT.Issuers = append(out.JWT.Issuers, made)
		}
	}
	return out
}

// variables reverses byName. It sorts by name.
func variables(values map[string]string) (out []Variable) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out = append(out, Variable{name, values[name]})
	}
	return out
}

func (p jsonPolicy) read() (out Document) {
	out.NotKnown = p.NotKnown
	for _, s := range p.Statements {
		var b bytes.Buffer
		if json.Compact(&b, s) == nil {
			out.Statements = append(out.Statements, b.String())
		}
	}
	return out
}

// textOf reverses rawOf.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

func duration(s *float64) *time.Duration {
	if s == nil {
		return nil
	}
	d := time.Duration(*s * float64(time.Second))
	return &d
}

// orNil returns nil for an empty list, as [Of] does.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}
