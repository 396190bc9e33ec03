package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/openapi"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// apis lists the served APIs, and what the form offers to call them with.
type apis struct {
	Version int      `json:"version"` // changes with each assembly
	URL     string   `json:"url"`
	APIs    []api    `json:"apis"`
	Issuers []issuer `json:"issuers"`
	Keys    []key    `json:"keys"`

	Problems []string `json:"problems,omitempty"` // differences from AWS
	Unknown  string   `json:"unknown,omitempty"`  // what is not known about access
}

type api struct {
	Name           string   `json:"name"`
	ResourcePolicy bool     `json:"resourcePolicy"`
	Stages         []string `json:"stages"`
	App            string   `json:"app,omitempty"` // the URL in a browser, for an API with a login
	Routes         []route  `json:"routes"`
}

type route struct {
	Verb         string               `json:"verb"`
	Path         string               `json:"path"`
	Kind         string               `json:"kind"` // the kind of guard, as in package matrix
	Authorizer   string               `json:"authorizer,omitempty"`
	CacheSeconds *float64             `json:"cacheSeconds,omitempty"`
	APIKey       bool                 `json:"apiKey"`
	Who          string               `json:"who"`
	From         string               `json:"from,omitempty"` // ranges of addresses that may call it
	Public       string               `json:"public,omitempty"`
	Session      bool                 `json:"session,omitempty"` // it accepts the session of a login, and no token
	Requires     []access.Requirement `json:"requires,omitempty"`
	Caller       *persona             `json:"caller,omitempty"`    // one who meets the requirements
	NotServed    string               `json:"notServed,omitempty"` // why it is answered with 501
	Bodies       []body               `json:"bodies,omitempty"`    // accepted by the route's model, if it has one

	Issuers []int         `json:"issuers,omitempty"` // indices of the issuers whose tokens its authorizer accepts
	Use     devissuer.Use `json:"use,omitempty"`     // the use of these tokens
}

// body is an example of a body.
type body struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type issuer struct {
	URL       string        `json:"url"`
	Audiences []string      `json:"audiences"`
	Use       devissuer.Use `json:"use,omitempty"`
	Scopes    []string      `json:"scopes,omitempty"`
	Groups    []string      `json:"groups,omitempty"`

	Personas []persona `json:"personas,omitempty"` // the personas of its sign-in page
}

// persona is a caller to call routes as.
type persona struct {
	Name    string         `json:"name"`
	Subject string         `json:"subject"`
	Scopes  []string       `json:"scopes,omitempty"`
	Groups  []string       `json:"groups,omitempty"`
	Roles   []string       `json:"roles,omitempty"`
	Claims  map[string]any `json:"claims,omitempty"`
}

type key struct {
	ID  string `json:"id"`
	Who string `json:"who"`
}

// view holds what was read from one reading of an assembly.
type view struct {
	model   *apimodel.Model
	apis    apis
	issuer  *devissuer.Provider // nil without one
	routes  []apigateway.Route
	keys    []checks.AccessKey
	sources []string // the names of identity sources in headers and queries

	models map[string]openapi.API // by API name
}

// current returns the view of the assembly that is served now.
func (c *Console) current() *view {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.options.Gateway
	model := g.Model()
	if c.view != nil && c.view.model == model {
		return c.view
	}
	v := &view{
		model: model, issuer: g.Issuer(), routes: g.Routes(), keys: g.AccessKeys(),
		models: map[string]openapi.API{},
	}
	v.apis = apis{
		Version: 1, URL: c.options.URL, APIs: []api{}, Issuers: []issuer{}, Keys: []key{}, Problems: g.Problems(),
	}
	if c.view != nil {
		v.apis.Version = c.view.apis.Version + 1
	}
	if v.issuer != nil {
		for _, i := range v.issuer.Issuers() {
			made := issuer{URL: i.URL, Audiences: i.Audiences, Use: i.Use, Scopes: i.Scopes, Groups: i.Groups}
			for _, p := range g.Personas(i.URL) {
				made.Personas = append(made.Personas, persona{p.Name, p.Subject, p.Scopes, p.Groups, p.Roles, p.Claims})
			}
			v.apis.Issuers = append(v.apis.Issuers, made)
		}
	}
	for _, k := range v.keys {
		who := tryout.Owner(k)
		if k.SessionToken != "" {
			who += ", temporary credentials"
		}
		v.apis.Keys = append(v.apis.Keys, key{ID: k.ID, Who: who})
	}
	v.readAPIs()
	v.readApps(g.Apps(), c.options.AppOrigin)
	v.readSources()
	c.view = v
	return v
}

