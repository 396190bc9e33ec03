package matrix

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// jsonVersion changes when what a member means does, or when one goes away.
const jsonVersion = 1

type jsonMatrix struct {
	Version int       `json:"version"`
	APIs    []jsonAPI `json:"apis"`
}

type jsonAPI struct {
	Stack          string      `json:"stack"`
	Name           string      `json:"name"`
	ResourcePolicy bool        `json:"resourcePolicy"`
	AllowsAll      bool        `json:"resourcePolicyAllowsAll"` // it keeps no caller out
	Routes         []jsonRoute `json:"routes"`

	Authorizers  []jsonAuthorizerOf `json:"authorizers"`
	Kept         []jsonKept         `json:"keptAnswers"`
	FunctionURLs []jsonFunctionURL  `json:"functionUrls"`
}

type jsonAuthorizerOf struct {
	jsonAuthorizer
	Sources      []string          `json:"identitySources"`
	Validation   string            `json:"validation,omitempty"`
	CacheSeconds *float64          `json:"cacheSeconds,omitempty"` // without it that is not known
	CacheKey     string            `json:"cacheKey,omitempty"`
	By           []string          `json:"verifiedBy"`
	Environment  map[string]string `json:"environment,omitempty"` // values in a JSON object by their path in it
}

type jsonKept struct {
	Stage   string   `json:"stage"`
	Route   string   `json:"route"`
	Seconds float64  `json:"seconds"`
	Keys    []string `json:"cacheKeyParameters"`
}

type jsonFunctionURL struct {
	Function string   `json:"function"`
	AuthType string   `json:"authType,omitempty"` // without it that is not known
	Routes   []string `json:"routes"`
}

type jsonRoute struct {
	Route        string               `json:"route"`
	Authorizer   jsonAuthorizer       `json:"authorizer"`
	CacheSeconds *float64             `json:"cacheSeconds,omitempty"` // absent without an authorizer
	APIKey       bool                 `json:"apiKey"`
	Requires     []access.Requirement `json:"requires,omitempty"` // as in an access table
	WhoMayCall   string               `json:"whoMayCall"`
	From         string               `json:"from,omitempty"`    // ranges of addresses
	Session      string               `json:"session,omitempty"` // the path of the login
	Public       string               `json:"public,omitempty"`
	AnsweredBy   string               `json:"answeredBy,omitempty"` // absent for a function
}

type jsonAuthorizer struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

// JSON is the matrix as JSON, with the same content as [Matrix.Text].
func (m Matrix) JSON() []byte {
	out := jsonMatrix{Version: jsonVersion, APIs: []jsonAPI{}}
	for _, api := range m.APIs {
		a := jsonAPI{
			Stack:          api.Stack,
			Name:           api.Name,
			ResourcePolicy: api.Policy != NoPolicy,
			AllowsAll:      api.Policy == AllowsAll,
			Routes:         []jsonRoute{},
			Authorizers:    []jsonAuthorizerOf{},
			Kept:           []jsonKept{},
			FunctionURLs:   []jsonFunctionURL{},
		}
		for _, r := range api.Routes {
			route := jsonRoute{
				Route:      r.String(),
				Authorizer: jsonAuthorizer{r.Kind, r.Authorizer},
				APIKey:     r.APIKey,
				WhoMayCall: r.Who,
				From:       r.From,
				Public:     r.Public,
				AnsweredBy: r.AnsweredBy,
				Session:    r.Session,
				Requires:   r.Requires,
			}
			route.CacheSeconds = seconds(r.Cache)
			a.Routes = append(a.Routes, route)
		}
		a.around(api)
		out.APIs = append(out.APIs, a)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		panic(err) // strings, numbers and booleans always encode
	}
	return b.Bytes()
}

// around adds what access to the API's routes depends on.
func (a *jsonAPI) around(api API) {
	for _, x := range api.Authorizers {
		made := jsonAuthorizerOf{
			jsonAuthorizer: jsonAuthorizer{x.Kind, x.Name}, Sources: list(x.Sources), Validation: x.Validation,
			CacheSeconds: seconds(x.Cache), CacheKey: x.CacheKey, By: list(x.By), Environment: map[string]string{},
		}
		for _, v := range x.Variables {
			made.Environment[v.Name] = v.Value
		}
		a.Authorizers = append(a.Authorizers, made)
	}
	for _, k := range api.Kept {
		a.Kept = append(a.Kept, jsonKept{k.Stage, k.Route, k.For.Seconds(), list(k.Keys)})
	}
	for _, u := range api.FunctionURLs {
		a.FunctionURLs = append(a.FunctionURLs, jsonFunctionURL(u))
	}
}

func seconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	s := d.Seconds()
	return &s
}

// list is a list that is written as [] where it has nothing.
func list(texts []string) []string { return append([]string{}, texts...) }
