// Package tryout makes example requests for the APIs of a gateway: for each kind of guard, a request that a route
// admits, and the same request without what the route requires, each with the status of its answer.
//
// The statuses come from dry runs, which invoke authorizers and no other function. There are no examples for routes
// behind an app's own authorizer function, since only that function knows what it accepts.
package tryout

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Example is a request with the status of its answer.
type Example struct {
	Status int    // the answer's status; 0 if the function or another integration decides it
	Called string // what decides the status: "function" or, for HTTP and AWS services, "integration"
	Why    string // describes it, such as "GET /orders with a token that has scope orders:read"

	Verb    string
	URL     string
	Headers []string // such as "Authorization: Bearer ..."
	Cookies string   // such as "__Host-session=..."; "" for none
	Body    string   // JSON unless a header says otherwise; "" for none

	Limited bool   // the resource policy denies the request
	Through string // for a private API, a VPC endpoint or a VPC that its policy allows; "" if it names none

	// Proof makes the value of the DPoP header, which is another one in each request; nil for none. ProofURL is where curl
	// gets it.
	Proof    func() (string, error)
	ProofURL string

	// Key signs the request with Signature Version 4 for Region; nil for no signature.
	Key    *checks.AccessKey
	Region string

	allowed  bool // the request has everything that the route requires of a caller
	complete bool // no part is made up, so a function answers 200
	keyless  bool // the route requires an API key, and the template has no usable key
}

// Options configures the examples.
type Options struct {
	Gateway *apigateway.Gateway
	URL     string        // the gateway's address, such as "http://127.0.0.1:3000"
	Matrix  matrix.Matrix // the matrix of the served APIs
	Now     func() time.Time

	// Issuer and Audience select the tokens if there are several. Default: the first ones.
	Issuer, Audience string
}

// Make makes the examples. The notes name the routes without an example, and the reasons. If ctx ends, examples whose
// status is not known yet are left to the functions.
func Make(ctx context.Context, o Options) (examples []Example, notes []string) {
	served := map[string]bool{}
	for _, r := range o.Gateway.Routes() {
		served[r.Stage+" "+r.Method.Verb+" "+r.Method.Path] = r.Why == "" && r.Refused == ""
	}
	model, keys := o.Gateway.Model(), o.Gateway.AccessKeys()
	for _, api := range o.Matrix.APIs {
		for _, found := range model.APIs {
			if found.ID != api.ID || len(found.Stages) == 0 {
				continue
			}
			m := &maker{Options: o, model: model, keys: keys, served: served, api: found, stage: found.Stages[0].Name}
			m.mount = o.Gateway.Mount(found.ID, m.stage)
			m.base = m.appBase()
			m.make(ctx, api)
			for i := range m.examples {
				m.try(ctx, &m.examples[i])
			}
			examples, notes = append(examples, m.examples...), append(notes, m.notes...)
		}
	}
	return examples, notes
}

// maker makes the examples of one stage of an API.
type maker struct {
	Options
	model    *apimodel.Model
	keys     []checks.AccessKey // the first key may call everything
	served   map[string]bool    // by "prod GET /orders", which begins with the first segment of the path
	api      *apimodel.API
	stage    string
	mount    string // the first segment of its paths
	base     string // the URL before the API's paths in a browser, for requests with a session
	examples []Example
	notes    []string
}

// target is a route with its method.
type target struct {
	matrix.Route
	method *apimodel.Method
}

func (m *maker) make(ctx context.Context, api matrix.API) {
	token := func(r matrix.Route) bool { return !r.TakesSession }
	session := func(r matrix.Route) bool { return r.TakesSession }
	open := func(r matrix.Route) bool { return !r.APIKey && !r.TakesSession }
	keyed := func(r matrix.Route) bool { return r.APIKey && !r.TakesSession }
	for _, guard := range []struct {
		kind string
		has  func(matrix.Route) bool
	}{
		{matrix.None, open}, {matrix.None, keyed}, {matrix.Token, token}, {matrix.Request, token}, {matrix.Request, session},
		{matrix.Cognito, token}, {matrix.JWT, token}, {matrix.IAM, token},
	} {
		t, ok := m.choose(api, guard.kind, guard.has)
		if !ok {
			continue
		}
		switch guard.kind {
		case matrix.None:
			m.public(t)
		case matrix.IAM:
			m.iam(t)
		default:
			m.guarded(ctx, t)
			owned := func(r matrix.Route) bool { return guard.has(r) && comparesPath(r) }
			if other, ok := m.choose(api, guard.kind, owned); ok && !comparesPath(t.Route) {
				m.owner(ctx, other)
			}
			withKey := func(r matrix.Route) bool { return guard.has(r) && r.APIKey }
			if other, ok := m.choose(api, guard.kind, withKey); ok && !t.APIKey {
				m.keyed(ctx, other)
			}
		}
		if t.TakesSession {
			m.crossSite(ctx, api)
		}
	}
}

