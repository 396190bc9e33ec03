package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// notePlan writes what the finished template is held to into its metadata: the table into that of the API, and each
// authorizer's settings into that authorizer's own. References would make the API depend on its authorizers, which
// depend on it, so the API's has their logical ids as text.
func (b *builder) notePlan(policy awsiam.PolicyDocument) {
	routes, authorizers, scopes := map[string]string{}, map[string]string{}, map[string]any{}
	for _, r := range b.plan.Routes {
		routes[r.Pattern.String()] = ""
		if r.Guard != nil {
			routes[r.Pattern.String()] = r.Guard.ID()
		}
		if list := r.MethodScopes(); list != nil {
			scopes[r.Pattern.String()] = list
		}
	}
	for _, g := range b.plan.Guards {
		at := b.attached[g]
		resource := at.resource
		if resource == nil && at.authorizer == nil {
			authorizers[g.ID()] = "AWS_IAM"
			continue
		}
		if resource == nil {
			resource = l1(at.authorizer.(awsapigateway.Authorizer))
		}
		authorizers[g.ID()] = *resource.LogicalId()
		settings := map[string]any{"included": g.Table != nil}
		if g.UsageKeyClaim != "" {
			settings["usageKey"] = g.UsageKeyClaim
		}
		for name, value := range at.fingerprint {
			if value != nil && value != "" {
				settings[name] = value
			}
		}
		resource.AddMetadata(jsii.String(rules.AuthorizerMetadata), settings)
	}
	plan := map[string]any{
		"path":       b.path,
		"routes":     routes,
		"guards":     authorizers,
		"preflights": b.props.CORS != nil,
	}
	if logins := b.loginRoutes(); len(logins) > 0 {
		plan["logins"] = logins
	}
	if keyed := b.plan.Keyed(); len(keyed) > 0 {
		plan["keys"] = keyed
	}
	if cached := b.cachedRoutes(); len(cached) > 0 {
		plan["cached"] = cached
	}
	if len(scopes) > 0 {
		plan["scopes"] = scopes
	}
	if policy != nil {
		plan["policy"] = policy
	}
	l1(b.api.RestAPI).AddMetadata(jsii.String(rules.PlanMetadata), plan)
}

// loginRoutes are the routes of logins, with the logical ids of the functions that answer them.
func (b *builder) loginRoutes() map[string]string {
	out := map[string]string{}
	for i, l := range b.plan.Logins {
		id := *b.api.logins[i].Node().DefaultChild().(awscdk.CfnResource).LogicalId()
		for _, r := range b.plan.Routes {
			if r.Login == l {
				out[r.Pattern.String()] = id
			}
		}
	}
	return out
}
