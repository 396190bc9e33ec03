package localgateway

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/checks"
	"github.com/gatehouse-cdk/gatehouse/localgateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/localgateway/mapping"
)

// errBodyValidation says that a method is not served, as what its model refuses would reach the integration.
var errBodyValidation = errors.New("its request validator checks bodies against a model, which is not done here: for local runs, give the method a validator of parameters alone")

// validatesBody tells whether a method's validator has a model of the app's own to go by. API Gateway's own, "Empty" and
// "Error", any body fits.
func validatesBody(m *assembly.Method) bool {
	return m.Validator != nil && m.Validator.Body && len(m.RequestSchemas) > 0
}

// validate looks for the parameters that a method's request validator wants to be "included and non-blank".
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html. That it
// comes after authorization, and the words, are as in the handlers of
// https://github.com/localstack/localstack (localstack-core/localstack/services/apigateway/next_gen/execute_api).
func validate(m *assembly.Method, r *exchange.Request, params map[string]string, v *checks.Verdict) *mapping.Failure {
	if m.Validator == nil || !m.Validator.Parameters {
		return nil
	}
	var missing []string
	for _, parameter := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		if !m.RequestParameters[parameter] {
			continue
		}
		in, name, _ := strings.Cut(strings.TrimPrefix(parameter, "method.request."), ".")
		value := ""
		switch in {
		case "header":
			value = r.Headers.Get(name)
		case "querystring":
			value, _ = exchange.QueryValue(r.RawQuery, name)
		case "path":
			value = params[name]
		}
		if strings.TrimSpace(value) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		v.Trace = append(v.Trace, checks.Step{Check: "request parameters", Passed: true, Detail: "those that the request validator wants are there"})
		return nil
	}
	reason := fmt.Sprintf("the request validator wants %s, which is missing or blank", strings.Join(missing, ", "))
	v.Trace = append(v.Trace, checks.Step{Check: "request parameters", Detail: reason})
	return &mapping.Failure{Type: mapping.BadRequestParameters, Message: fmt.Sprintf("Missing required request parameters: [%s]", strings.Join(missing, ", ")), Reason: reason}
}
