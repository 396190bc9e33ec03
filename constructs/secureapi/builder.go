package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// builder creates CDK's objects from a checked plan. It makes no decisions.
type builder struct {
	*site
	*accessTable // includes the plan
	validation
	api   *API
	props *Props
	root  constructs.IConstruct // of the tree

	attached  map[*plan.Guard]attached
	resources map[string]awsapigateway.IResource // by path
	batch     []batch.Method                     // methods that are still to be created
	described *digest                            // what the deployment depends on
	callers   map[string]string                  // what headers of the caller are mapped from, by route and header
}

// functionOf returns a route's function.
func (b *builder) functionOf(r plan.PlannedRoute) awslambda.IFunction {
	return b.functions[r.Function-1]
}

// resource returns CDK's resource for a path. It creates the missing ones on the way.
func (b *builder) resource(path string) awsapigateway.IResource {
	if b.resources == nil {
		b.resources = map[string]awsapigateway.IResource{"/": b.api.RestAPI.Root()}
	}
	if b.resources[path] == nil {
		b.resources[path] = b.resources["/"].ResourceForPath(jsii.String(path))
	}
	return b.resources[path]
}

// l1 returns the L1 resource of a construct.
func l1(of constructs.IConstruct) awscdk.CfnResource {
	return of.Node().DefaultChild().(awscdk.CfnResource)
}

// given returns a route as it was given in the table or by a login.
func (b *builder) given(r plan.PlannedRoute) Route {
	if r.Login != nil {
		return Route{Pattern: r.Pattern.String(), Function: b.functionOf(r)}
	}
	return streamed(r, b.props.Routes[r.Index])
}

// guardedBy returns the patterns of a guard's routes.
func (b *builder) guardedBy(g *plan.Guard) (patterns []string) {
	for r := range b.plan.Sorted() {
		if r.Guard == g {
			patterns = append(patterns, r.Pattern.String())
		}
	}
	return patterns
}
