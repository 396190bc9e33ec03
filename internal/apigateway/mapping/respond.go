package mapping

import (
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/vtl"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// Received is an integration's answer.
type Received struct {
	Status  int
	Headers exchange.Headers
	Body    []byte

	// Function is set for the answer of a Lambda function. Selection patterns are then compared with its error message,
	// which is "" if the function did not fail, and not with the status.
	Function bool
	Error    string
}

// Respond converts an integration's answer into the answer to the caller.
// Source: selectionPattern in https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html. That .+
// does not match the answer of a function that did not fail was recorded:
// https://github.com/localstack/localstack/pull/12580
func (i *Integration) Respond(s *Source, got *Received) (exchange.Answer, *Failure) {
	selection := strconv.Itoa(got.Status)
	if got.Function {
		selection = got.Error
	}
	r, f := i.choose(selection)
	if f != nil {
		return exchange.Answer{}, f
	}
	body, f := i.convertBody(s, got, r.handling)
	if f != nil {
		return exchange.Answer{}, f
	}
	return r.answer(s, got, body)
}

// convertBody returns the body for the response template or, without one, for the caller. In a body that counts as
// text, invalid UTF-8 is replaced.
// Source: the second table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html, and what
// TestRecordedBinaryAnswers names
func (i *Integration) convertBody(s *Source, got *Received, handling string) ([]byte, *Failure) {
	if i.binary == nil {
		return got.Body, nil
	}
	isBinary := i.binary.BinaryAnswer(got.Headers.Get("Content-Type"))
	wantsBinary := handling == "CONVERT_TO_BINARY" || handling == "" && i.binary.AcceptsBinary(s.Request)
	switch {
	case isBinary && !wantsBinary:
		return base64Text(got.Body), nil
	case !isBinary && wantsBinary:
		decoded, err := fromBase64(got.Body)
		if err != nil {
			return nil, configuration("the answer of the integration is to be converted to binary, and is not base64: %v", err)
		}
		return decoded, nil
	case !isBinary:
		return toValidText(got.Body), nil
	}
	return got.Body, nil
}

func (r *integrationResponse) answer(s *Source, got *Received, body []byte) (exchange.Answer, *Failure) {
	a := exchange.Answer{Status: r.status}
	// "API Gateway includes a Content-Type header for all integration responses. By default, the content type is
	// application/json.": https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
	setHeader(&a.Headers, "Content-Type", jsonType)
	from := *s
	from.received = got
	for _, p := range r.parameters {
		if value, ok := p.get(&from, nil); ok {
			setMapped(&a.Headers, p.name, value)
		}
	}
	override(&a, s.overrides)
	t, ok := r.templates.forAccept(s.Request)
	if !ok {
		a.Body = body
		return a, nil
	}
	out, f := render(t.template, s, string(body))
	if f != nil {
		return exchange.Answer{}, f
	}
	a.Body = []byte(out.Text)
	override(&a, out.Overrides)
	return a, nil
}

// override applies the values that a template sets in $context.responseOverride. The request template can set them too.
// An invalid status is ignored.
// Source: ContextVariableOverrides in template_mapping.py and handlers/integration_response.py of
// https://github.com/localstack/localstack (localstack-core/localstack/services/apigateway/next_gen/execute_api)
func override(a *exchange.Answer, list []vtl.Override) {
	for _, o := range list {
		switch o.Where {
		case "responseOverride.header":
			if httpname.IsToken(o.Name) {
				setMapped(&a.Headers, o.Name, vtl.Text(o.Value))
			}
		case "responseOverride.status":
			if status, ok := o.Value.(int64); ok && status >= 200 && status < 600 {
				a.Status = int(status)
			}
		}
	}
}

// setMapped sets a header of an answer under the name that callers get.
// Source: REMAPPED_FROM_INTEGRATION_RESPONSE_NON_PROXY in header_utils.py of https://github.com/localstack/localstack
// (localstack-core/localstack/services/apigateway/next_gen/execute_api), validated on AWS.
func setMapped(to *exchange.Headers, name, value string) {
	switch strings.ToLower(name) {
	case "transfer-encoding":
		return
	case "authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards",
		"proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate":
		name = "x-amzn-Remapped-" + name
	}
	setHeader(to, name, value)
}
