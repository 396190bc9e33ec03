// Package tryout makes requests to try an API with: for each kind of guard a route that lets the request through, and
// the same route without what it asks for, each with the status that it is answered by.
//
// It makes no requests by itself and asks no function. So what a function answers it does not know, where that depends on
// the request; and it has nothing for routes that a function of the app's own guards, as nobody else knows what that wants.
package tryout

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// Example is a request, and what comes of it.
type Example struct {
	Status int    // what it is answered by; 0 where that is for the function to say
	Why    string // in words, such as "GET /orders with a token that has any scope of orders:read"

	Verb    string
	URL     string
	Headers []string // such as "Authorization: Bearer ..."
	Body    string   // of JSON unless a header says otherwise; "" for none

	Limited bool // the resource policy does not let it through
	keyless bool // there is no API key that it could bring

	// Key signs the request with Signature Version 4 for Region; nil for no signature.
	Key    *checks.AccessKey
	Region string
}

// Curl is the request as a line for a POSIX shell.
func (e Example) Curl() string {
	words := []string{"curl", "-i"}
	if strings.ContainsAny(e.URL, "[]{}") {
		words = append(words, "-g") // these are not for curl to expand
	}
	switch e.Verb {
	case http.MethodGet:
	case http.MethodHead:
		words = append(words, "-I") // with -X it waits for a body
	default:
		words = append(words, "-X", e.Verb)
	}
	headers := e.Headers
	if e.Key != nil {
		words = append(words, "--aws-sigv4", Quote("aws:amz:"+e.Region+":execute-api"), "--user", Quote(e.Key.ID+":"+e.Key.Secret))
		if e.Key.SessionToken != "" {
			headers = append(slices.Clone(headers), SecurityToken+": "+e.Key.SessionToken)
		}
	}
	if e.Body != "" && !slices.ContainsFunc(headers, isContentType) {
		headers = append(slices.Clone(headers), "Content-Type: application/json")
	}
	for _, h := range headers {
		words = append(words, "-H", Quote(h))
	}
	if e.Body != "" {
		data := "-d"
		if strings.HasPrefix(e.Body, "@") {
			data = "--data-raw" // not the name of a file
		}
		words = append(words, data, Quote(e.Body))
	}
	return strings.Join(append(words, Quote(e.URL)), " ")
}

// SecurityToken is the header of temporary credentials. curl signs it with the others.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const SecurityToken = "X-Amz-Security-Token"

func isContentType(header string) bool {
	return strings.HasPrefix(strings.ToLower(header), "content-type:")
}

// Quote is a word for a POSIX shell.
func Quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:@%+=,"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Options say what to try.
type Options struct {
	URL    string // where the API is served, such as "http://127.0.0.1:3000"
	Model  *apimodel.Model
	Matrix matrix.Matrix // of the APIs that are served

	Tokens *devissuer.Provider
	Keys   []checks.AccessKey // that requests may be signed with; the first one may call everything

	// NotServed tells of a route whether it is answered by 501 for another reason than the model's. Default: none is.
	NotServed func(api apimodel.ID, stage, verb, path string) bool

	// Mount is the first path segment that a stage is served under. If nil, it is the stage's name.
	Mount func(api apimodel.ID, stage string) string

	// Policy tells what the resource policy says of a request: that it allows it, or denies it, or neither. Default: it
	// allows all.
	Policy func(stage, verb, path string) (allows, denies bool)

	// Issuer and Audience are whose tokens to use where there is a choice. Default: the first ones.
	Issuer, Audience string
}

// Make makes the examples. The notes say for which routes there is none, and why.
func Make(o Options) (examples []Example, notes []string) {
	for _, api := range o.Matrix.APIs {
		for _, found := range o.Model.APIs {
			if found.ID != api.ID || len(found.Stages) == 0 {
				continue
			}
			responses, _ := mapping.NewResponses(found.GatewayResponses)
			m := &maker{Options: o, api: found, stage: found.Stages[0], responses: responses}
			m.mount = m.stage.Name
			if o.Mount != nil {
				m.mount = o.Mount(found.ID, m.stage.Name)
			}
			m.make(api)
			examples, notes = append(examples, m.examples...), append(notes, m.notes...)
		}
	}
	return examples, notes
}

