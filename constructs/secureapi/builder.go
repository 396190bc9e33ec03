package secureapi

import (
	"slices"

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
	api          *API
	props        *Props

	attached   map[*plan.Guard]attached
	resources  map[string]awsapigateway.IResource // by path
	methods    []madeMethod
	constructs []constructs.IConstruct
}

// madeMethod is a method with what its L1 resource is told beside CDK's own settings.
type madeMethod struct {
	awsapigateway.Method
	metadata, text string // what the table says of it; "" for a route without a requirement
	binary         bool   // a preflight of an API with binary media types

	properties map[string]any // that CDK's L2 has no values for
}

// functionOf is a route's function.
func (b *builder) functionOf(r plan.PlannedRoute) awslambda.IFunction {
	return b.functions[r.Function-1]
}

// resource is CDK's resource of a path, with those above it.
func (b *builder) resource(path string) awsapigateway.IResource {
	if b.resources == nil {
		b.resources = map[string]awsapigateway.IResource{"/": b.api.RestAPI.Root()}
	}
	if b.resources[path] == nil {
		b.resources[path] = b.resources["/"].ResourceForPath(jsii.String(path))
	}
	return b.resources[path]
}

// l1 is the L1 resource of one of the RestApi's constructs. CDK is asked for the routes' constructs in one call, since
// the default child of each by itself takes two; in that list it follows its construct.
func (b *builder) l1(of constructs.IConstruct) awscdk.CfnResource {
	if i := slices.Index(b.constructs, of); i >= 0 && i+1 < len(b.constructs) {
		if resource, ok := b.constructs[i+1].(awscdk.CfnResource); ok {
			return resource
		}
	}
	return of.Node().DefaultChild().(awscdk.CfnResource)
}
