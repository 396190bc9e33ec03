package secureapi_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// A permission on a function makes the function's stack depend on the API's stack, which depends on the function
// (aws-cdk#8241, #20342).
func TestFunctionsOfAnotherStack(t *testing.T) {
	app := newApp()
	shared := awscdk.NewStack(app, jsii.String("Shared"), nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{Function: backend(shared, "Check")},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", backend(shared, "Orders"))},
	})
	app.Synth(nil) // panics if the stacks depend on each other
	if only(t, stack, "AWS::ApiGateway::Authorizer")["AuthorizerCredentials"] == nil {
		t.Error("the authorizer has no role that invokes the function")
	}
	if n := len(resources(shared, "AWS::Lambda::Permission")); n != 0 {
		t.Errorf("got %d permissions in the functions' stack, want none", n)
	}
	if n := len(resources(stack, "AWS::Lambda::Permission")); n != 1 {
		t.Errorf("got %d permissions in the API's stack, want one for the backend", n)
	}
}

// The other account must give the permission, as the guide says. Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
func TestAuthorizerFunctionOfAnotherAccount(t *testing.T) {
	in := func(app awscdk.App, id, account string) awscdk.Stack {
		return awscdk.NewStack(
			app,
			&id,
			&awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: jsii.String("eu-west-1")}},
		)
	}
	const here, there = "111111111111", "222222222222"
	warned := func(account string, role bool) bool {
		stack := in(newApp(), "Shop", here)
		shop(stack, func(p *secureapi.Props) {
			a := secureapi.TokenAuthorizer{Function: awslambda.Function_FromFunctionArn(stack, jsii.String("Decide"),
				jsii.String("arn:aws:lambda:eu-west-1:"+account+":function:decide"))}
			if role {
				a.InvokeRole = awsiam.NewRole(stack, jsii.String("Invoke"), &awsiam.RoleProps{
					AssumedBy: awsiam.NewServicePrincipal(jsii.String("apigateway.amazonaws.com"), nil)})
			}
			p.Authorizer, p.Routes[0].Access = a, nil
		})
		return len(
			*assertions.Annotations_FromStack(stack).FindWarning(
				jsii.String("/Shop/Api"),
				assertions.Match_StringLikeRegexp(jsii.String(
					"the API's TokenAuthorizer: its Function is of account 222222222222 and the API of 111111111111.*set InvokeRole")),
			),
		) > 0
	}
	for _, tt := range []struct {
		account string
		role    bool
		want    bool
	}{{there, false, true}, {there, true, false}, {here, false, false}} {
		if got := warned(tt.account, tt.role); got != tt.want {
			t.Errorf("account %s, with a role %v: warned: got %v, want %v", tt.account, tt.role, got, tt.want)
		}
	}
	app := newApp()
	shared := backend(in(app, "Shared", there), "Decide")
	refused(
		t,
		func() {
			shop(in(app, "Shop", here), func(p *secureapi.Props) {
				p.Authorizer, p.Routes[0].Access = secureapi.TokenAuthorizer{Function: shared}, nil
			})
		},
		"secureapi: Shop/Api: the API's TokenAuthorizer: its Function is of account 222222222222 and the API of 111111111111",
		"set InvokeRole",
	)
}

// The permission is created in the account and the region of its stack.
// Source: https://github.com/aws/serverless-application-model/issues/59
func TestBackendOfAnotherAccountOrRegion(t *testing.T) {
	in := func(app awscdk.App, id, account, region string) awscdk.Stack {
		return awscdk.NewStack(app, &id, &awscdk.StackProps{Env: &awscdk.Environment{Account: &account, Region: &region}})
	}
	const here, there = "111111111111", "222222222222"
	with := func(stack awscdk.Stack, f awslambda.IFunction, change func(*secureapi.Route)) {
		shop(stack, func(p *secureapi.Props) {
			r := secureapi.Handle("GET /far", f, secureapi.AnyScope("far"))
			if change != nil {
				change(&r)
			}
			p.Routes = append(p.Routes, r)
		})
	}
	for name, tt := range map[string]struct{ account, region, want string }{
		"a function of the app in another account": {
			there,
			"eu-west-1",
			`secureapi: Shop/Api: route "GET /far": its function is of account 222222222222 and the API of 111111111111, ` +
				`where no permission for it can be made: import it by its ARN`,
		},
		"a function of the app in another region": {
			here,
			"us-east-1",
			`route "GET /far": its function is in us-east-1 and the API in eu-west-1, ` +
				`where no permission for it can be made: deploy both in one region`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			shared := awslambda.NewFunction(
				in(app, "Shared", tt.account, tt.region),
				jsii.String("Far"),
				&awslambda.FunctionProps{
					FunctionName: jsii.String("far"), Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
					Code: awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
				},
			)
			refused(t, func() { with(in(app, "Shop", here, "eu-west-1"), shared, nil) }, tt.want)
		})
	}
	imported := func(stack awscdk.Stack, account, region string, skip bool) awslambda.IFunction {
		return awslambda.Function_FromFunctionAttributes(stack, jsii.String("Far"), &awslambda.FunctionAttributes{
			FunctionArn: jsii.String("arn:aws:lambda:" + region + ":" + account + ":function:far"), SkipPermissions: &skip,
			SameEnvironment: jsii.Bool(!skip && account == here),
		})
	}
	for name, tt := range map[string]struct {
		account, region string
		skip            bool
		change          func(awscdk.Stack, *secureapi.Route)
		want            string
	}{
		"an imported function of another region": {
			account: here,
			region:  "us-east-1",
			want: "the permission for API Gateway is for the function arn:aws:lambda:us-east-1:111111111111:function:far " +
				"in us-east-1, and the stack is in eu-west-1",
		},
		"an imported function of another region that has its permission": {account: here, region: "us-east-1", skip: true},
		"an imported function of another account, with a warning":        {account: there, region: "eu-west-1", skip: true},
		"an imported function of the same account and region":            {account: here, region: "eu-west-1"},
		"an imported function of another account that a role invokes": {
			account: there,
			region:  "eu-west-1",
			skip:    true,
			change: func(stack awscdk.Stack, r *secureapi.Route) {
				r.IntegrationOptions = &awsapigateway.LambdaIntegrationOptions{CredentialsRole: awsiam.Role_FromRoleArn(
					stack,
					jsii.String("Invoke"),
					jsii.String("arn:aws:iam::111111111111:role/invoke"),
					nil,
				)}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			stack := in(app, "Shop", here, "eu-west-1")
			with(stack, imported(stack, tt.account, tt.region, tt.skip), func(r *secureapi.Route) {
				if tt.change != nil {
					tt.change(stack, r)
				}
			})
			if tt.want == "" {
				app.Synth(nil)
				return
			}
			refused(t, func() { app.Synth(nil) }, strings.Split(tt.want, "\n")...)
		})
	}
}
