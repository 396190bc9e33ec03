package secureapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// mapsTenant reports whether integration options map the tenant ID themselves.
func mapsTenant(o *awsapigateway.LambdaIntegrationOptions) bool {
	if o.RequestParameters == nil {
		return false
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(*o.RequestParameters)), func(name string) bool {
		return strings.EqualFold(name, tenant.Parameter)
	})
}

// isolated reports whether a function of the app has tenant isolation. It is false for an imported function.
func isolated(f awslambda.IFunction) bool {
	if of, ok := f.(interface{ Lambda() awslambda.IFunction }); ok {
		f = of.Lambda() // the function of an alias or a version
	}
	if own, ok := f.(awslambda.Function); ok {
		made, ok := own.Node().DefaultChild().(awslambda.CfnFunction)
		return ok && made.TenancyConfig() != nil
	}
	return false
}
