package secureapi

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// GatewayResponse is an answer that API Gateway makes itself, such as a guard's 401 or a 429, for
// [Props.GatewayResponses]. To pass CDK's options instead, use [API.AddGatewayResponse].
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
type GatewayResponse struct {
	// StatusCode is the status of the answer. Default: 0, for the status of its type, such as 401 for UNAUTHORIZED.
	StatusCode int

	// Headers maps header names to values (ResponseParameters). A value is a text in single quotes, as API Gateway writes
	// it, such as "'no-store'", or a value of the request: "context.requestId", "method.request.header.Origin". The
	// headers of [Props.CORS] are added. Default: none.
	Headers map[string]string

	// Templates maps media types to body templates (ResponseTemplates). API Gateway replaces $context variables in them;
	// it does not run Velocity. Default: {"message": $context.error.messageString}.
	Templates map[string]string
}

func planGatewayResponses(given map[string]GatewayResponse) map[string]plan.GatewayResponse {
	out := map[string]plan.GatewayResponse{}
	for kind, g := range given {
		out[kind] = plan.GatewayResponse(g)
	}
	return out
}
