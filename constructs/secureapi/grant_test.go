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

// CloudFormation creates the stage after the functions behind it, and a function after its role's policy. A policy that
// refers to the stage would be a circular dependency.
func TestGrantToBackend(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(stack awscdk.Stack, f awslambda.Function, p *secureapi.Props)
		want string // of the refusal; "" for none
	}{
		{"a stage by its name", func(awscdk.Stack, awslambda.Function, *secureapi.Props) {}, ""},
		{"a stage named by a parameter", func(stack awscdk.Stack, _ awslambda.Function, p *secureapi.Props) {
			p.Stage.Name = *awscdk.NewCfnParameter(stack, jsii.String("Mode"), nil).ValueAsString()
		}, ""},
		{"a stage named by the function", func(_ awscdk.Stack, f awslambda.Function, p *secureapi.Props) {
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

// allowed returns a statement that allows the API's only route.
func allowed(role *string, condition *map[string]any) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewArnPrincipal(role)},
		Actions:    jsii.Strings("execute-api:Invoke"),
		Resources:  jsii.Strings("execute-api:/*/GET/orders/*"),
		Conditions: condition,
	})
}

// The policy of a grant names the deployed stage.
func TestGrantStage(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(p *secureapi.Props)
		want string
	}{
		{"the default", func(*secureapi.Props) {}, "/prod/GET/orders"},
		{"Stage.Name", func(p *secureapi.Props) { p.Stage.Name = "live" }, "/live/GET/orders"},
		{"DeployOptions", func(p *secureapi.Props) {
			p.RestApiProps = &awsapigateway.RestApiProps{
				DeployOptions: &awsapigateway.StageOptions{StageName: jsii.String("v2")},
			}
		}, "/v2/GET/orders"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, func(p *secureapi.Props) { iamOnly(p); tt.set(p) })
			api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Caller"), nil), "GET /orders")
			policy, err := json.Marshal(only(t, stack, "AWS::IAM::Policy"))
			if err != nil || !strings.Contains(string(policy), tt.want+`"`) {
				t.Errorf("policy: got %s, %v, want %s", policy, err, tt.want)
			}
		})
	}
}

