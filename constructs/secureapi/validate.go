package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// guardedMethods looks at the finished tree for methods that somebody added beside the table without an authorization
// type. Those of the table were decided when the API was made.
type guardedMethods struct{ api *API }

var _ constructs.IValidation = (*guardedMethods)(nil)

// Validate is called by CDK at synth.
func (v *guardedMethods) Validate() *[]*string {
	var found []*string
	stack := awscdk.Stack_Of(v.api)
	own := fmt.Sprint(stack.Resolve(v.api.RestAPI.RestApiId()))
	declared := v.api.plan.declared()
	for _, c := range *stack.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		m, ok := c.(awsapigateway.CfnMethod)
		if !ok || m.AuthorizationType() != nil && *m.AuthorizationType() != string(awsapigateway.AuthorizationType_NONE) {
			continue
		}
		if fmt.Sprint(stack.Resolve(m.RestApiId())) != own {
			continue
		}
		verb, path := *m.HttpMethod(), methodPath(m)
		if declared[verb+" "+path] || verb == "OPTIONS" && isMock(m) {
			continue
		}
		found = append(found, jsii.String(fmt.Sprintf(
			"secureapi: %s: the method %s %s was added to the API without an authorizer: put it into Routes, where it is guarded or says why it is Public, or give it an AuthorizationType",
			*m.Node().Path(), verb, path)))
	}
	if found == nil {
		return &[]*string{}
	}
	return &found
}

// declared are the routes that the table opens.
func (p *plan) declared() map[string]bool {
	out := map[string]bool{}
	for _, r := range p.routes {
		if r.guard == nil {
			out[r.pattern.String()] = true
		}
	}
	return out
}

// methodPath is the path of the resource that an L2 method belongs to; an L1 method of its own has none to tell.
func methodPath(m awsapigateway.CfnMethod) string {
	if l2, ok := m.Node().Scope().(awsapigateway.Method); ok {
		return *l2.Resource().Path()
	}
	return "of an unknown path"
}

// isMock tells whether API Gateway answers the method by itself, as it does a preflight. CDK gives an integration back
// in the shape it was made in, so it is looked at as CloudFormation will see it.
func isMock(m awsapigateway.CfnMethod) bool {
	integration, ok := awscdk.Stack_Of(m).Resolve(m.Integration()).(map[string]any)
	return ok && integration["type"] == string(awsapigateway.IntegrationType_MOCK)
}
