package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// serviceCall is a call of an AWS service that answers a route.
type serviceCall struct {
	service      string // as in a URI, such as "sqs"
	path, action string // exactly one is set
	of           *interfaces.ResourceEnvironment

	permits  string  // the action that the role is permitted
	resource *string // the only resource that the role may use

	headers   map[string]string // of the call, in quotes
	template  string            // creates the call from the body of a request with JSON
	responses []*awsapigateway.IntegrationResponse
}

// integrate creates the integration of a method, with a role that may make only this call.
func (c serviceCall) integrate(method awsapigateway.Method) (*awsapigateway.IntegrationConfig, awsiam.Role) {
	// It contains no reference to the API, so a role in the API's stack causes no cycle.
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

// region returns the region of the resource if it differs from the API's, or nil.
func (c serviceCall) region(method awsapigateway.Method) *string {
	of := c.of.Region
	if of == nil || cdktoken.Unresolved(*of) || *of == *awscdk.Stack_Of(method).Region() {
		return nil
	}
	return of
}

// serviceResponses returns the integration responses of a call. If the service accepts the call, the answer has this
// status and template. If it refuses the call as bad, the status is 400, and for everything else 500. The service's own
// words do not reach callers, because they name accounts, roles and resources.
func serviceResponses(status, template string) []*awsapigateway.IntegrationResponse {
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
