package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/openapi"
)

// answerOpenAPI answers with the description of the API that the query names, as in "api=Shop/orders", or of the first
// one.
func (c *Console) answerOpenAPI(r *exchange.Request) exchange.Answer {
	v := c.current()
	name, given := exchange.QueryValue(r.RawQuery, "api")
	i := 0
	if given {
		i = slices.IndexFunc(v.apis.APIs, func(a api) bool { return a.Name == name })
	}
	if i < 0 || i >= len(v.apis.APIs) {
		var names []string
		for _, a := range v.apis.APIs {
			names = append(names, a.Name)
		}
		return problem(http.StatusNotFound, "api",
			fmt.Sprintf("api=%s: no API of this name is served: the served APIs are %q", name, names))
	}
	served := v.apis.APIs[i]
	described := v.models[served.Name]
	if served.App != "" {
		described.Servers = append(described.Servers, strings.TrimSuffix(served.App, "/"))
	}
	for _, stage := range served.Stages {
		described.Servers = append(described.Servers, c.options.URL+"/"+stage)
	}
	return answer(http.StatusOK, openapi.Of(described))
}
