package matrix

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

const (
	allowOrigin      = "method.response.header.Access-Control-Allow-Origin"
	allowCredentials = "method.response.header.Access-Control-Allow-Credentials"
)

// origins finds the origins that a template compares with: they stand in it as texts in quotes.
var origins = regexp.MustCompile(`["'](https?://[^"'\s/]+)["']`)

// page is who reads.
type page struct {
	origin      string
	credentials bool
}

// readable are the pages that may read answers: those that functions with the included CORS handler are told, and those
// that integrations and preflights answer with. A function that sends headers of its own is not known by its template.
//
// Source: https://fetch.spec.whatwg.org/#cors-check, by which "*" is not for requests with cookies.
func readable(m *apimodel.Model, api *apimodel.API) (out []Readable) {
	routes := map[page][]string{}
	for _, method := range api.Methods {
		for _, p := range pagesOf(m, method) {
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

func pagesOf(m *apimodel.Model, method *apimodel.Method) (out []page) {
	if f := m.Behind(method); f != nil {
		c, err := cors.FromEnvironment(func(name string) string { return cmp.Or(f.Environment[name], f.Variables[name]) })
		if err != nil {
			return []page{{origin: "not known: " + f.Variables[cors.Variable]}}
		}
		for _, o := range c.AllowOrigins {
			out = append(out, page{o, c.AllowCredentials})
		}
	}
	for _, r := range method.Integration.Responses {
		value, some := r.Parameters[allowOrigin]
		if !some {
			continue
		}
		credentials := r.Parameters[allowCredentials] == "'true'"
		switch text := strings.Trim(value, "'"); {
		case strings.HasPrefix(value, "'"):
			out = append(out, page{text, credentials})
		case strings.HasSuffix(value, ".header.Origin"):
			out = append(out, page{"any", credentials})
		default:
			out = append(out, page{"not known: " + value, credentials})
		}
		for _, text := range r.Templates {
			if !strings.Contains(text, "Access-Control-Allow-Origin") {
				continue
			}
			for _, found := range origins.FindAllStringSubmatch(text, -1) {
				out = append(out, page{found[1], credentials})
			}
		}
	}
	return out
}
