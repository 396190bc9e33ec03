package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// APIKey requires an API key in addition to the route's guard. A request without an enabled key of a usage plan gets a
// 403. An API key decides whose quota a request counts against. It does not authenticate the caller, so it does not
// replace a guard; see [KeyOnly] for routes without one. APIKey sets ApiKeyRequired on the method. Create plans and
// keys with [Props.UsagePlans].
//
// Callers send the key in the header X-Api-Key, unless the authorizer takes it from a claim ([JWT.UsageKeyClaim]).
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func APIKey() Access { return restriction{plan.APIKey{}} }

// KeyOnly opens a route to every caller with an API key. The reason says why a key is enough, for reviewers. The route
// has no authorizer: it is public with a key, and "gatehouse routes", the checks and the console show it as public. AWS
// advises against API keys as proof of identity, because they do not expire and are shared. KeyOnly cannot be combined
// with Public, GuardedBy or requirements.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html, best practices
func KeyOnly(reason string) Access { return restriction{plan.KeyOnly{Reason: reason}} }

// Throttle limits how often all callers together may call a route. Rate is in requests per second on average, and burst
// is the number of requests at once. Above the limit API Gateway answers 429. Default: the limits of [Props.Stage].
// Throttle adds an entry to the stage's MethodSettings. A route for ANY gets an entry for each verb, and each verb has
// the limit for itself. To limit each caller, use [Props.UsagePlans].
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
func Throttle(rate float64, burst int) Access {
	return restriction{plan.Throttle{Rate: rate, Burst: burst}}
}

// requireKey makes API Gateway require an API key if a route needs one.
func (b *builder) requireKey(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	if r.NeedsKey {
		p.ApiKeyRequired = true
	}
}
