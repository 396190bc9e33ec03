package matrix

import (
	"encoding/json"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// jsonVersion changes when the meaning of a member changes or a member is removed.
const jsonVersion = 2

type jsonMatrix struct {
	Version int       `json:"version"`
	APIs    []jsonAPI `json:"apis"`

	Others []Other `json:"otherApis,omitempty"`
}

type jsonAPI struct {
	Stack          string      `json:"stack"`
	Name           string      `json:"name"`
	LogicalID      string      `json:"logicalId"`
	ARN            string      `json:"arn"` // values that the deployment creates are stand-ins
	Stages         []string    `json:"stages"`
	ResourcePolicy bool        `json:"resourcePolicy"`
	AllowsAll      bool        `json:"resourcePolicyAllowsAll"` // the policy refuses no caller
	Policy         *jsonPolicy `json:"policy,omitempty"`
	NotKnown       []string    `json:"notKnown,omitempty"`
	Routes         []jsonRoute `json:"routes"`

	Authorizers  []jsonAuthorizerOf `json:"authorizers"`
	Kept         []jsonKept         `json:"keptAnswers"`
	FunctionURLs []FunctionURL      `json:"functionUrls"`
	Invokers     []Invoker          `json:"invokers,omitempty"`
	Principals   []jsonPrincipal    `json:"principals"`
	Unread       map[string]string  `json:"comparedAsText,omitempty"` // by name
	Readable     []Readable         `json:"readableBy"`
	Plans        []Plan             `json:"usagePlans"`
	KeySource    string             `json:"apiKeySource"`
	Endpoint     Endpoint           `json:"endpoint"`
}

type jsonPolicy struct {
	Statements []json.RawMessage `json:"statements"`
	NotKnown   string            `json:"notKnown,omitempty"`
}

type jsonPrincipal struct {
	Name    string          `json:"name"`
	ARN     string          `json:"arn"`
	User    bool            `json:"user,omitempty"`
	Policy  jsonPolicy      `json:"policy"`
	Managed []string        `json:"managedPolicies,omitempty"` // that are not in the assembly
	MayCall []string        `json:"mayCall"`
	Trust   json.RawMessage `json:"trust,omitempty"` // the trust policy, or a text that yields it
}

type jsonAuthorizerOf struct {
	jsonAuthorizer
	Sources      []string          `json:"identitySources"`
	Validation   string            `json:"validation,omitempty"`
	CacheSeconds *float64          `json:"cacheSeconds,omitempty"` // absent if not known
	CacheKey     string            `json:"cacheKey,omitempty"`
	By           []string          `json:"verifiedBy"`
	Environment  map[string]string `json:"environment,omitempty"` // values in a JSON object have their path as the name
	Audiences    []string          `json:"audiences,omitempty"`   // of a Cognito authorizer
	JWT          *jsonJWT          `json:"jwt,omitempty"`
	Included     bool              `json:"included,omitempty"`
	Code         string            `json:"code,omitempty"` // for a function that is not the included one
	Handler      string            `json:"handler,omitempty"`
	Layers       []string          `json:"layers,omitempty"`
	Apart        bool              `json:"otherRoutes,omitempty"`
}

type jsonJWT struct {
	Algorithms []string     `json:"algorithms"`
	Issuers    []jsonIssuer `json:"issuers"`
}

type jsonIssuer struct {
	URL       string      `json:"url"`
	Audiences []string    `json:"audiences"`
	Claims    []jsonClaim `json:"claims,omitempty"`
}

type jsonClaim struct {
	Name     string `json:"name"`
	Value    string `json:"value,omitempty"`
	Required bool   `json:"required"`
}

type jsonKept struct {
	Stage   string   `json:"stage"`
	Route   string   `json:"route"`
	Seconds float64  `json:"seconds"`
	Keys    []string `json:"cacheKeyParameters"`
}

type jsonRoute struct {
	Route        string               `json:"route"`
	Authorizer   jsonAuthorizer       `json:"authorizer"`
	CacheSeconds *float64             `json:"cacheSeconds,omitempty"` // absent without an authorizer
	APIKey       bool                 `json:"apiKey"`
	Requires     []access.Requirement `json:"requires,omitempty"` // in the form of an access table
	WhoMayCall   string               `json:"whoMayCall"`
	From         string               `json:"from,omitempty"`    // ranges of addresses
	Session      string               `json:"session,omitempty"` // the path of the login
	Public       string               `json:"public,omitempty"`
	AnsweredBy   string               `json:"answeredBy,omitempty"` // absent for a function
	Tenant       string               `json:"tenant,omitempty"`     // absent without tenant isolation
	Caller       map[string]string    `json:"caller,omitempty"`     // what an integration sends of the caller, by place
	TakesSession bool                 `json:"takesSession,omitempty"`
	Closed       bool                 `json:"noCaller,omitempty"`  // the authorizer admits no caller
	Preflight    bool                 `json:"preflight,omitempty"` // API Gateway answers it itself
}

type jsonAuthorizer struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
}

