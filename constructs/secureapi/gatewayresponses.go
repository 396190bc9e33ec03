package secureapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// GatewayResponse is an answer that API Gateway makes itself, such as a 401 of a guard or a 429, for
// [Props.GatewayResponses]. [API.AddGatewayResponse] is the same for what CDK's options have.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
type GatewayResponse struct {
	// StatusCode of the answer. Default: 0, which is that of its type, such as 401 of UNAUTHORIZED.
	StatusCode int

	// Headers by name (ResponseParameters). A value is a text in single quotes, as API Gateway writes it: "'no-store'", or
	// a value of the request: "context.requestId", "method.request.header.Origin". Those of [Props.CORS] join them.
	// Default: none.
	Headers map[string]string

	// Templates of the body by media type, in which $context variables are replaced (ResponseTemplates); they are not
	// Velocity. Default: {"message": $context.error.messageString}.
	Templates map[string]string
}

func planGatewayResponses(given map[string]GatewayResponse) map[string]plan.GatewayResponse {
	out := map[string]plan.GatewayResponse{}
	for kind, g := range given {
		out[kind] = plan.GatewayResponse(g)
	}
	return out
}

// options are CDK's options for an answer of a type, with the headers of CORS.
func (b *builder) responseOptions(kind string) *awsapigateway.GatewayResponseOptions {
	g, headers, templates := b.props.GatewayResponses[kind], map[string]*string{}, map[string]*string{}
	for name, value := range b.api.corsHeaders {
		headers[name] = jsii.String(value)
	}
	for name, value := range g.Headers {
		headers[name] = jsii.String(value)
	}
	for mediaType, text := range g.Templates {
		templates[mediaType] = jsii.String(text)
	}
	o := &awsapigateway.GatewayResponseOptions{Type: awsapigateway.ResponseType_Of(&kind)}
	if len(headers) > 0 {
		o.ResponseHeaders = &headers
	}
	if len(templates) > 0 {
		o.Templates = &templates
	}
	if g.StatusCode != 0 {
		o.StatusCode = jsii.String(strconv.Itoa(g.StatusCode))
	}
	return o
}

// addGatewayResponses makes the answers of the props, and those that carry the headers of CORS.
func (b *builder) addGatewayResponses() {
	ids := map[string]string{} // of constructs, by type
	if b.props.CORS != nil {
		b.api.corsHeaders = (*plan.CORS)(b.props.CORS).GatewayHeaders()
		ids["DEFAULT_4XX"], ids["DEFAULT_5XX"] = "Default4xx", "Default5xx"
	}
	b.api.responses = map[string]bool{}
	for kind := range b.props.GatewayResponses {
		b.api.responses[kind] = true
		if ids[kind] == "" {
			ids[kind] = "Response-" + strings.ToLower(strings.ReplaceAll(kind, "_", "-"))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		b.api.RestAPI.AddGatewayResponse(jsii.String(ids[kind]), b.responseOptions(kind))
	}
}
