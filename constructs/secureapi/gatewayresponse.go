package secureapi

import (
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
)

// AddGatewayResponse adds an answer that API Gateway makes itself, such as your own for UNAUTHORIZED. If Props.CORS is
// set, it adds the CORS headers to yours. Without them, a page of another origin sees a network error instead of the
// status. RestAPI's method of the same name omits them, and the rule gateway-response-cors refuses such a response at
// synthesis.
//
// It panics if options have no type, if [Props.GatewayResponses] or [Props.CORS] (DEFAULT_4XX and DEFAULT_5XX) already
// declare the type, for UNAUTHORIZED if a [Login] declares it, for BAD_REQUEST_BODY with [Props.ExplainBadRequests],
// and for a CORS header among yours.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
func (a *API) AddGatewayResponse(
	id string,
	options *awsapigateway.GatewayResponseOptions,
) awsapigateway.GatewayResponse {
	fail := func(format string, args ...any) {
		panic(fmt.Errorf("secureapi: %s: AddGatewayResponse %q: %w", *a.Node().Path(), id, fmt.Errorf(format, args...)))
	}
	if options == nil || options.Type == nil {
		fail("the options have no Type: name one, such as awsapigateway.ResponseType_UNAUTHORIZED()")
	}
	o := *options
	if a.loginPage && *o.Type.ResponseType() == "UNAUTHORIZED" {
		fail(
			"the Login declares UNAUTHORIZED, with its page for navigations without a session, and an API has one response " +
				"of a type: set Login.NoUnauthorizedPage to add your own",
		)
	}
	if a.explains && *o.Type.ResponseType() == "BAD_REQUEST_BODY" {
		fail(
			"Props.ExplainBadRequests declares BAD_REQUEST_BODY, and an API has one response of a type: leave that field out",
		)
	}
	if a.responses[*o.Type.ResponseType()] {
		fail("Props.GatewayResponses declare %s, and an API has one response of a type: leave one of the two out",
			*o.Type.ResponseType())
	}
	if a.corsHeaders == nil {
		return a.RestAPI.AddGatewayResponse(&id, &o)
	}
	kind := *o.Type.ResponseType()
	if kind == "DEFAULT_4XX" || kind == "DEFAULT_5XX" {
		fail(
			"Props.CORS declares %s, and an API has one response of a type: set it in Props.GatewayResponses, or name the "+
				"types that differ, such as awsapigateway.ResponseType_UNAUTHORIZED()",
			kind,
		)
	}
	headers := map[string]*string{}
	if o.ResponseHeaders != nil {
		maps.Copy(headers, *o.ResponseHeaders)
	}
	for name, value := range a.corsHeaders {
		for given := range headers {
			if strings.EqualFold(given, name) {
				fail("the header %s is given, and Props.CORS sets it: leave it out", given)
			}
		}
		headers[name] = jsii.String(value)
	}
	o.ResponseHeaders = &headers
	return a.RestAPI.AddGatewayResponse(&id, &o)
}
