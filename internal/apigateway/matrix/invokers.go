package matrix

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Invoker is a principal that a permission of a function allows to call the function without the API. A permission for
// an AWS service counts if the service passes requests of others on, or if it is not limited to sources of one account,
// so that callers of any account can make the service call the function. A permission for a URL counts if the URL's
// AuthType does not already describe it.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-cross-account.html
type Invoker struct {
	Function  string   `json:"function"`  // such as "Shop/Orders"
	Principal string   `json:"principal"` // such as "210987654321", or "*" for every account; conditions follow
	Routes    []string `json:"routes"`
}

func invokers(m *apimodel.Model, api *apimodel.API) (out []Invoker) {
	for _, p := range m.Permissions {
		if p.Principal == "" || !invokes(p.Action) || p.OfURL && p.Principal == "*" && p.URLAuth != "AWS_IAM" {
			continue
		}
		made := Invoker{Principal: p.Principal}
		if strings.Contains(p.Principal, ".amazonaws.com") {
			switch front := slices.Contains(forwardingServices, strings.TrimSuffix(p.Principal, ".cn")); {
			case !limitsSources(p):
				made.Principal += " for every account"
			case !front:
				continue
			}
		}
		if p.OrgID != "" {
			made.Principal += " in the organization " + p.OrgID
		}
		if p.SourceARN != "" {
			made.Principal += " from " + p.SourceARN
		}
		if made.Function, made.Routes = functionAndRoutes(m, api, p); made.Routes != nil {
			out = append(out, made)
		}
	}
	slices.SortStableFunc(out, func(x, y Invoker) int {
		return cmp.Or(cmp.Compare(x.Function, y.Function), cmp.Compare(x.Principal, y.Principal))
	})
	return slices.CompactFunc(out, func(x, y Invoker) bool {
		return x.Function == y.Function && x.Principal == y.Principal
	})
}

// forwardingServices are services that pass requests of others on to a function, so that they lead past the API.
// Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html,
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
// and https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
var forwardingServices = []string{
	"elasticloadbalancing.amazonaws.com", "cloudfront.amazonaws.com", "vpc-lattice.amazonaws.com",
}

// functionAndRoutes returns the function of a permission and the routes that it answers.
func functionAndRoutes(m *apimodel.Model, api *apimodel.API, p *apimodel.Permission) (name string, routes []string) {
	f, _ := m.FunctionOf(p.Function, p.Stack)
	for _, method := range api.Methods {
		if of := m.Behind(method); f != nil && of == f {
			name = f.ID.String()
			routes = append(routes, method.Verb+" "+method.Path)
		}
	}
	return name, routes
}

// invokes reports whether a permission's action may cover calls of the function, by URL or otherwise.
func invokes(action string) bool {
	return action == "" || slices.ContainsFunc([]string{"lambda:invokefunction", "lambda:invokefunctionurl"},
		func(call string) bool {
			return iampolicy.Match(strings.ToLower(action), call)
		})
}

// limitsSources reports whether a permission limits for whose resources a service may call the function.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func limitsSources(p *apimodel.Permission) bool {
	parts := strings.SplitN(p.SourceARN, ":", 6)
	return p.SourceAccount != "" || p.OrgID != "" || len(parts) == 6 && !strings.ContainsAny(parts[4], "*?") &&
		parts[5] != "*"
}
