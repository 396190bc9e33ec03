package secureapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// CloudFormation makes the stage after the functions behind it, and a function after its role's policy. A policy that
// refers to the stage would be a circular dependency.
func TestAGrantToAFunctionBehindTheAPI(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(stack awscdk.Stack, f awslambda.Function, p *secureapi.Props)
		want string // of the refusal; "" for none
	}{
		{"a stage by its name", func(awscdk.Stack, awslambda.Function, *secureapi.Props) {}, ""},
		{"a stage that a parameter names", func(stack awscdk.Stack, _ awslambda.Function, p *secureapi.Props) {
			p.Stage.Name = *awscdk.NewCfnParameter(stack, jsii.String("Mode"), nil).ValueAsString()
		}, ""},
		{"a stage that the function names", func(_ awscdk.Stack, f awslambda.Function, p *secureapi.Props) {
			p.Stage.Name = *f.FunctionName()
		}, "CloudFormation refuses resources that depend on each other in a circle: "},
		{"the resource policy names the function's role", func(_ awscdk.Stack, f awslambda.Function, p *secureapi.Props) {
			p.ResourcePolicy = &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{allowed(f.Role().RoleArn(), nil)}}
		}, ""},
		{"the resource policy names the function", func(_ awscdk.Stack, f awslambda.Function, p *secureapi.Props) {
			p.ResourcePolicy = &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
				allowed(f.Role().RoleArn(), &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": f.FunctionArn()}}),
			}}
		}, "CloudFormation refuses resources that depend on each other in a circle: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			f := backend(stack, "Orders")
			props := &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{}, Routes: []secureapi.Route{secureapi.Handle("GET /orders/{id}", f)},
			}
			tt.set(stack, f, props)
			api := secureapi.New(stack, "Api", props)
			api.GrantInvoke(f, "GET /orders/{id}")
			synth := func() { awscdk.App_Of(stack).Synth(nil) }
			if tt.want != "" {
				refused(t, synth, tt.want)
				return
			}
			synth()
		})
	}
}

// allowed returns a statement that lets a role call the API's one route.
func allowed(role *string, condition *map[string]any) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewArnPrincipal(role)},
		Actions:    jsii.Strings("execute-api:Invoke"),
		Resources:  jsii.Strings("execute-api:/*/GET/orders/*"),
		Conditions: condition,
	})
}

// The policy names the stage that is deployed.
func TestTheStageOfAGrant(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(p *secureapi.Props)
		want string
	}{
		{"the default", func(*secureapi.Props) {}, "/prod/GET/orders"},
		{"Stage.Name", func(p *secureapi.Props) { p.Stage.Name = "live" }, "/live/GET/orders"},
		{"DeployOptions", func(p *secureapi.Props) {
			p.RestApiProps = &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{StageName: jsii.String("v2")}}
		}, "/v2/GET/orders"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, func(p *secureapi.Props) { iamOnly(p); tt.set(p) })
			api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Caller"), nil), "GET /orders")
			policy, err := json.Marshal(only(t, stack, "AWS::IAM::Policy"))
			if err != nil || !strings.Contains(string(policy), tt.want+`"`) {
				t.Errorf("the policy is %s (%v), want %s", policy, err, tt.want)
			}
		})
	}
}
