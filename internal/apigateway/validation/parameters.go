package validation

import (
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// parameter is a required parameter.
type parameter struct{ in, name string } // in is "header", "querystring" or "path"

// required returns a method's required parameters, in the order in which API Gateway lists them.
func required(m *apimodel.Method) (list []parameter) {
	for _, key := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		if m.RequestParameters[key] {
			in, name, _ := strings.Cut(strings.TrimPrefix(key, "method.request."), ".")
			list = append(list, parameter{in, name})
		}
	}
	return list
}

// missing returns the names of the parameters that are not "included and not blank".
func (v *Validator) missing(r *exchange.Request, params map[string]string) (names []string) {
	for _, p := range v.parameters {
		value := ""
		switch p.in {
		case "header":
			value = r.Headers.Get(p.name)
		case "querystring":
			value, _ = exchange.QueryValue(r.RawQuery, p.name)
		case "path":
			value = params[p.name]
		}
		if strings.TrimSpace(value) == "" {
			names = append(names, p.name)
		}
	}
	return names
}
