package secureapi

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// UsagePlan limits the requests of each of its API keys to the API's stage, on routes that need a key: those with
// [APIKey] or [KeyOnly]. It becomes an AWS::ApiGateway::UsagePlan. Beyond its limits API Gateway answers 429. Limits
// are targets and may be exceeded at times, so they are no bound on cost.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
type UsagePlan struct {
	// Name of the plan, without slashes (UsagePlanName). Its logical id depends on it. Required.
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
	// RateLimit of the plan. Default: none, which are those of the plan.
	Routes map[string]RouteLimit
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
		if i := slices.Index(existing, k); i >= 0 {
			return i + 1
		}
		existing = append(existing, k)
		return len(existing)
	}
	for _, u := range plans {
		described := plan.UsagePlan{Name: u.Name, RateLimit: u.RateLimit, BurstLimit: u.BurstLimit}
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

// addUsagePlans makes the plans with their keys. Ids have the names in them, so that the order of the lists does not
// count, as it would with CDK's AddApiKey.
func (b *builder) addUsagePlans() {
	b.api.usagePlans, b.api.keys = map[string]awsapigateway.UsagePlan{}, map[string]awsapigateway.ApiKey{}
	described := planUsage(b.props.UsagePlans)
	for i, u := range b.props.UsagePlans {
		made := awsapigateway.NewUsagePlan(b.scope, jsii.String("UsagePlan "+u.Name), &awsapigateway.UsagePlanProps{
			Name:        &u.Name,
			Description: text(u.Description),
			Throttle:    u.throttle(),
			Quota:       u.Quota.settings(),
			ApiStages: &[]*awsapigateway.UsagePlanPerApiStage{{
				Api: b.api.RestAPI, Stage: b.api.RestAPI.DeploymentStage(),
			}},
		})
		b.api.usagePlans[u.Name] = made
		if limits := described[i].Limits(); len(limits) > 0 {
			made.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("ApiStages.0.Throttle"),
				throttles(limits))
		}
		for _, k := range u.Keys {
			b.addKey(made, k)
		}
	}
}

// throttles are a plan's limits of methods, which CDK has for methods of its own L2 alone.
// Source: aws-cdk-lib 2.270.0, aws-apigateway/lib/usage-plan.js (renderThrottlePerMethod), for their names: the path, a
// slash and the verb, at the root too.
func throttles(limits []plan.PlannedLimit) map[string]any {
	out := map[string]any{}
	for _, l := range limits {
		out[l.Path+"/"+l.Verb] = map[string]any{"RateLimit": l.RateLimit, "BurstLimit": l.BurstLimit}
	}
	return out
}

func (u UsagePlan) throttle() *awsapigateway.ThrottleSettings {
	if u.RateLimit == 0 {
		return nil
	}
	out := &awsapigateway.ThrottleSettings{RateLimit: &u.RateLimit}
	if u.BurstLimit > 0 {
		out.BurstLimit = jsii.Number(float64(u.BurstLimit))
	}
	return out
}

func (q *Quota) settings() *awsapigateway.QuotaSettings {
	if q == nil {
		return nil
	}
	out := &awsapigateway.QuotaSettings{Limit: jsii.Number(float64(q.Limit)), Period: q.Period}
	if q.Offset > 0 {
		out.Offset = jsii.Number(float64(q.Offset))
	}
	return out
}

// addKey puts a key into a plan, and makes it if it does not exist.
func (b *builder) addKey(to awsapigateway.UsagePlan, k Key) {
	id, key := "Key "+k.Name, k.Existing
	if key == nil {
		made := awsapigateway.NewApiKey(b.scope, jsii.String("ApiKey "+k.Name), &awsapigateway.ApiKeyProps{
			ApiKeyName: &k.Name, Description: text(k.Description), Enabled: jsii.Bool(!k.Disabled),
		})
		b.api.keys[k.Name], key = made, made
	} else {
		id = "Existing " + *awscdk.Names_NodeUniqueId(key.Node())
	}
	awsapigateway.NewCfnUsagePlanKey(to, &id, &awsapigateway.CfnUsagePlanKeyProps{
		KeyId: key.KeyId(), KeyType: jsii.String("API_KEY"), UsagePlanId: to.UsagePlanId(),
	})
}

// text is a property that is left out where it is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// UsagePlan returns the plan of [Props.UsagePlans] with a name, for further stages (AddApiStage), keys of other stacks
// (AddApiKey) and outputs.
//
// It panics if there is no plan of that name.
func (a *API) UsagePlan(name string) awsapigateway.UsagePlan {
	made := a.usagePlans[name]
	if made == nil {
		a.fail("UsagePlan", "there is no plan %q in Props.UsagePlans: %s", name, names(a.usagePlans))
	}
	return made
}

// Key returns the key of [Props.UsagePlans] with a name that the stack makes, for its id in an output, by which the
// value is looked up: aws apigateway get-api-key --include-value --api-key ID.
//
// It panics if the stack makes no key of that name.
func (a *API) Key(name string) awsapigateway.ApiKey {
	made := a.keys[name]
	if made == nil {
		a.fail("Key", "there is no key %q that the stack makes in Props.UsagePlans: %s", name, names(a.keys))
	}
	return made
}

// names lists what there is, for errors.
func names[V any](of map[string]V) string {
	var out []string
	for name := range of {
		out = append(out, fmt.Sprintf("%q", name))
	}
	if len(out) == 0 {
		return "there are none"
	}
	slices.Sort(out)
	return fmt.Sprintf("they are %s", out)
}
