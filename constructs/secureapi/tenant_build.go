package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// declareTenant declares the parameter that a route's tenant is mapped from, because API Gateway maps only parameters
// that the method declares.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html ("You must first map the client
// request property")
func (b *builder) declareTenant(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	if r.TenantFrom == "" || !r.Tenant.IsPath {
		return
	}
	parameters := b.given(r).requestParameters(p)
	parameters[r.TenantFrom] = true
	p.RequestParameters = &parameters
}

// withTenant returns the integration of a method that is created from its properties, with the route's tenant.
func (b *builder) withTenant(
	r plan.PlannedRoute, i *awsapigateway.CfnMethod_IntegrationProperty,
) *awsapigateway.CfnMethod_IntegrationProperty {
	if r.TenantFrom == "" {
		return i
	}
	own := *i // a copy, because others share the integration
	own.RequestParameters = &map[string]*string{tenant.Parameter: &r.TenantFrom}
	return &own
}

// addBoundTenant does the same for a method whose integration CDK has bound.
func (b *builder) addBoundTenant(r plan.PlannedRoute, method awsapigateway.CfnMethod) {
	name := strings.ReplaceAll(tenant.Parameter, ".", `\.`)
	method.AddPropertyOverride(jsii.String("Integration.RequestParameters."+name), r.TenantFrom)
	b.dependOn(tenant.Parameter + ": " + r.TenantFrom) // CDK does not see overrides
}
