package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// finish writes into the metadata what the finished template must match: the table into the API's metadata, and each
// authorizer's settings into its own. References would make the API depend on its authorizers, which depend on it, so
// the API's metadata has their logical IDs as text.
//
// It also makes the deployment depend on what a stage serves only after a new deployment. CDK does so for gateway
// responses, for the methods of its L2, and for the resource policy as part of the API. For authorizers it does so only
// under the feature flag @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId, which the consumer sets.
// Source: https://github.com/aws/aws-cdk/issues/5354, https://github.com/aws/aws-cdk/issues/16554
func (b *builder) finish(policy awsiam.PolicyDocument) {
	routes, scopes := map[string]string{}, map[string]any{}
	for _, r := range b.plan.Routes {
		routes[r.Pattern.String()] = ""
		if r.Guard != nil {
			routes[r.Pattern.String()] = r.Guard.ID()
		}
		if list := r.MethodScopes(); list != nil {
			scopes[r.Pattern.String()] = list
		}
	}
	table := map[string]any{"path": b.path, "routes": routes, "preflights": b.props.CORS != nil}
	if logins := b.loginRoutes(); len(logins) > 0 {
		table["logins"] = logins
	}
	if keyed := b.plan.Keyed(); len(keyed) > 0 {
		table["keys"] = keyed
	}
	if checked := b.plan.Checked(); len(checked) > 0 {
		table["checked"] = checked
	}
	if throttled := b.plan.Throttled(); len(throttled) > 0 {
		table["throttled"] = throttled
	}
	if cached := b.cachedRoutes(); len(cached) > 0 {
		table["cached"] = cached
	}
	if tenants := b.plan.Tenants(); len(tenants) > 0 {
		table["tenants"] = tenants
	}
	if len(b.callers) > 0 {
		table["callers"] = b.callers
	}
	if len(scopes) > 0 {
		table["scopes"] = scopes
	}
	f := batch.Finished{
		Plan:      table,
		Policy:    policy,
		Described: b.described.value(),
		Keys:      batch.Keys{Plan: rules.PlanMetadata, Authorizer: rules.AuthorizerMetadata},
	}
	for _, g := range b.plan.Guards {
		f.Guards = append(f.Guards, b.finished(g))
	}
	batch.Finish(b.api.RestAPI, f)
}

// finished returns what a guard's authorizer must match, and the part of it that the deployment depends on.
func (b *builder) finished(g *plan.Guard) batch.Guard {
	at := b.attached[g]
	value, plain := plainValue(at.fingerprint)
	if !plain {
		b.fail("%s: its fingerprint has an object of CDK's: %v", g, value)
	}
	fingerprint := value.(map[string]any)
	settings := map[string]any{"included": g.Table != nil}
	if g.UsageKeyClaim != "" {
		settings["usageKey"] = g.UsageKeyClaim
	}
	for name, value := range fingerprint {
		if value != nil && value != "" {
			settings[name] = value
		}
	}
	out := batch.Guard{
		ID:       g.ID(),
		Settings: settings,
		Deployed: map[string]any{"authorizer": g.ID(), "settings": fingerprint},
	}
	switch {
	case at.authorizer != nil:
		out.Authorizer = at.authorizer
	case at.resource != nil: // CDK does not know which methods it guards
		out.Authorizer = at.resource
		out.Deployed["routes"] = b.guardedBy(g)
	}
	return out
}

// loginRoutes returns the routes of logins, with the logical IDs of the functions that answer them.
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
