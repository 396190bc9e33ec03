package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// notePlan writes what the finished template is held to into its metadata: the table into that of the API, and each
// authorizer's settings into that authorizer's own. References would make the API depend on its authorizers, which
// depend on it, so the API's has their logical ids as text.
func (b *builder) notePlan(guards map[*guard]attached, policy awsiam.PolicyDocument) {
	routes, authorizers, scopes := map[string]string{}, map[string]string{}, map[string]any{}
	for _, r := range b.plan.routes {
		routes[r.pattern.String()] = ""
		if r.guard != nil {
			routes[r.pattern.String()] = r.guard.id()
			if guards[r.guard].authorizationType == awsapigateway.AuthorizationType_COGNITO && len(r.requires) > 0 {
				scopes[r.pattern.String()] = r.requires[0].AnyOf
			}
		}
	}
	for _, g := range b.plan.guards {
		at := guards[g]
		if at.authorizer == nil {
			authorizers[g.id()] = "AWS_IAM"
			continue
		}
		resource := b.l1(at.authorizer.(awsapigateway.Authorizer))
		authorizers[g.id()] = *resource.LogicalId()
		settings := map[string]any{"included": g.table != nil}
		for name, value := range at.fingerprint {
			if value != nil && value != "" {
				settings[name] = value
			}
		}
		resource.AddMetadata(jsii.String(rules.AuthorizerMetadata), settings)
	}
	plan := map[string]any{"path": b.path, "routes": routes, "guards": authorizers, "preflights": b.props.CORS != nil}
	if len(scopes) > 0 {
		plan["scopes"] = scopes
	}
	if policy != nil {
		plan["policy"] = policy
	}
	b.l1(b.api.RestAPI).AddMetadata(jsii.String(rules.PlanMetadata), plan)
}

// heldEnvironment is an environment as the metadata of its function has it. What is known only when the stack is
// deployed is there as it is.
func heldEnvironment(environment map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range environment {
		if out[name] = value; !unresolved(value) {
			out[name] = rules.Digest(value)
		}
	}
	return out
}
