package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

func (b *builder) build() {
	policy := b.policyDocument()
	props := b.restAPIProps(policy)
	writeEndpoint := literalEndpoint(props)
	b.api.RestAPI = awsapigateway.NewRestApi(b.api, jsii.String("RestApi"), props)
	b.rest = b.api.RestAPI
	writeEndpoint(b.rest)
	b.nameStage()
	b.addCanary()
	b.addLogins()
	b.attach()
	b.addModels()
	b.addMethods()
	if b.props.CORS != nil {
		b.addPreflights()
		b.configureFunctions()
	}
	batch.Methods(b.api.RestAPI, b.batch)
	b.tellStreams()
	b.addGatewayResponses()
	b.addLoginPage()
	b.addDomain()
	b.setPolicy()
	b.addWebACL()
	b.explainBadRequests()
	b.addUsagePlans()
	b.warnOfNoRoutes()
	b.warnOfSiblings()
	b.warnOfSplitCookies()
	b.warnOfSharedOwners()
	b.warnOfWithheldHeaders()
	b.warnOfBodies()
	b.noteConditions()
	b.finish(policy)
	b.flush()
	b.suppressNag()
	b.addConditions()
	batch.Settle(b.api, b.api.RestAPI, rules.PlanMetadata)
	b.check()
}

// attach creates the authorizers.
func (b *builder) attach() {
	b.attached, b.api.functions = map[*plan.Guard]attached{}, map[*plan.Guard]awslambda.Function{}
	b.api.authorizers = b.attached
	for _, g := range b.plan.Guards {
		at := b.authorizers[g.Name].attach(b.site, g)
		if at.authorizer != nil {
			at.id = at.authorizer.AuthorizerId()
		}
		b.attached[g] = at
		if f := at.included.function; f != nil {
			b.api.functions[g] = f
		}
	}
}
