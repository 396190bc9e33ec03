package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/mappingtemplate"
)

// ResponseHeader is a header of an answer of [Respond]. Make one with [WithHeader].
type ResponseHeader struct{ name, value string }

// WithHeader sets a header of an answer of [Respond]. A Content-Type replaces the default. The value is one line and
// cannot contain single quotes, because API Gateway encloses it in them.
func WithHeader(name, value string) ResponseHeader { return ResponseHeader{name, value} }

// Respond answers every request with the same status and body, without a backend. Use it for a health check, a path
// that is gone, a redirect, or a 404 for every path that the table does not list.
//
//	version := secureapi.Respond(200, map[string]any{"version": 2})
//	moved := secureapi.Respond(301, secureapi.WithHeader("Location", "version"))
//	routes := []secureapi.Route{
//		secureapi.Integrate("GET /version", version, secureapi.Public("no secret")),
//		secureapi.Integrate("GET /old", moved, secureapi.Public("moved")),
//	}
//
// After the status, pass at most one body and any number of headers ([WithHeader]). A string is sent as is, with the
// Content-Type "text/plain; charset=utf-8". Any other value is sent as JSON. Without a body the answer is empty. The
// body must be known at synthesis, so it cannot hold CDK tokens, and API Gateway never reads it as a template.
//
// Respond makes a MOCK integration. It accepts requests with one of the usual content types and answers 415 to others.
// It panics if the status is not between 200 and 599, if there are two bodies, or if the body cannot be sent.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
func Respond(status int, body ...any) awsapigateway.Integration {
	var bodies []any
	var headers []mappingtemplate.ResponseHeader
	for _, b := range body {
		if h, ok := b.(ResponseHeader); ok {
			headers = append(headers, mappingtemplate.ResponseHeader{Name: h.name, Value: h.value})
			continue
		}
		bodies = append(bodies, b)
	}
	answer, err := mappingtemplate.NewFixedAnswer(status, bodies, headers)
	if err != nil {
		panic(fmt.Errorf("secureapi: Respond(%d): %w", status, err))
	}
	response := &awsapigateway.IntegrationResponse{StatusCode: jsii.String(answer.Status)}
	response.ResponseParameters = mapFor(answer.Parameters)
	response.ResponseTemplates = mapFor(map[string]string{answer.Media: answer.Template})
	requests := map[string]string{}
	for _, kind := range contentTypes {
		requests[kind] = fmt.Sprintf(`{"statusCode": %s}`, answer.Status)
	}
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		RequestTemplates:     mapFor(requests),
		PassthroughBehavior:  awsapigateway.PassthroughBehavior_NEVER,
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{response},
	})
}

// contentTypes are the content types of requests that a fixed answer accepts. A request without one counts as
// application/json.
var contentTypes = []string{
	"application/json",
	"application/octet-stream",
	"application/x-www-form-urlencoded",
	"application/xml",
	"multipart/form-data",
	"text/plain",
	"text/xml",
}
