// Package validation checks requests as the request validator of a method does: required parameters must be present,
// and bodies must fit the method's models.
//
//	v, err := validation.New(api, method)
//	failure := v.Check(request, params, &verdict)
//
// It does not check the types or formats of parameters, nor the models of answers, since API Gateway enforces neither.
//
// Source, unless another one is named:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html. The order
// (after authorization, parameters before bodies) and the messages are as in the handlers of
// https://github.com/localstack/localstack (localstack-core/localstack/services/apigateway/next_gen/execute_api), and
// as recorded on AWS by its test_api_gateway_request_validator.
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

// ErrModel is returned for a model that cannot be enforced here: it is not a JSON Schema, or uses something that only
// API Gateway understands.
var ErrModel = errors.New("its request validator has a model that cannot be enforced here")

// Validator checks the requests to one method. It is safe for concurrent use.
type Validator struct {
	parameters []parameter
	models     []model
}

// New prepares a method's request validator. For a method without one, the Validator accepts everything. The error is
// [ErrModel], with the model's name and its fault.
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

// Check checks a request and the values of its path parameters. It adds a step to the verdict for each thing that it
// checks, and returns nil if the request may go on.
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
	m := v.modelFor(media)
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
