package lambdahttp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/internal/routermark"
)

// Mux serves a request with the handler of the route that API Gateway authorized. It takes the route from the event's
// resource and method, and does not match the path again:
//
//	mux := lambdahttp.NewMux()
//	mux.HandleFunc("GET /orders/{id}", get)
//	mux.HandleFunc("ANY /files/{proxy+}", files)
//	lambdahttp.Start(mux)
//
// Patterns are those of the API's access table: a verb or ANY, and the path as API Gateway writes it, with the same
// parameter names. If no pattern matches, the Mux answers 404 with {"message":"Not Found"} or calls the handler of
// [Mux.NotFound], and logs the missing pattern.
//
// A handler finds the route in r.Pattern and the parameters with r.PathValue, decoded once as http.ServeMux decodes
// them: for "/orders/a%2Fb" the value of id is "a/b". The path in r.URL is as sent, including trailing and double
// slashes. r.URL.EscapedPath returns the undecoded values.
//
// Methods follow API Gateway: GET does not include HEAD, and a pattern with the request's verb takes precedence over
// ANY. API Gateway answers CORS preflight requests. A Mux sees OPTIONS only if the table has OPTIONS or ANY.
//
// # Nested routers
//
// A handler may be a router, typically for a greedy resource. It sees the whole path, and everything that it serves has
// the requirement of the pattern under which it is registered. Register handlers of routes with other requirements with
// the Mux instead. The Mux wraps an http.ServeMux that is registered for several resources in [Strict], because it
// could take a request of one resource for a request of another. Wrap other routers yourself.
//
// # Outside Lambda
//
// Without an event, as in a test with httptest, a Mux matches the undecoded path against its patterns in API Gateway's
// order. After [Start] it does not: a request without an event then gets a 404.
//
// Add middleware with [Mux.Use]. Middleware around the Mux hides it from Start, which then applies Strict. The
// exception is middleware with a method Unwrap() http.Handler, such as that of package cors.
type Mux struct {
	mark     string                            // for the executable: see package routermark
	handlers map[string]*registered            // by pattern
	routers  map[*http.ServeMux][]*registered  // the routers among the handlers
	parts    map[string]string                 // the variable part at each place: "{id}" at "/orders"
	patterns []route.Pattern                   // in the order of registration
	use      []func(http.Handler) http.Handler // the outermost first
	unknown  http.Handler                      // set by NotFound; nil for the plain answer
	started  bool                              // whether Start was called, so that requests without an event are refused

	served sync.Once    // the first request initializes what follows
	chain  http.Handler // the middleware around the handlers
	table  *route.Table // the patterns, for requests without an event
}

// registered is a pattern with its handler.
type registered struct {
	pattern  string
	resource string
	names    []string
	handler  http.Handler
}

// NewMux returns a Mux without patterns.
func NewMux() *Mux {
	return &Mux{
		mark:     routermark.ByResource(),
		handlers: map[string]*registered{},
		routers:  map[*http.ServeMux][]*registered{},
		parts:    map[string]string{},
	}
}

// HandleFunc calls [Mux.Handle] with a function.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	if h == nil {
		panic(fmt.Errorf("lambdahttp: pattern %q: the handler is nil", pattern))
	}
	m.Handle(pattern, http.HandlerFunc(h))
}

// Handle registers the handler of a route: "GET /orders/{id}", "ANY /files/{proxy+}". It panics if the pattern is not
// valid in API Gateway, is already registered, or differs from a neighbouring pattern in its variable part ("/{id}" and
// "/{proxy+}"), or if the Mux has already served a request.
func (m *Mux) Handle(pattern string, h http.Handler) {
	p, err := route.Parse(pattern)
	switch {
	case m.handlers == nil:
		panic(fmt.Errorf("lambdahttp: pattern %q: the Mux was not made by NewMux", pattern))
	case err != nil:
		panic(fmt.Errorf("lambdahttp: %w", err))
	case h == nil:
		panic(fmt.Errorf("lambdahttp: pattern %q: the handler is nil", pattern))
	case m.handlers[pattern] != nil:
		panic(fmt.Errorf("lambdahttp: pattern %q is registered already: one route has one handler", pattern))
	case m.chain != nil:
		panic(fmt.Errorf("lambdahttp: pattern %q: the Mux has begun to serve: register all patterns before", pattern))
	}
	added := &registered{pattern: pattern, resource: p.Path(), handler: h}
	place := ""
	for _, s := range p.Segments {
		if s.Kind != route.Literal {
			if other, ok := m.parts[place]; ok && other != s.String() {
				panic(fmt.Errorf("lambdahttp: pattern %q has %s where another pattern has %s: "+
					"API Gateway takes one variable part at one place, so write both the same way", pattern, s, other))
			}
			m.parts[place] = s.String()
			added.names = append(added.names, s.Text)
		}
		place += "/" + s.String()
	}
	m.handlers[pattern] = added
	m.patterns = append(m.patterns, p)
	if router, ok := h.(*http.ServeMux); ok {
		m.routers[router] = append(m.routers[router], added)
		all := m.routers[router]
		if slices.ContainsFunc(all, func(r *registered) bool { return r.resource != all[0].resource }) {
			for _, r := range all {
				r.handler = Strict(router)
			}
		}
	}
}