// maker makes the examples of one stage of an API.
type maker struct {
	Options
	api      *apimodel.API
	stage    *apimodel.Stage
	mount    string // the first segment of its paths
	examples []Example
	notes    []string

	responses *mapping.Responses
}

// target is a route with its method.
type target struct {
	matrix.Route
	method *apimodel.Method
}

func (m *maker) make(api matrix.API) {
	for _, kind := range []string{matrix.None, matrix.Token, matrix.Request, matrix.Cognito, matrix.IAM} {
		t, ok := m.choose(api, kind)
		if !ok {
			continue
		}
		switch kind {
		case matrix.None:
			m.add(t, 200, "is public")
		case matrix.IAM:
			m.iam(t)
		default:
			m.token(t)
		}
	}
}

// choose takes the route of a kind that shows the most: one that can be called as it is, and that asks for something.
func (m *maker) choose(api matrix.API, kind string) (best target, found bool) {
	highest := 0
	for _, r := range api.Routes {
		i := slices.IndexFunc(m.api.Methods, func(method *apimodel.Method) bool { return method.Verb == r.Verb && method.Path == r.Path })
		if r.Kind != kind || r.Verb == http.MethodOptions || i < 0 || len(m.Model.Blocking(m.api, m.stage, m.api.Methods[i])) > 0 {
			continue
		}
		if m.NotServed != nil && m.NotServed(m.api.ID, m.mount, r.Verb, r.Path) {
			continue
		}
		score := 1
		if r.Verb == http.MethodGet {
			score += 4
		} else if r.Verb == "ANY" {
			score += 3
		}
		if !strings.Contains(r.Path, "{") {
			score += 8
		}
		if len(r.Requires) > 0 {
			score += 2
		}
		if score > highest {
			highest, best, found = score, target{r, m.api.Methods[i]}, true
		}
	}
	return best, found
}

// add adds a request without credentials, for the caller to complete. A status of 200 holds where the request says all
// that a function may ask for: without a body and without parts of the path that are made up.
func (m *maker) add(t target, status int, why string, headers ...string) *Example {
	e := Example{Status: status, Why: t.String() + " " + why, Verb: t.Verb, URL: m.url(t.Path), Headers: headers}
	if e.Verb == "ANY" {
		e.Verb = http.MethodGet
	}
	switch e.Verb {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		e.Body = body(m.api, t.method)
	}
	m.parameters(t, &e)
	if status == 200 && (e.Verb != http.MethodGet || validated(t.method) || e.URL != m.url(t.Path) || len(e.Headers) > len(headers) || strings.Contains(t.Path, "{")) {
		e.Status = 0
	}
	if t.APIKey {
		if key := APIKey(m.Model, m.api, m.stage.Name); key != "" {
			e.Headers = append(e.Headers, "X-API-Key: "+key)
		} else if status == 200 {
			e.Status, e.keyless = 403, true
			e.Why += ", but wants an API key, and no enabled one is in a usage plan of the stage"
		}
	}
	m.limit(t, &e)
	e.Status = m.answered(t, &e)
	m.examples = append(m.examples, e)
	return &m.examples[len(m.examples)-1]
}

func (m *maker) url(path string) string { return m.URL + "/" + m.mount + concrete(path) }

// concrete is a path with values for its parameters.
func concrete(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

// APIKey is a key that a stage of an API takes; "" if there is none.
func APIKey(m *apimodel.Model, api *apimodel.API, stage string) string {
	for _, plan := range m.UsagePlans {
		if !slices.ContainsFunc(plan.Stages, func(s apimodel.PlanStage) bool { return s.API == api && s.Stage == stage }) {
			continue
		}
		for _, k := range plan.Keys {
			if k.Enabled && k.Value != "" {
				return k.Value
			}
		}
	}
	return ""
}

func (m *maker) note(t target, format string, a ...any) {
	m.notes = append(m.notes, t.String()+": "+fmt.Sprintf(format, a...))
}
