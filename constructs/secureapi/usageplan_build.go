package secureapi

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// addUsagePlans creates the plans and their keys. Construct IDs contain the names, so that the order of the lists does
// not matter, as it would with CDK's AddApiKey.
func (b *builder) addUsagePlans() {
	b.api.usagePlans, b.api.keys = map[string]awsapigateway.UsagePlan{}, map[string]awsapigateway.ApiKey{}
	described := planUsage(b.props.UsagePlans)
	for i, u := range b.props.UsagePlans {
		stage := &awsapigateway.UsagePlanPerApiStage{Api: b.api.RestAPI, Stage: b.api.RestAPI.DeploymentStage()}
		if u.Of != nil {
			u.Of.AddApiStage(stage)
			b.conditionStage(u.Of)
			continue
		}
		made := awsapigateway.NewUsagePlan(b.scope, jsii.String("UsagePlan "+u.Name), &awsapigateway.UsagePlanProps{
			Name:        &u.Name,
			Description: text(u.Description),
			Throttle:    u.throttle(),
			Quota:       u.Quota.settings(),
			ApiStages:   &[]*awsapigateway.UsagePlanPerApiStage{stage},
		})
		b.api.usagePlans[u.Name] = made
		if limits := b.plan.Limits(described[i]); len(limits) > 0 {
			made.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(jsii.String("ApiStages.0.Throttle"),
				throttles(limits))
		}
		for _, k := range u.Keys {
			b.addKey(made, k)
		}
	}
}

// throttles returns a plan's limits for methods. CDK supports them only for methods of its own L2.
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

// addKey adds a key to a plan, and creates the key if it does not exist.
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

// text converts a property. It returns nil for an empty one, which leaves the property out.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// UsagePlan returns the plan with this name in [Props.UsagePlans], for further stages (AddApiStage), for keys of other
// stacks (AddApiKey), and for outputs.
//
// It panics if there is no plan of that name.
func (a *API) UsagePlan(name string) awsapigateway.UsagePlan {
	made := a.usagePlans[name]
	if made == nil {
		a.fail("UsagePlan", "there is no plan %q in Props.UsagePlans: %s", name, names(a.usagePlans))
	}
	return made
}

// Key returns the API key that the stack creates under this name in [Props.UsagePlans]. Put its ID into an output to
// look up the value: aws apigateway get-api-key --include-value --api-key ID.
//
// It panics if the stack creates no key of that name.
func (a *API) Key(name string) awsapigateway.ApiKey {
	made := a.keys[name]
	if made == nil {
		a.fail("Key", "there is no key %q that the stack makes in Props.UsagePlans: %s", name, names(a.keys))
	}
	return made
}

// names lists existing names, for errors.
func names[V any](of map[string]V) string {
	var out []string
	for name := range of {
		out = append(out, fmt.Sprintf("%q", name))
	}
	if len(out) == 0 {
		return "it has none"
	}
	slices.Sort(out)
	return fmt.Sprintf("they are %s", out)
}
