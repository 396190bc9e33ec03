package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// APIKey says that a route needs an API key, beside what its guard asks for: a request without the enabled key of a
// usage plan gets 403. A key says whose quota a request counts to and not who calls, so it takes the place of no guard;
// [KeyOnly] is for routes without one. The method gets ApiKeyRequired. [Props.UsagePlans] makes plans and keys.
//
// Callers send the key in the header X-Api-Key, or the authorizer takes it from a claim: see [JWT.UsageKeyClaim].
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
func APIKey() Access { return restriction{plan.APIKey{}} }

// KeyOnly opens a route to every caller with an API key, and says why that is enough for those who review it. The route
// has no authorizer, and is public with a key: AWS advises against API keys as a proof of who calls, as they do not
// expire and are shared. "gatehouse routes", the checks and the console show it as public. It is refused beside
// [Public], [GuardedBy] and requirements.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html, best practices
func KeyOnly(reason string) Access { return restriction{plan.KeyOnly{Reason: reason}} }

// Throttle limits how often a route is called, by all callers together: rate is in requests a second on average, and
// burst is how many requests may come at once. Beyond them API Gateway answers 429. Default: the limits of
// [Props.Stage]. It writes an entry of the stage's MethodSettings; on a route for ANY one for each verb, each with the
// limit for itself. A limit for each caller is a usage plan's: [Props.UsagePlans].
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
func Throttle(rate float64, burst int) Access {
	return restriction{plan.Throttle{Rate: rate, Burst: burst}}
}

// requireKey has API Gateway ask for a key, where a route needs one.
func (b *builder) requireKey(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	if r.NeedsKey {
		p.ApiKeyRequired = true
	}
}