func TestGrantInvoke(t *testing.T) {
	stack := newStack()
	f := backend(stack, "Orders")
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer:  secureapi.IAMAuthorizer{},
		Authorizers: map[string]secureapi.Authorizer{"users": secureapi.TokenAuthorizer{Function: f}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders/{id}", f),
			secureapi.Handle("GET /orders/{id}/items", f),
			secureapi.Handle("ANY /stock", f),
			secureapi.Handle("GET /health", f, secureapi.Public("probe")),
			secureapi.Handle("GET /me", f, secureapi.GuardedBy("users")),
		},
	})
	role := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	grant := func(patterns ...string) func() {
		return func() { api.GrantInvoke(role, patterns...) }
	}
	for _, tt := range []struct {
		name     string
		patterns []string
		want     string
	}{
		{"no routes", nil, "secureapi: Shop/Api: GrantInvoke: no route is named"},
		{
			"an unknown route",
			[]string{"GET /nothing"},
			`there is no route "GET /nothing": IAM guards "GET /orders/{id}", "GET /orders/{id}/items", "ANY /stock"`,
		},
		{"a public route", []string{"GET /health"}, `"GET /health" is public`},
		{
			"a route of another guard",
			[]string{"GET /me"},
			`"GET /me" is guarded by the TokenAuthorizer "users", which does not look at IAM policies`,
		},
		{
			"a route whose * crosses a slash",
			[]string{"GET /orders/{id}"},
			`a grant of "GET /orders/{id}" also covers "GET /orders/{id}/items"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, grant(tt.patterns...), tt.want) })
	}
	grant("GET /orders/{id}", "GET /orders/{id}/items", "ANY /stock")()
	statement := only(
		t,
		stack,
		"AWS::IAM::Policy",
	)["PolicyDocument"].(map[string]any)["Statement"].([]any)[0].(map[string]any)
	action, n := statement["Action"], len(statement["Resource"].([]any))
	if action != "execute-api:Invoke" || n != 2+7 {
		t.Errorf("got %v on %d resources, want execute-api:Invoke on 2 routes and 7 verbs of the third", action, n)
	}
}

// The * in a grant's ARN matches slashes, so the grant may also cover methods that the app added.
func TestGrantRule(t *testing.T) {
	const covered = `the method GET /orders/{id}/audit was added beside the table, ` +
		`and the * of the grant of "GET /orders/{id}" covers it`
	unnamed := func(stack awscdk.Stack) string {
		return *awscdk.NewCfnParameter(stack, jsii.String("Mode"), nil).ValueAsString()
	}
	second := func(stack awscdk.Stack, api *secureapi.API) {
		awsapigateway.NewStage(stack, jsii.String("Second"), &awsapigateway.StageProps{
			Deployment: api.RestAPI.LatestDeployment(), StageName: jsii.String("second"),
		})
	}
	for _, tt := range []struct {
		name, path string
		stage      func(awscdk.Stack) string          // nil for the default
		beside     func(awscdk.Stack, *secureapi.API) // nil for nothing else
		want       string                             // "" if it is not covered
	}{
		{"below the route", "/orders/{id}/audit", nil, nil, covered},
		{"below it, on a stage named by a parameter", "/orders/{id}/audit", unnamed, nil, covered},
		{"below it, with a second stage", "/orders/{id}/audit", nil, second, covered},
		{"another path", "/audit", nil, nil, ""},
		{"another path, on a stage named by a parameter", "/audit", unnamed, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			f := backend(stack, "Orders")
			props := &secureapi.Props{
				Authorizer: secureapi.IAMAuthorizer{}, Routes: []secureapi.Route{secureapi.Handle("GET /orders/{id}", f)},
			}
			if tt.stage != nil {
				props.Stage.Name = tt.stage(stack)
			}
			api := secureapi.New(stack, "Api", props)
			api.GrantInvoke(awsiam.NewUser(stack, jsii.String("Caller"), nil), "GET /orders/{id}")
			api.RestAPI.Root().ResourceForPath(&tt.path).AddMethod(jsii.String("GET"), nil,
				&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
			if tt.beside != nil {
				tt.beside(stack, api)
			}
			synth := func() { awscdk.App_Of(stack).Synth(nil) }
			if tt.want == "" {
				synth()
				return
			}
			refused(t, synth, tt.want)
		})
	}
}

// In a stack of another region, the API's ID is known only at deployment.
func TestGrantInAnotherRegion(t *testing.T) {
	app := newApp()
	in := func(name, region string) awscdk.Stack {
		return awscdk.NewStack(app, &name, &awscdk.StackProps{
			Env:                   &awscdk.Environment{Account: jsii.String("111122223333"), Region: &region},
			CrossRegionReferences: jsii.Bool(true),
		})
	}
	here, there := in("Here", "eu-west-1"), in("There", "us-east-1")
	api := secureapi.New(here, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders/{id}", backend(here, "Orders"))},
	})
	api.GrantInvoke(awsiam.NewUser(there, jsii.String("Caller"), nil), "GET /orders/{id}")
	api.RestAPI.Root().ResourceForPath(jsii.String("/orders/{id}/audit")).AddMethod(jsii.String("GET"), nil,
		&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM})
	refused(t, func() { app.Synth(nil) }, `the * of the grant of "GET /orders/{id}" covers it`)
}

func TestGrantInvokeNil(t *testing.T) {
	stack := newStack()
	api := shop(stack, iamOnly)
	refused(t, func() { api.GrantInvoke(nil, "GET /orders") }, "secureapi: Shop/Api: GrantInvoke: the grantee is nil")
	refused(t, func() { api.GrantInvoke(awsiam.NewAccountPrincipal("210987654321"), "GET /orders") },
		"secureapi: Shop/Api: GrantInvoke: the grantee takes no policy", "ResourcePolicy.AllowAccounts")
}

// CDK creates no policy for a role of another account, but reports the grant as a success.
func TestGrantInvokeToAnotherAccount(t *testing.T) {
	stack := awscdk.NewStack(newApp(), jsii.String("Shop"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("us-east-1")},
	})
	api := shop(stack, iamOnly)
	arn := jsii.String("arn:aws:iam::210987654321:role/partner")
	role := awsiam.Role_FromRoleArn(stack, jsii.String("Partner"), arn, nil)
	refused(t, func() { api.GrantInvoke(role, "GET /orders") },
		"secureapi: Shop/Api: GrantInvoke: the grantee is of account 210987654321 and the API of 123456789012",
		"ResourcePolicy.AllowAccounts")
	own := awsiam.Role_FromRoleArn(stack, jsii.String("Own"), jsii.String("arn:aws:iam::123456789012:role/own"), nil)
	api.GrantInvoke(own, "GET /orders")
}

func TestGrantInvokeWithoutStage(t *testing.T) {
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		iamOnly(p)
		p.RestApiProps = &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)}
	})
	role := awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	refused(
		t,
		func() { api.GrantInvoke(role, "GET /orders") },
		"secureapi: Shop/Api: GrantInvoke: the API has no stage to grant",
	)
}
