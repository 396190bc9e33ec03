package secureapi

import (
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
