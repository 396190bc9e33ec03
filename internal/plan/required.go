package plan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
)

// Required names parameters that each request must have.
type Required struct {
	In    string // "header" or "querystring", as API Gateway calls it
	Names []string
}

var _ Word = Required{}

func (Required) isAccess() {}

func (q Required) word() string {
	if q.In == "header" {
		return "RequireHeader"
	}
	return "RequireQuery"
}

// parameterForm matches the parameter names that a mapping expression may have. A deployment refuses others, such as
// "filter[name]", as an "Invalid mapping expression parameter".
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html, and
// https://github.com/aws/aws-cdk/issues/3392
var parameterForm = regexp.MustCompile(`^[A-Za-z0-9._$-]+$`)

func (q Required) addTo(r *PlannedRoute) (errs []error) {
	if len(q.Names) == 0 {
		errs = append(errs, fmt.Errorf(`it has %s without a name: name the parameters, such as %[1]s("page")`, q.word()))
	}
	for _, name := range q.Names {
		var wrong error
		switch {
		case cdktoken.Unresolved(name):
			wrong = errors.New("a CDK token, and the name is a part of the method's settings: write it out")
		case q.In == "header":
			wrong = identity.CheckHeader(name)
		}
		if wrong == nil && !parameterForm.MatchString(name) {
			wrong = fmt.Errorf("%q: API Gateway takes letters, digits and . _ $ - in the name of a parameter: have "+
				"the function check for it", name)
		}
		if wrong != nil {
			errs = append(errs, fmt.Errorf("its %s names %w", q.word(), wrong))
			continue
		}
		key := "method.request." + q.In + "." + name
		if slices.ContainsFunc(r.Parameters, func(have string) bool {
			return have == key || q.In == "header" && strings.EqualFold(have, key)
		}) {
			errs = append(errs, fmt.Errorf("its %s names %q twice: leave one out", q.word(), name))
			continue
		}
		r.Parameters = append(r.Parameters, key)
	}
	return errs
}

// requiredHeaders returns the headers that the route's requests must have.
func (r PlannedRoute) requiredHeaders() (names []string) {
	for _, p := range r.Parameters {
		if name, ok := strings.CutPrefix(p, "method.request.header."); ok {
			names = append(names, name)
		}
	}
	return names
}

// Checked returns what API Gateway checks in the requests of each route: "body" and parameters, separated by spaces. It
// omits routes without checks. The rules compare the finished template with it.
func (p *Plan) Checked() map[string]string {
	out := map[string]string{}
	for _, r := range p.Routes {
		what := slices.Clone(r.Parameters)
		if r.Body != nil {
			what = append([]string{"body"}, what...)
		}
		if len(what) > 0 {
			out[r.Pattern.String()] = strings.Join(what, " ")
		}
	}
	return out
}

// checkValidation refuses words beside MethodOptions that configure the same part of the method.
func (r *PlannedRoute) checkValidation() []error {
	if r.OwnValidation == "" || r.Body == nil && len(r.Parameters) == 0 {
		return nil
	}
	words := "Body"
	if r.Body == nil {
		words = "RequireQuery or RequireHeader"
	}
	return []error{fmt.Errorf("it has %s, and its MethodOptions set %s: set all of it in the table, or all of it in "+
		"MethodOptions", words, r.OwnValidation)}
}
