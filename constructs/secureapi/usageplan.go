package secureapi

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// UsagePlan limits the requests of each of its API keys to the API's stage, on routes with [APIKey] or [KeyOnly]. It
// becomes an AWS::ApiGateway::UsagePlan. Above the limits API Gateway answers 429. Limits are targets that can be
// exceeded at times, so they do not bound cost.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
type UsagePlan struct {
	// Name is the name of the plan, without slashes (UsagePlanName). The plan's logical ID depends on it. Required without
	// Of.
	Name string

	// Description describes the plan. Default: none.
	Description string

	// RateLimit and BurstLimit throttle each key: requests per second on average, and requests at once (Throttle). A burst
	// needs a rate. Default: only the stage's limits.
	RateLimit  float64
	BurstLimit int

	// Quota is how many requests each key may make in a period. Default: no quota.
	Quota *Quota

	// Keys are the keys of the plan (AWS::ApiGateway::UsagePlanKey). A key can be in one plan of an API only. Default:
	// none; add keys elsewhere, with [API.UsagePlan] or in the console.
	Keys []Key

	// Routes are limits for each key on single routes, by pattern: "GET /orders/{id}" (Throttle of ApiStages). The plan
	// needs a RateLimit. A limit on an ANY route applies to each verb. Default: the plan's limits.
	Routes map[string]RouteLimit

	// Of is a plan of another API, from [API.UsagePlan], that also counts the requests to this API's stage. Its keys are
	// valid for both APIs, and a quota covers both together. No other field may be set with it. Default: the API creates
	// its own plan.
	Of awsapigateway.UsagePlan
}

// Quota is how many requests a key may make in a period.
type Quota struct {
	Limit  int                  // requests, at least 1
	Period awsapigateway.Period // awsapigateway.Period_DAY, Period_WEEK or Period_MONTH
	Offset int                  // subtracted from Limit in the first period. Default: 0
}

// RouteLimit throttles a route for each key of a usage plan. Both fields are required.
type RouteLimit struct {
	RateLimit  float64 // requests a second, on average
	BurstLimit int     // requests at once
}

// Key is an API key of a usage plan: one that the stack creates, or an existing one.
type Key struct {
	// Name is the name of a key that the stack creates (AWS::ApiGateway::ApiKey), without slashes. The key's logical ID
	// depends on it. API Gateway chooses the value: look it up by the ID of [API.Key], and do not put it into an output.
	Name string

	// Description describes the key to its administrators. Default: none.
	Description string

	// Disabled turns the key off: requests with it get a 403. Default: false.
	Disabled bool

	// Existing is a key that is created elsewhere, instead of the fields above.
	Existing awsapigateway.IApiKey
}

// planUsage describes usage plans in plain values.
func planUsage(plans []UsagePlan) (out []plan.UsagePlan) {
	var existing []awsapigateway.IApiKey
	number := func(k awsapigateway.IApiKey) int {
		if k == nil {
			return 0
		}
		same := func(other awsapigateway.IApiKey) bool { return k == other || *k.KeyId() == *other.KeyId() }
		if i := slices.IndexFunc(existing, same); i >= 0 {
			return i + 1
		}
		existing = append(existing, k)
		return len(existing)
	}
	for _, u := range plans {
		described := plan.UsagePlan{Name: u.Name, RateLimit: u.RateLimit, BurstLimit: u.BurstLimit}
		if u.Of != nil {
			described.Of = *u.Of.Node().Path()
			described.OfSettings = u.Description != ""
		}
		if q := u.Quota; q != nil {
			described.Quota = &plan.Quota{Limit: q.Limit, Offset: q.Offset, Period: string(q.Period)}
		}
		for _, k := range u.Keys {
			described.Keys = append(described.Keys, plan.UsageKey{
				Name: k.Name, Existing: number(k.Existing), Settings: k.Description != "" || k.Disabled,
			})
		}
		for pattern, limit := range u.Routes {
			if described.Routes == nil {
				described.Routes = map[string]plan.RouteLimit{}
			}
			described.Routes[pattern] = plan.RouteLimit(limit)
		}
		out = append(out, described)
	}
	return out
}
