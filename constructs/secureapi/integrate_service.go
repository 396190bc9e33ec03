package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// serviceCall is a call of an AWS service that answers a route.
type serviceCall struct {
	service      string // as in a URI, such as "sqs"
	path, action string // one of the two
	of           *interfaces.ResourceEnvironment

	permits  string  // the action that the role is permitted
	resource *string // on this alone

	headers   map[string]string // of the call, quoted
	template  string            // makes the call from the body of a request with JSON
	responses []*awsapigateway.IntegrationResponse
}

// integrate makes the integration of a method, with a role that may make this call alone.
func (c serviceCall) integrate(method awsapigateway.Method) (*awsapigateway.IntegrationConfig, awsiam.Role) {
	// No part of it is a reference to the API, so that a role in the API's stack makes no cycle.
	role := awsiam.NewRole(method, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"Call": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &[]awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
					Actions:   jsii.Strings(c.permits),
					Resources: &[]*string{c.resource},
				}),
			}}),
		},
	})
	props := &awsapigateway.AwsIntegrationProps{
		Service:               &c.service,
		Region:                c.region(method),
		IntegrationHttpMethod: jsii.String("POST"),
		Options: &awsapigateway.IntegrationOptions{
			CredentialsRole:      role,
			PassthroughBehavior:  awsapigateway.PassthroughBehavior_NEVER,
			RequestParameters:    mapFor(c.headers),
			RequestTemplates:     mapFor(map[string]string{"application/json": c.template}),
			IntegrationResponses: &c.responses,
		},
	}
	if c.action != "" {
		props.Action = &c.action
	} else {
		props.Path = &c.path
	}
	return awsapigateway.NewAwsIntegration(props).Bind(method), role
}

// region is that of the resource, where it is another one than the API's; nil otherwise.
func (c serviceCall) region(method awsapigateway.Method) *string {
	of := c.of.Region
	if of == nil || plan.Unresolved(*of) || *of == *awscdk.Stack_Of(method).Region() {
		return nil
	}
	return of
}

// answered are the integration responses of a call: what the service takes is answered with this status and template,
// what it refuses as bad with 400, and everything else with 500. Its own words do not reach callers, as they name
// accounts, roles and resources.
func answered(status, template string) []*awsapigateway.IntegrationResponse {
	response := func(status, pattern, template string) *awsapigateway.IntegrationResponse {
		r := &awsapigateway.IntegrationResponse{
			StatusCode:        &status,
			ResponseTemplates: mapFor(map[string]string{"application/json": template}),
		}
		if pattern != "" {
			r.SelectionPattern = &pattern
		}
		return r
	}
	return []*awsapigateway.IntegrationResponse{
		response(status, "200", template),
		response("400", "400", `{"message": "Bad Request"}`),
		response("500", "", `{"message": "Internal Server Error"}`),
	}
}
