// Package validation checks requests as the request validator of a method does: that required parameters are there, and
// that bodies fit the method's models.
//
//	v, err := validation.New(api, method)
//	failure := v.Check(request, params, &verdict)
//
// It does not check types or formats of parameters, as API Gateway does not, and knows nothing of answers, whose models
// API Gateway does not enforce either.
//
// Source, unless another one is named:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html. That it
// comes after authorization, parameters before bodies, and the words, are as in the handlers of
// https://github.com/localstack/localstack (localstack-core/localstack/services/apigateway/next_gen/execute_api) and as
// its test_api_gateway_request_validator recorded on AWS.
package validation

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// ErrModel is for a model that cannot be enforced here: it is not a JSON Schema, or has what only API Gateway
// understands.
var ErrModel = errors.New("its request validator has a model that cannot be enforced here")

// Validator checks the requests to one method. It is safe for concurrent use.
type Validator struct {
	parameters []parameter
	models     []model
}

// New prepares what a method's request validator wants. A method without one has a Validator that lets everything
// through. The error is [ErrModel], with the model's name and what is wrong with it.
func New(api *apimodel.API, m *apimodel.Method) (*Validator, error) {
	v := &Validator{}
	if m.Validator == nil {
		return v, nil
	}
	if m.Validator.Parameters {
		v.parameters = required(m)
	}
	if !m.Validator.Body {
		return v, nil
	}
	var err error
	v.models, err = compile(api, m)
	return v, err
}

// Check looks at a request with the values of its path parameters. It adds a step to the verdict for each thing that it
// looked at, and returns nil if the request may go on.
func (v *Validator) Check(r *exchange.Request, params map[string]string, verdict *checks.Verdict) *mapping.Failure {
	if len(v.parameters) > 0 {
		missing := v.missing(r, params)
		if len(missing) > 0 {
			reason := fmt.Sprintf(
				"the request validator wants %s, which is missing or blank",
				strings.Join(missing, ", "),
			)
			verdict.Trace = append(verdict.Trace, checks.Step{Check: "request parameters", Detail: reason})
			message := fmt.Sprintf("Missing required request parameters: [%s]", strings.Join(missing, ", "))
			return &mapping.Failure{Type: mapping.BadRequestParameters, Message: message, Reason: reason}
		}
		verdict.Trace = append(verdict.Trace, checks.Step{
			Check:  "request parameters",
			Passed: true,
			Detail: "those that the request validator wants are there",
		})
	}
	if len(v.models) == 0 {
		return nil
	}
	media := exchange.MediaType(r.Headers.First("Content-Type"))
	m := v.of(media)
	if m == nil {
		detail := fmt.Sprintf(
			"the method has no model for %s, so the request validator does not look at the body",
			media,
		)
		verdict.Trace = append(verdict.Trace, checks.Step{Check: "request body", Passed: true, Detail: detail})
		return nil
	}
	if wrong := m.check(r.Body); wrong != "" {
		reason := fmt.Sprintf("the body does not fit the model %s: %s", m.name, wrong)
		verdict.Trace = append(verdict.Trace, checks.Step{Check: "request body", Detail: reason})
		return &mapping.Failure{
			Type:       mapping.BadRequestBody,
			Message:    "Invalid request body",
			Validation: "[" + wrong + "]",
			Reason:     reason,
		}
	}
	verdict.Trace = append(
		verdict.Trace,
		checks.Step{Check: "request body", Passed: true, Detail: "it fits the model " + m.name},
	)
	return nil
}