// Use adds middleware around everything that the Mux answers, including its 404. The first middleware is the outermost.
// Middleware sees r.Pattern and the parameters. Use panics if the Mux has already served a request.
func (m *Mux) Use(middleware ...func(http.Handler) http.Handler) {
	if m.chain != nil {
		panic(fmt.Errorf("lambdahttp: Use after the Mux has begun to serve: add all middleware before"))
	}
	m.use = append(m.use, middleware...)
}

// NotFound makes h answer requests that match no pattern, instead of {"message":"Not Found"}.
func (m *Mux) NotFound(h http.Handler) { m.unknown = h }

// found is what ServeHTTP passes to the end of the middleware.
type found struct {
	handler http.Handler // nil if no pattern matches
	reason  string
}

type foundKey struct{ of *Mux }

// ServeHTTP serves the request with the handler of its route.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.served.Do(m.begin)
	target, f := m.find(r)
	r = r.WithContext(context.WithValue(r.Context(), foundKey{m}, f))
	if target != nil {
		r.Pattern = target.pattern
	}
	m.chain.ServeHTTP(w, r)
}

// begin builds the chain of middleware and the table of patterns.
func (m *Mux) begin() {
	table, err := route.NewTable(m.patterns)
	if err != nil {
		panic(fmt.Errorf("lambdahttp: %w", err)) // Handle has refused every possible error
	}
	m.table = table
	h := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := r.Context().Value(foundKey{m}).(found)
		if !ok {
			f.reason = "middleware has replaced the request's context, and the route was in it"
		}
		switch {
		case f.handler != nil:
			f.handler.ServeHTTP(w, r)
		case m.unknown != nil:
			logNotFound(r, f.reason)
			m.unknown.ServeHTTP(w, r)
		default:
			notFound(w, r, f.reason)
		}
	}))
	for _, wrap := range slices.Backward(m.use) {
		h = wrap(h)
	}
	m.chain = h
}

// find returns the handler of a request's route, and sets the parameters in the request.
func (m *Mux) find(r *http.Request) (*registered, found) {
	a, event := authorizedRoute(r.Context())
	if !event {
		return m.match(r)
	}
	target := m.handlers[a.verb+" "+a.resource]
	if target == nil {
		target = m.handlers[route.Any+" "+a.resource]
	}
	if target == nil {
		return nil, found{reason: m.missing(a)}
	}
	setValues(r, target.names, a.params)
	return target, found{handler: target.handler}
}

// match finds the route by the path if there is no event.
func (m *Mux) match(r *http.Request) (*registered, found) {
	if m.started {
		return nil, found{reason: "the request has no event, and so no authorized route"}
	}
	i, params, ok := m.table.Match(r.Method, r.URL.EscapedPath())
	if !ok {
		return nil, found{reason: "no pattern matches the path"}
	}
	target := m.handlers[m.patterns[i].String()]
	setValues(r, target.names, params)
	return target, found{handler: target.handler}
}

func setValues(r *http.Request, names []string, values map[string]string) {
	for _, name := range names {
		value := values[name]
		if decoded, err := url.PathUnescape(value); err == nil {
			value = decoded // like http.ServeMux, which does not change a value with a percent sign that begins no escape
		}
		r.SetPathValue(name, value)
	}
}

// missing explains that no pattern is registered for a route, and what to register.
func (m *Mux) missing(a *authorized) string {
	for _, p := range m.patterns {
		if shape(p.Path()) == shape(a.resource) && p.Path() != a.resource {
			return fmt.Sprintf("no handler for %q; %q has other names for its parameters", a.verb+" "+a.resource, p)
		}
	}
	return fmt.Sprintf("no handler for %q: register it as the API's table has it", a.verb+" "+a.resource)
}

// shape returns a resource without the names of its parameters.
func shape(resource string) string {
	segments := strings.Split(resource, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "{}"
			if isGreedy(s) {
				segments[i] = "{+}"
			}
		}
	}
	return strings.Join(segments, "/")
}

// muxOf returns the Mux that a handler is, or that it is middleware around, or nil.
func muxOf(h http.Handler) *Mux {
	for {
		switch inner := h.(type) {
		case *Mux:
			return inner
		case interface{ Unwrap() http.Handler }:
			h = inner.Unwrap()
		default:
			return nil
		}
	}
}
