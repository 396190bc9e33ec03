package matrix

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Invoker is who may call a function behind a route without the API, by a permission of the function. Those for a
// service of AWS count where the service passes requests on, or where no source of one account is named, so that
// callers of any account can have it call the function, and those for a URL where the URL's AuthType does not say it.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-cross-account.html
type Invoker struct {
	Function, Principal string // such as "Shop/Orders" and "210987654321"; "*" is every account, and conditions follow it
	Routes              []string
}

func invokers(m *apimodel.Model, api *apimodel.API) (out []Invoker) {
	for _, p := range m.Permissions {
		if p.Principal == "" || !invokes(p.Action) || p.OfURL && p.Principal == "*" && p.URLAuth != "AWS_IAM" {
			continue
		}
		made := Invoker{Principal: p.Principal}
		if strings.Contains(p.Principal, ".amazonaws.com") {
			switch front := slices.Contains(fronts, strings.TrimSuffix(p.Principal, ".cn")); {
			case !bounded(p):
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
		if made.Function, made.Routes = behind(m, api, p); made.Routes != nil {
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

// fronts are services that pass requests of others on to a function, so that one of them leads past the API.
// Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html,
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html and
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
var fronts = []string{"elasticloadbalancing.amazonaws.com", "cloudfront.amazonaws.com", "vpc-lattice.amazonaws.com"}

// behind is the function of a permission with the routes that it answers.
func behind(m *apimodel.Model, api *apimodel.API, p *apimodel.Permission) (name string, routes []string) {
	f, _ := m.FunctionOf(p.Function, p.Stack)
	for _, method := range api.Methods {
		if of := m.Behind(method); f != nil && of == f {
			name = f.ID.String()
			routes = append(routes, method.Verb+" "+method.Path)
		}
	}
	return name, routes
}

// invokes reports whether an action of a permission may be a call of the function, by its URL or not.
func invokes(action string) bool {
	return action == "" || slices.ContainsFunc([]string{"lambda:invokefunction", "lambda:invokefunctionurl"},
		func(call string) bool {
			return iampolicy.Match(strings.ToLower(action), call)
		})
}

// bounded reports whether a permission names whose resources a service may call the function for.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func bounded(p *apimodel.Permission) bool {
	parts := strings.SplitN(p.SourceARN, ":", 6)
	return p.SourceAccount != "" || p.OrgID != "" || len(parts) == 6 && !strings.ContainsAny(parts[4], "*?") &&
		parts[5] != "*"
}
