package mapping

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// illegal reports whether a parameter or a template must not set a header of the request to an integration.
// Source: ILLEGAL_INTEGRATION_REQUESTS_COMMON and _AWS in the file that [forbidden] names.
func illegal(integration, header string) bool {
	switch strings.ToLower(header) {
	case "content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id":
		return true
	case "authorization", "connection", "expect", "proxy-authenticate", "te":
		return integration == apimodel.IntegrationAWS
	}
	return false
}

// proxied leaves out what an HTTP_PROXY integration does not get of the request: the Host, which is the integration's
// own, the coding of a body that is decoded, and the trace, which is added to every request.
// Source: drop_headers and DROPPED_FROM_INTEGRATION_REQUESTS_HTTP in the file that [forbidden] names.
func proxied(h exchange.Headers) exchange.Headers {
	return slices.DeleteFunc(h, func(line exchange.Header) bool {
		switch strings.ToLower(line.Name) {
		case "host", "content-encoding", "via", "x-amzn-trace-id":
			return true
		}
		return false
	})
}

// drops reports whether a header does not reach the integration, though a parameter or a template sets it.
// Source: TestApiGatewayHeaderRemapping recorded in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.snapshot.json
func (i *Integration) drops(header string) bool {
	switch strings.ToLower(header) {
	case "connection", "expect", "proxy-authenticate", "te", "via":
		return i.model.Type != apimodel.IntegrationAWS
	}
	return false
}

// defaults adds what API Gateway adds to the request: where nothing sets it Accept, User-Agent and, if the caller's own
// method is one with a body, Content-Type; the trace; and for HTTP the API's id.
// Source: _apply_header_transforms in the file that [forbidden] names, test_http_integration_with_lambda recorded in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.snapshot.json,
// and what [Integration.drops] names, where the method is GET and the integration's is POST
func (i *Integration) defaults(s *Source, call *Call) {
	add := func(name, value string) {
		if value != "" && !call.Headers.Has(name) {
			call.Headers = append(call.Headers, exchange.Header{Name: name, Value: value})
		}
	}
	add("Accept", jsonType)
	add("User-Agent", "AmazonAPIGateway_"+s.Context.APIID)
	if !hasBody(call.Method) {
		call.Body = nil
	} else if hasBody(s.Request.Verb) {
		add("Content-Type", s.Request.Headers.Get("Content-Type"))
	}
	add("X-Amzn-Trace-Id", s.Request.TraceID)
	if i.model.Type != apimodel.IntegrationAWS {
		set(&call.Headers, "X-Amzn-Apigateway-Api-Id", s.Context.APIID)
	}
}

// hasBody reports whether requests of a method have a body.
func hasBody(verb string) bool { return verb != "GET" && verb != "HEAD" && verb != "OPTIONS" }
