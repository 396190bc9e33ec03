package matrix

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// page is the origin of pages that read answers.
type page struct {
	origin      string
	credentials bool
}

// readablePages returns the pages that may read answers: those that functions with the included CORS handler are told
// about, and those that integrations and preflights allow. The template does not show what headers a function sends
// itself.
//
// Source: https://fetch.spec.whatwg.org/#cors-check, by which "*" is not for requests with cookies.
func readablePages(m *apimodel.Model, api *apimodel.API) (out []Readable) {
	routes := map[page][]string{}
	for _, method := range api.Methods {
		for _, p := range pagesOf(m, api, method) {
			if name := method.Verb + " " + method.Path; !slices.Contains(routes[p], name) {
				routes[p] = append(routes[p], name)
			}
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(routes), func(x, y page) int {
		return cmp.Or(cmp.Compare(x.origin, y.origin), cmp.Compare(len(routes[x]), len(routes[y])))
	}) {
		out = append(out, Readable{Origin: p.origin, Credentials: p.credentials, Routes: routes[p]})
	}
	return out
}

func pagesOf(m *apimodel.Model, api *apimodel.API, method *apimodel.Method) (out []page) {
	if f := m.Behind(method); f != nil && (answersPreflights(api) || !asksFirst(api, method)) {
		c, err := cors.FromEnvironment(func(name string) string { return cmp.Or(f.Environment[name], f.Variables[name]) })
		if err != nil {
			return []page{{origin: "not known: " + f.Variables[cors.Variable]}}
		}
		for _, o := range c.AllowOrigins {
			out = append(out, page{o, c.AllowCredentials})
		}
	}
	for _, r := range method.Integration.Responses {
		credentials := header(r.Parameters, "Access-Control-Allow-Credentials") == "'true'"
		switch value := header(r.Parameters, "Access-Control-Allow-Origin"); {
		case value == "":
		case strings.HasPrefix(value, "'"):
			out = append(out, page{strings.Trim(value, "'"), credentials})
		case strings.HasSuffix(value, ".header.Origin"):
			out = append(out, page{"any", credentials})
		default:
			out = append(out, page{"not known: " + value, credentials})
		}
		for _, name := range slices.Sorted(maps.Keys(r.Templates)) {
			for _, origin := range originsOf(r.Templates[name]) {
				out = append(out, page{origin, credentials})
			}
		}
	}
	return out
}

// header returns what an integration's response maps to a header, whose name compares without case; "" for nothing.
func header(parameters map[string]string, name string) string {
	for key, value := range parameters {
		if strings.EqualFold(key, "method.response.header."+name) {
			return value
		}
	}
	return ""
}

// answersPreflights reports whether a route may answer a preflight.
func answersPreflights(api *apimodel.API) bool {
	return slices.ContainsFunc(api.Methods, func(m *apimodel.Method) bool {
		return m.Verb == http.MethodOptions || m.Verb == "ANY"
	})
}

// asksFirst reports whether a browser sends a preflight before any request that the method accepts. Without an answer
// to it the browser does not send the request, even if the function has the CORS settings of another API. A signature
// can be in the query, and a REQUEST authorizer can read a cookie; neither makes a browser send a preflight.
//
// Source: https://fetch.spec.whatwg.org/#cors-safelisted-method and #cors-safelisted-request-header
func asksFirst(api *apimodel.API, method *apimodel.Method) bool {
	switch method.Verb {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions, "ANY":
	default:
		return true
	}
	if method.APIKeyRequired && api.APIKeySource == "HEADER" {
		return true
	}
	a := method.Authorizer
	if a == nil || a.Type == apimodel.RequestAuthorizer {
		return false
	}
	return slices.ContainsFunc(a.IdentitySources, func(s apimodel.IdentitySource) bool {
		return s.In == "header" && !safelisted[strings.ToLower(s.Name)]
	})
}

// safelisted are headers that a page may set, or that a browser sets, without a preflight.
var safelisted = map[string]bool{
	"accept": true, "accept-language": true, "content-language": true, "content-type": true, "cookie": true,
	"origin": true, "range": true, "referer": true, "user-agent": true,
}
