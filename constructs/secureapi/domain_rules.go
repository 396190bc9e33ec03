package secureapi

import (
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// RoutingRule leads requests to a [Domain] to the API, by their headers and their path. All of its conditions must be
// met. The rules of a domain come before base paths.
//
//	// Requests with the header x-version: 2, 2.1 and so on
//	secureapi.RoutingRule{Priority: 10, Headers: map[string]string{"x-version": "2*"}}
//
// It becomes an AWS::ApiGatewayV2::RoutingRule.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
type RoutingRule struct {
	// Priority orders the rules of a domain, from 1 to 1,000,000: API Gateway evaluates the lowest first. Each rule of a
	// domain has its own. Required.
	Priority int

	// Headers are up to two headers that a request must have, by name. Names are compared without case, and values with
	// case. A value may begin with a star, end with one, or do both: the star stands for any text. Default: none; required
	// without BasePath.
	Headers map[string]string

	// BasePath is the path that a request must begin with, in whole segments and without a slash at either end, such as
	// "orders/v2". It is compared with case. Default: none; required without Headers.
	BasePath string

	// StripBasePath removes BasePath before API Gateway looks for a route, as base paths of a domain are removed. Default:
	// false, so the API's routes begin with BasePath.
	StripBasePath bool
}

// planRules describes routing rules in plain values.
func planRules(rules []RoutingRule) (out []domain.Rule) {
	for _, r := range rules {
		out = append(out, domain.Rule(r))
	}
	return out
}