// readAPIs lists the APIs that have a stage here. The matrix shows who may call, and the gateway what is served.
func (v *view) readAPIs() {
	m, unknown := matrix.Of(v.model, "")
	if unknown != nil {
		v.apis.Unknown = unknown.Error()
	}
	for _, found := range m.APIs {
		made := api{Name: found.String(), ResourcePolicy: found.Policy != matrix.NoPolicy}
		for _, r := range v.routes {
			if r.API.ID == found.ID && !slices.Contains(made.Stages, r.Stage) {
				made.Stages = append(made.Stages, r.Stage)
			}
		}
		if made.Stages == nil {
			continue
		}
		for _, r := range found.Routes {
			served, ok := v.route(made.Stages[0], r.Verb, r.Path)
			if ok {
				made.Routes = append(made.Routes, v.readRoute(r, served))
			}
		}
		v.apis.APIs = append(v.apis.APIs, made)
		if i := slices.IndexFunc(v.model.APIs, func(a *apimodel.API) bool { return a.ID == found.ID }); i >= 0 {
			v.models[made.Name] = openapi.API{Model: v.model.APIs[i], Matrix: found}
		}
	}
}

// readApps sets the addresses of the apps of APIs with a login.
func (v *view) readApps(apps []apigateway.App, origin string) {
	for _, app := range apps {
		for i, a := range v.apis.APIs {
			if slices.Contains(a.Stages, app.Stage) {
				v.apis.APIs[i].App = app.URL(origin) + "/"
			}
		}
	}
}

// route returns a served route.
func (v *view) route(stage, verb, path string) (apigateway.Route, bool) {
	i := slices.IndexFunc(v.routes, func(r apigateway.Route) bool {
		return r.Stage == stage && r.Method.Verb == verb && r.Method.Path == path
	})
	if i < 0 {
		return apigateway.Route{}, false
	}
	return v.routes[i], true
}

func (v *view) readRoute(r matrix.Route, served apigateway.Route) route {
	out := route{
		Verb: r.Verb, Path: r.Path, Kind: r.Kind, Authorizer: r.Authorizer, APIKey: r.APIKey, Who: r.Who, Public: r.Public,
		From:      r.From,
		NotServed: strings.TrimPrefix(served.Why, served.Method.ID.String()+": "), // the row names the method
		Session:   r.TakesSession,
	}
	for _, example := range openapi.Bodies(served.API, served.Method) {
		out.Bodies = append(out.Bodies, body{example.Summary, example.Text})
	}
	if r.Cache != nil {
		seconds := r.Cache.Seconds()
		out.CacheSeconds = &seconds
	}
	if out.Requires = r.Requires; len(r.Requires) > 0 {
		var token devissuer.TokenRequest
		tryout.Grant(&token, r.Requires)
		out.Caller = &persona{Scopes: token.Scopes, Groups: token.Groups, Roles: token.Roles, Claims: token.Claims}
	}
	a := served.Method.Authorizer
	if a == nil || v.issuer == nil {
		return out
	}
	for n, i := range v.issuer.Issuers() {
		if slices.Contains(i.TakenBy, a.ID.String()) {
			out.Issuers = append(out.Issuers, n)
		}
	}
	if r.Kind == matrix.Cognito {
		out.Use = devissuer.ID
		if len(served.Method.Scopes) > 0 {
			out.Use = devissuer.Access
		}
	}
	return out
}

// readSources finds the names in requests that identify callers. Some of these names do not show that, such as the
// header X-Shop.
func (v *view) readSources() {
	add := func(name string) {
		if !slices.Contains(v.sources, name) {
			v.sources = append(v.sources, name)
		}
	}
	for _, r := range v.routes {
		a := r.Method.Authorizer
		if a == nil {
			continue
		}
		for _, s := range a.IdentitySources {
			if s.In == "header" || s.In == "querystring" {
				add(s.Name)
			}
		}
		add(matrix.TokenSource(a).Name)
		if a.Function == nil {
			continue
		}
		config, err := authz.FromEnvironment(func(name string) string { return a.Function.Environment[name] })
		if err != nil {
			continue // not the included function
		}
		for _, s := range config.TokenSources {
			add(s.Name)
		}
	}
}

// label names a route in an error.
func label(stage, verb, path string) string {
	return fmt.Sprintf("%s %s of the stage %s", verb, path, stage)
}
