package mapping

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// mustNotSet reports whether parameters and templates must not set a header of the request to an integration.
// Source: ILLEGAL_INTEGRATION_REQUESTS_COMMON and _AWS in the file that [forbidden] names.
func mustNotSet(integration, header string) bool {
	switch strings.ToLower(header) {
	case "content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id":
		return true
	case "authorization", "connection", "expect", "proxy-authenticate", "te":
		return integration == apimodel.IntegrationAWS
	}
	return false
}

// proxyHeaders returns the headers that an HTTP_PROXY integration gets from the request. It leaves out the Host, since
// the integration has its own; the coding of a body that was decoded; and the trace, which is added to every request.
// Source: drop_headers and DROPPED_FROM_INTEGRATION_REQUESTS_HTTP in the file that [forbidden] names.
func proxyHeaders(h exchange.Headers) exchange.Headers {
	return slices.DeleteFunc(h, func(line exchange.Header) bool {
		switch strings.ToLower(line.Name) {
		case "host", "content-encoding", "via", "x-amzn-trace-id":
			return true
		}
		return false
	})
}

// drops reports whether a header does not reach the integration even if a parameter or a template sets it.
// Source: TestApiGatewayHeaderRemapping recorded in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.snapshot.json
func (i *Integration) drops(header string) bool {
	switch strings.ToLower(header) {
	case "connection", "expect", "proxy-authenticate", "te", "via":
		return i.model.Type != apimodel.IntegrationAWS
	}
	return false
}

// addDefaults adds the headers that API Gateway adds to a request: Accept, User-Agent and Content-Type unless something
// sets them, the last only if the caller's method has a body; the trace; and for HTTP the API's ID.
// Source: _apply_header_transforms in the file that [forbidden] names, test_http_integration_with_lambda recorded in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_http.snapshot.json,
// and what [Integration.drops] names, where the method is GET and the integration's is POST
func (i *Integration) addDefaults(s *Source, call *Call) {
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
		setHeader(&call.Headers, "X-Amzn-Apigateway-Api-Id", s.Context.APIID)
	}
}

// hasBody reports whether requests with a method have a body.
func hasBody(verb string) bool { return verb != "GET" && verb != "HEAD" && verb != "OPTIONS" }
