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
	declared, table := v.api.plan.declared()
	var beside []string
	for _, c := range *v.api.Node().Root().Node().FindAll(constructs.ConstructOrder_PREORDER) {
		m, ok := c.(awsapigateway.CfnMethod)
		if !ok || !v.ours(m) {
			continue
		}
		authorization := string(awsapigateway.AuthorizationType_NONE)
		if m.AuthorizationType() != nil {
			authorization = *m.AuthorizationType()
		}
		verb, path := *m.HttpMethod(), methodPath(m)
		key := verb + " " + path
		if !table[key] && authorization != string(awsapigateway.AuthorizationType_NONE) {
			beside = append(beside, key)
		}
		switch {
		case authorization == string(awsapigateway.AuthorizationType_NONE):
			if !declared[key] && !(verb == "OPTIONS" && isMock(m)) {
				found = append(found, jsii.String(fmt.Sprintf(
					"secureapi: %s: the method %s is open, and the table does not say so: put it into Routes, where it is guarded or says why it is Public, or give it an AuthorizationType",
					*m.Node().Path(), key)))
			}
		case !table[key] && v.api.plan.allowsAll && authorization != string(awsapigateway.AuthorizationType_COGNITO):
			found = append(found, jsii.String(fmt.Sprintf(
				"secureapi: %s: the method %s was added beside the table, and the API's resource policy allows everything, so that it lets in whom %s would keep out: put it into Routes",
				*m.Node().Path(), key, authorization)))
		}
	}
	for _, err := range v.api.plan.checkBeside(beside) {
		found = append(found, jsii.String(fmt.Sprintf("secureapi: %s: %v", *v.api.Node().Path(), err)))
	}
	if found == nil {
		return &[]*string{}
	}
	return &found
}

// ours tells whether a method belongs to the API, also one of another stack, which refers to it by the same token.
func (v *guardedMethods) ours(m awsapigateway.CfnMethod) bool {
	id, own := m.RestApiId(), v.api.RestAPI.RestApiId()
	return *id == *own || fmt.Sprint(awscdk.Stack_Of(m).Resolve(id)) == fmt.Sprint(awscdk.Stack_Of(v.api).Resolve(own)) && *awscdk.Stack_Of(m).Node().Addr() == *awscdk.Stack_Of(v.api).Node().Addr()
}

// declared are the routes that the table opens, and all of its routes.
func (p *plan) declared() (open, all map[string]bool) {
	open, all = map[string]bool{}, map[string]bool{}
	for _, r := range p.routes {
		all[r.pattern.String()] = true
		if r.guard == nil {
			open[r.pattern.String()] = true
		}
	}
	return open, all
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
