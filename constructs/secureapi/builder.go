package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// builder turns a checked plan into CDK's objects. Nothing is decided here.
type builder struct {
	*site
	*accessTable // with the plan
	validation
	api   *API
	props *Props

	attached  map[*plan.Guard]attached
	resources map[string]resource      // by path
	bindings  []*binding               // by the number of plan.Route.Function, less one
	made      []constructs.IDependable // methods that CDK does not know as such
	described []any                    // what the deployment depends on
}

// functionOf is a route's function.
func (b *builder) functionOf(r plan.PlannedRoute) awslambda.IFunction {
	return b.functions[r.Function-1]
}

// resource is one of CDK's, with its id, which is asked for once.
type resource struct {
	awsapigateway.IResource
	id *string
}

// resource is CDK's resource of a path, with those above it.
func (b *builder) resource(path string) resource {
	if b.resources == nil {
		root := b.api.RestAPI.Root()
		b.resources = map[string]resource{"/": {root, root.ResourceId()}}
	}
	r, made := b.resources[path]
	if !made {
		r.IResource = b.resources["/"].ResourceForPath(jsii.String(path))
		r.id = r.ResourceId()
		b.resources[path] = r
	}
	return r
}

// l1 is the L1 resource of a construct.
func l1(of constructs.IConstruct) awscdk.CfnResource {
	return of.Node().DefaultChild().(awscdk.CfnResource)
}