// public adds a request to a route without a guard, and the same without the API key that it needs.
func (m *maker) public(t target) {
	if !t.APIKey {
		m.add(t, "is public").allowed = true
		return
	}
	e := m.add(t, "is public with a key")
	e.allowed = true
	m.withoutKey(t, e)
}

// withoutKey adds the same request without the API key that it needs.
func (m *maker) withoutKey(t target, e *Example) {
	if e.keyless {
		return
	}
	without := *e
	without.Why, without.allowed = t.String()+" without its key", false
	isKey := func(h string) bool { return strings.HasPrefix(h, keyHeader) }
	without.Headers = slices.DeleteFunc(slices.Clone(e.Headers), isKey)
	m.examples = append(m.examples, without)
}

// comparesPath reports whether a route compares a parameter of its path with a claim of the caller.
func comparesPath(r matrix.Route) bool {
	for _, req := range r.Requires {
		for range req.Paths {
			return true
		}
	}
	return false
}

// choose returns the route of a kind, with a property, that shows the most: one that can be called unchanged and that
// requires something.
func (m *maker) choose(api matrix.API, kind string, has func(matrix.Route) bool) (best target, found bool) {
	highest := 0
	for _, r := range api.Routes {
		i := slices.IndexFunc(m.api.Methods, func(method *apimodel.Method) bool {
			return method.Verb == r.Verb && method.Path == r.Path
		})
		if r.Kind != kind || !has(r) || r.Verb == http.MethodOptions || i < 0 || !m.served[m.mount+" "+r.Verb+" "+r.Path] {
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

// add adds a request without credentials, which its caller completes.
func (m *maker) add(t target, why string) *Example {
	base := m.URL + "/" + m.mount
	if t.TakesSession {
		base = m.base
	}
	e := Example{Why: t.String() + " " + why, Verb: t.Verb, URL: base + fillParameters(t.Path)}
	if e.Verb == "ANY" {
		e.Verb = http.MethodGet
	}
	if usuallyHasBody(e.Verb) {
		e.Body = body(m.api, t.method)
	}
	plain := e.URL
	m.parameters(t, &e)
	e.Called = "integration"
	if t.method.Integration.Type == apimodel.IntegrationProxy || t.method.Integration.Function != nil {
		e.Called = "function"
	}
	e.complete = t.method.Integration.Type == apimodel.IntegrationProxy && e.Verb == http.MethodGet &&
		!validatesBody(t.method) &&
		!strings.Contains(t.Path, "{") && e.URL == plain &&
		len(e.Headers) == 0
	if t.APIKey {
		key := APIKey(m.model, m.api, m.stage)
		if e.keyless = key == ""; !e.keyless {
			e.Headers = append(e.Headers, keyHeader+key)
		}
	}
	m.examples = append(m.examples, e)
	return &m.examples[len(m.examples)-1]
}

// try sets the status of an example.
func (m *maker) try(ctx context.Context, e *Example) {
	r, err := e.request(m.Now())
	if err != nil {
		return // the status is not known
	}
	outcome := m.Gateway.DryRun(ctx, r)
	if ctx.Err() != nil {
		return
	}
	e.Status = outcome.Status
	if e.Status == 0 && e.complete {
		e.Status = http.StatusOK
	}
	switch {
	case outcome.Check == "":
	case outcome.Check == "resource policy":
		e.Limited, e.Through = true, allowedVPC(m.api)
		e.Why += ", but the resource policy does not allow this machine"
	case outcome.Check == "API key" && e.keyless:
		e.Why += ", but the route requires an API key, and no usage plan of the stage has an enabled one"
	case e.allowed:
		e.Why += ", but " + strings.ReplaceAll(outcome.Reason, "\n", "; ")
	}
}

// keyHeader begins the header with an API key.
const keyHeader = "X-API-Key: "

// parameterValue is the value of every path parameter.
const parameterValue = "1"

// fillParameters returns a path with values for its parameters.
func fillParameters(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = parameterValue
		}
	}
	return strings.Join(parts, "/")
}

// APIKey returns a key that a stage of an API accepts; "" if there is no such key.
func APIKey(m *apimodel.Model, api *apimodel.API, stage string) string {
	for _, plan := range m.UsagePlans {
		covers := func(s apimodel.PlanStage) bool { return s.API == api && s.Stage == stage }
		if !slices.ContainsFunc(plan.Stages, covers) {
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