// JSON returns the matrix as JSON, with the same content as [Matrix.Text].
func (m Matrix) JSON() []byte {
	out := jsonMatrix{Version: jsonVersion, APIs: []jsonAPI{}, Others: m.Others}
	for _, api := range m.APIs {
		a := jsonAPI{
			Stack:          api.Stack,
			Name:           api.Name,
			ResourcePolicy: api.Policy != NoPolicy,
			AllowsAll:      api.Policy == AllowsAll,
			LogicalID:      api.ID.LogicalID,
			ARN:            api.ARN,
			Stages:         notNil(api.Stages),
			Policy:         api.Document.json(),
			NotKnown:       api.NotKnown,
			Routes:         []jsonRoute{},
			Authorizers:    []jsonAuthorizerOf{},
			Kept:           []jsonKept{},
			FunctionURLs:   notNil(api.FunctionURLs),
			Invokers:       api.Invokers,
			Principals:     []jsonPrincipal{},
			Readable:       notNil(api.Readable),
			Plans:          []Plan{},
			KeySource:      api.KeySource,
			Endpoint:       api.Endpoint,
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
				Tenant:     r.Tenant,
				Session:    r.Session,
				Requires:   r.Requires,
				Caller:     byName(r.Caller),

				TakesSession: r.TakesSession, Closed: r.Closed, Preflight: r.Preflight,
			}
			route.CacheSeconds = seconds(r.Cache)
			a.Routes = append(a.Routes, route)
		}
		a.addDependencies(api)
		out.APIs = append(out.APIs, a)
	}
	return plainjson.Indent(out)
}

// addDependencies adds what access to the API's routes depends on.
func (a *jsonAPI) addDependencies(api API) {
	for _, x := range api.Authorizers {
		made := jsonAuthorizerOf{
			jsonAuthorizer: jsonAuthorizer{x.Kind, x.Name}, Sources: notNil(x.Sources), Validation: x.Validation,
			CacheSeconds: seconds(x.Cache), CacheKey: x.CacheKey, By: notNil(x.By), Environment: map[string]string{},
			Audiences: x.Audiences, JWT: jwtJSON(x.JWT), Included: x.Included, Code: x.Code, Apart: x.Apart,
			Handler: x.Handler, Layers: x.Layers,
		}
		for _, v := range x.Variables {
			made.Environment[v.Name] = v.Value
		}
		a.Authorizers = append(a.Authorizers, made)
	}
	a.Unread = byName(api.Unread)
	a.Endpoint.Types = notNil(a.Endpoint.Types)
	for _, k := range api.Kept {
		a.Kept = append(a.Kept, jsonKept{k.Stage, k.Route, k.For.Seconds(), notNil(k.Keys)})
	}
	for _, p := range api.Principals {
		policy := jsonPolicy{Statements: []json.RawMessage{}}
		if written := p.Policy.json(); written != nil {
			policy = *written
		}
		a.Principals = append(a.Principals, jsonPrincipal{p.Name, p.ARN, p.User, policy, p.Managed, notNil(p.MayCall),
			rawOf(p.Trust)})
	}
	for _, p := range api.Plans {
		a.Plans = append(a.Plans, Plan{p.Name, notNil(p.Stages), notNil(p.Keys), p.Others})
	}
}

// byName returns the values of variables by name; nil for none.
func byName(list []Variable) map[string]string {
	if list == nil {
		return nil
	}
	out := map[string]string{}
	for _, v := range list {
		out[v.Name] = v.Value
	}
	return out
}

// rawOf returns a text that is JSON unchanged, and any other text as a JSON string.
func rawOf(text string) json.RawMessage {
	switch {
	case text == "":
		return nil
	case json.Valid([]byte(text)):
		return json.RawMessage(text)
	}
	return plainjson.Must(text)
}

func seconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	s := d.Seconds()
	return &s
}

// notNil returns a list that is encoded as [] if it is empty.
func notNil[T any](list []T) []T { return append([]T{}, list...) }
