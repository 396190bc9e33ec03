package mapping

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Responses are the gateway responses of an API. They do not change, so they are safe for concurrent use.
type Responses struct {
	own map[Type]*response
}

type response struct {
	status     int // 0 for the default
	parameters []parameter
	templates  byType[substitution] // empty for the default
}

// NewResponses reads an API's gateway responses. A response with an unsupported feature is reported as a problem, and
// the API behaves as if it did not have the response. An unknown variable is reported too, but the response stays: the
// variable has no value, like a variable on AWS for which a request has no value.
//
// Source: "Variables for gateway responses" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
func NewResponses(list []*apimodel.GatewayResponse) (*Responses, []apimodel.Problem) {
	rs := &Responses{own: map[Type]*response{}}
	var problems []apimodel.Problem
	for _, g := range list {
		r, err := newResponse(g, func(name string) {
			problems = append(
				problems,
				apimodel.Problem{ID: g.ID, What: "the variable " + name + " is not known here: it has no value"},
			)
		})
		if err == nil && rs.own[Type(g.Type)] != nil {
			err = unsupported("a second response of the type %s", g.Type)
		}
		if err != nil {
			problems = append(problems, apimodel.Problem{
				ID:   g.ID,
				What: err.Error() + "; API Gateway's answer without it takes its place",
				Err:  err,
			})
			continue
		}
		rs.own[Type(g.Type)] = r
	}
	return rs, problems
}

func newResponse(g *apimodel.GatewayResponse, unknown func(name string)) (r *response, err error) {
	r = &response{status: g.StatusCode}
	switch {
	case !Type(g.Type).known():
		return nil, unsupported("the response type %q", g.Type)
	case Type(g.Type) == RequestTooLarge:
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
		return nil, unsupported("%s: API Gateway ignores what is set for it", g.Type)
	case g.StatusCode != 0 && (g.StatusCode < 200 || g.StatusCode > 599):
		return nil, unsupported("the status code %d", g.StatusCode)
	}
	if r.parameters, err = parseParameters(g.Parameters, "gatewayresponse.header.", true, unknown); err != nil {
		return nil, err
	}
	parse := func(text string) (substitution, error) { return parseSubstitution(text, unknown) }
	if r.templates, err = parseTemplates(g.Templates, parse); err != nil {
		return nil, err
	}
	return r, nil
}

// Answer returns the answer to a failed request. If the type has no gateway response, the whole of that for DEFAULT_4XX
// or DEFAULT_5XX applies, or else API Gateway's default, whose body is {"message":$context.error.messageString}.
//
// A response without a template keeps the failure's own body, and one without a status its own status: recorded on AWS
// for the status (test_lambda_aws_proxy_integration_non_post_method in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.py).
func (rs *Responses) Answer(f *Failure, s *Source) exchange.Answer {
	r := rs.responseFor(f.Type)
	a := exchange.Answer{Status: defaults[f.Type].status}
	if a.Status == 0 {
		a.Status = 500 // the type is not known
	}
	if f.Status != 0 {
		a.Status = f.Status
	}
	if r.status != 0 {
		a.Status = r.status
	}
	mediaType := jsonType
	if t, ok := r.templates.forAccept(s.Request); ok {
		a.Body, mediaType = []byte(t.template.render(s, f)), t.mediaType
	} else {
		a.Body = []byte(f.body())
	}
	setHeader(&a.Headers, "Content-Type", mediaType)
	errorType := f.ErrorType
	if errorType == "" {
		errorType = defaults[f.Type].errorType
	}
	if errorType != "" {
		setHeader(&a.Headers, "x-amzn-ErrorType", errorType)
	}
	for _, p := range r.parameters {
		if value, ok := p.get(s, f); ok {
			setHeader(&a.Headers, p.name, value)
		}
	}
	return a
}

// responseFor returns the response for a type. If the API has none, it returns one that sets nothing.
func (rs *Responses) responseFor(t Type) *response {
	r := rs.own[t]
	if r == nil && t != RequestTooLarge {
		r = rs.own[t.fallback()]
	}
	if r == nil {
		r = &response{}
	}
	return r
}

// body returns the body of an answer without a template.
func (f *Failure) body() string {
	switch {
	case f.Body != "":
		return f.Body
	case f.Capital:
		return fmt.Sprintf(`{"Message":%s}`, f.quotedMessage())
	}
	return fmt.Sprintf(`{"message":%s}`, f.quotedMessage())
}
