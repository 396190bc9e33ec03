package secureapi

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// UsagePlan limits the requests of each of its API keys to the API's stage, on routes that need a key: those with
// [APIKey] or [KeyOnly]. It becomes an AWS::ApiGateway::UsagePlan. Beyond its limits API Gateway answers 429. Limits
// are targets and may be exceeded at times, so they are no bound on cost.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
type UsagePlan struct {
	// Name of the plan, without slashes (UsagePlanName). Its logical id depends on it. Required without Of.
	Name string

	// Description of the plan. Default: none.
	Description string

	// RateLimit and BurstLimit throttle each key: so many requests a second on average, so many at once (Throttle).
	// Defaults: no limit but the stage's. A burst needs a rate.
	RateLimit  float64
	BurstLimit int

	// Quota is how many requests each key has in a period. Default: no quota.
	Quota *Quota

	// Keys of the plan (AWS::ApiGateway::UsagePlanKey). A key is in one plan of an API. Default: none, for keys that are
	// given elsewhere, by [API.UsagePlan] or in the console.
	Keys []Key

	// Routes are limits of routes for each key, by pattern: "GET /orders/{id}" (Throttle of ApiStages). They need a
	// RateLimit of the plan, and are for each verb of an ANY route. Default: none, which are those of the plan.
	Routes map[string]RouteLimit

	// Of is a plan of another API, as [API.UsagePlan] returns it, which counts the requests to this API's stage too: its
	// keys are valid for both, and a quota is for both together. No other field stands beside it. Default: the API makes a
	// plan of its own.
	Of awsapigateway.UsagePlan
}

// Quota is how many requests a key has in a period.
type Quota struct {
	Limit  int                  // requests, at least 1
	Period awsapigateway.Period // awsapigateway.Period_DAY, Period_WEEK or Period_MONTH
	Offset int                  // subtracted from Limit in the first period. Default: 0
}

// RouteLimit throttles a route for each key of a usage plan. Both are required.
type RouteLimit struct {
	RateLimit  float64 // requests a second, on average
	BurstLimit int     // requests at once
}

// Key is an API key of a usage plan: one that the stack makes, or one that exists.
type Key struct {
	// Name of a key that the stack makes (AWS::ApiGateway::ApiKey), without slashes. Its logical id depends on it. API
	// Gateway chooses the value: look it up with the id that [API.Key] gives, and put it into no output.
	Name string

	// Description of the key, for those who look after it. Default: none.
	Description string

	// Disabled turns the key off: its requests get 403. Default: it is on.
	Disabled bool

	// Existing is a key that is made elsewhere, in place of the fields above.
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
