package secureapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestAMethodAddedBesideTheTable(t *testing.T) {
	for _, tt := range []struct {
		name string
		add  func(stack awscdk.Stack, api *secureapi.API)
		want string // "" if it may be there
	}{
		{"without an authorizer", func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
		}, "the method GET /debug is open, and the table does not say so"},
		{"an L1 method without an authorizer", func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnMethod(stack, jsii.String("Raw"), &awsapigateway.CfnMethodProps{
				HttpMethod: jsii.String("GET"), ResourceId: api.RestAPI.RestApiRootResourceId(), RestApiId: api.RestAPI.RestApiId(),
				AuthorizationType: jsii.String("NONE"),
			})
		}, "the method GET / is open"},
		{"an OPTIONS that a function answers", func(stack awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddMethod(
				jsii.String("OPTIONS"),
				awsapigateway.NewLambdaIntegration(backend(stack, "Other"), nil),
				nil,
			)
		}, "the method OPTIONS / is open, and the table does not say so"},
		{"another verb of a public route", func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().ResourceForPath(jsii.String("/health")).AddMethod(jsii.String("POST"), nil, nil)
		}, "the method POST /health is open"},
		{"from another stack", func(stack awscdk.Stack, api *secureapi.API) {
			other := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Other"), nil)
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				other,
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
		}, "the method GET /debug is open"},
		{"from a stack within another stack", func(stack awscdk.Stack, api *secureapi.API) {
			group := constructs.NewConstruct(awscdk.App_Of(stack), jsii.String("Group"))
			within := awscdk.NewStack(awscdk.NewStack(group, jsii.String("Outer"), nil), jsii.String("Inner"), nil)
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				within,
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
		}, "the method GET /debug is open"},
		{"from a stack within a construct of another stack", func(stack awscdk.Stack, api *secureapi.API) {
			outer := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Outer"), nil)
			within := awscdk.NewStack(constructs.NewConstruct(outer, jsii.String("Group")), jsii.String("Inner"), nil)
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				within,
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
		}, "the method GET /debug is open"},
		{"from a nested stack", func(stack awscdk.Stack, api *secureapi.API) {
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				awscdk.NewNestedStack(stack, jsii.String("Nested"), nil),
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
		}, "the method GET /debug is open"},
		{"with IAM", func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddMethod(
				jsii.String("GET"),
				nil,
				&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM},
			)
		}, ""},
		{"in small letters, which API Gateway takes", func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnMethod(stack, jsii.String("Debug"), &awsapigateway.CfnMethodProps{
				RestApiId:         api.RestAPI.RestApiId(),
				ResourceId:        api.RestAPI.RestApiRootResourceId(),
				HttpMethod:        jsii.String("GET"),
				AuthorizationType: jsii.String("none"),
			})
		}, "the method GET / is open"},
		{"with the included authorizer", func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().ResourceForPath(jsii.String("/orders/archive")).AddMethod(
				jsii.String("GET"),
				nil,
				&awsapigateway.MethodOptions{
					Authorizer: api.Node().FindChild(jsii.String("Authorizer")).(awsapigateway.IAuthorizer)},
			)
		}, "the method GET /orders/archive was added beside the table with an authorizer that answers for the table alone"},
		{"with the included authorizer, from another stack", func(stack awscdk.Stack, api *secureapi.API) {
			other := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Other"), nil)
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				other,
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("archive"), nil).AddMethod(
				jsii.String("GET"),
				nil,
				&awsapigateway.MethodOptions{
					Authorizer: api.Node().FindChild(jsii.String("Authorizer")).(awsapigateway.IAuthorizer)},
			)
		}, "the method GET /archive was added beside the table with an authorizer that answers for the table alone"},
		{"with a function's authorizer of its own", func(stack awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddMethod(jsii.String("GET"), nil, &awsapigateway.MethodOptions{
				Authorizer: awsapigateway.NewTokenAuthorizer(
					stack,
					jsii.String("Own"),
					&awsapigateway.TokenAuthorizerProps{Handler: backend(stack, "Decide")},
				)})
		}, ""},
		{"a preflight", func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddCorsPreflight(&awsapigateway.CorsOptions{AllowOrigins: jsii.Strings("*")})
		}, ""},
		{"of another API", func(stack awscdk.Stack, _ *secureapi.API) {
			awsapigateway.NewRestApi(stack, jsii.String("Open"), nil).Root().AddMethod(jsii.String("GET"), nil, nil)
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.add(stack, shop(stack, nil))
			synth := func() { awscdk.App_Of(stack).Synth(nil) }
			if tt.want == "" {
				synth()
				return
			}
			refused(t, synth, tt.want)
		})
	}
}

// The constructs of a nested stack are also in each stack around it.
func TestAMethodOfAStackWithinAStackIsNamedOnce(t *testing.T) {
	for name, place := range map[string]func(awscdk.Stack) constructs.Construct{
		"of the API's own stack": func(stack awscdk.Stack) constructs.Construct { return stack },
		"of one that depends on it": func(stack awscdk.Stack) constructs.Construct {
			outer := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Outer"), nil)
			outer.AddDependency(stack, nil)
			return outer
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack()
			api := shop(stack, nil)
			within := awscdk.NewStack(place(stack), jsii.String("Within"), nil)
			imported := awsapigateway.RestApi_FromRestApiAttributes(
				within,
				jsii.String("Imported"),
				&awsapigateway.RestApiAttributes{
					RestApiId: api.RestAPI.RestApiId(), RootResourceId: api.RestAPI.RestApiRootResourceId()},
			)
			imported.Root().AddResource(jsii.String("debug"), nil).AddMethod(jsii.String("GET"), nil, nil)
			defer func() {
				if text := fmt.Sprint(recover()); strings.Count(text, "the method GET /debug is open") != 1 {
					t.Errorf("panicked with %s", text)
				}
			}()
			awscdk.App_Of(stack).Synth(nil)
		})
	}
}

// Validations used to make a call for each method of all nested stacks of a stack, which overflowed the engine's call
// stack in the same way.
func TestNestedStacksOfManyRoutes(t *testing.T) {
	const stacks, routes = 6, 100
	stack := newStack()
	for i := range stacks {
		nested := awscdk.NewNestedStack(stack, jsii.String(fmt.Sprintf("Part%d", i)), nil)
		f := backend(nested, "Orders")
		props := &secureapi.Props{
			Authorizer: secureapi.IAMAuthorizer{},
			CORS:       &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		}
		for r := range routes {
			props.Routes = append(props.Routes, secureapi.Handle(fmt.Sprintf("GET /r%d", r), f))
		}
		secureapi.New(nested, "Api", props)
	}
	app := awscdk.App_Of(stack)
	app.Synth(nil)
	methods := 0
	for i := range stacks {
		nested := stack.Node().FindChild(jsii.String(fmt.Sprintf("Part%d", i))).(awscdk.NestedStack)
		text, err := os.ReadFile(filepath.Join(*app.Outdir(), *nested.TemplateFile()))
		if err != nil {
			t.Fatal(err)
		}
		methods += strings.Count(string(text), `"AWS::ApiGateway::Method"`)
	}
	if want := stacks * routes * 2; methods != want { // each with its preflight
		t.Errorf("the templates have %d methods, want %d", methods, want)
	}
}

// CDK's engine keeps each call of a validation on its stack until the validation returns. Many APIs in one app
// overflowed the stack: "RangeError: Maximum call stack size exceeded".
func TestManyAPIsInOneApp(t *testing.T) {
	app := newApp()
	for i := range 12 {
		stack := awscdk.NewStack(app, jsii.String(fmt.Sprint("Stack", i)), nil)
		f := backend(stack, "Function")
		var routes []secureapi.Route
		for k := range 40 {
			routes = append(routes, secureapi.Handle(fmt.Sprintf("GET /r%d/{id}", k), f))
		}
		secureapi.New(stack, "Api", &secureapi.Props{Authorizer: secureapi.IAMAuthorizer{}, Routes: routes})
	}
	app.Synth(nil)
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
		{"nothing", nil, "secureapi: Shop/Api: GrantInvoke: no route is named"},
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
	if n := len(statement["Resource"].([]any)); statement["Action"] != "execute-api:Invoke" || n != 2+7 {
		t.Errorf("%v on %d resources, want execute-api:Invoke on 2 routes and 7 verbs of the third", statement["Action"], n)
	}
}

// The * in a grant's ARN crosses slashes, so it also covers methods that were added beside the table.
func TestAGrantThatCoversAMethodBesideTheTable(t *testing.T) {
	const covered = `the method GET /orders/{id}/audit was added beside the table, and the * of the grant of "GET /orders/{id}" covers it`
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
		{"below it, on a stage that a parameter names", "/orders/{id}/audit", unnamed, nil, covered},
		{"below it, with a second stage", "/orders/{id}/audit", nil, second, covered},
		{"elsewhere", "/audit", nil, nil, ""},
		{"elsewhere, on a stage that a parameter names", "/audit", unnamed, nil, ""},
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

// In a stack of another region, the API's id is known only at deployment.
func TestAGrantInAnotherRegion(t *testing.T) {
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

// CDK's RestApi has methods that add to the policy after the plan has checked it.
func TestAStatementAddedBesideThePolicy(t *testing.T) {
	everybody := func(stack awscdk.Stack, api *secureapi.API, effect awsiam.Effect, resource string) {
		api.RestAPI.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Effect: effect, Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions: jsii.Strings("execute-api:Invoke"), Resources: jsii.Strings(resource),
		}))
	}
	const lets = "ResourcePolicy, with what was added beside the table: a statement allows everybody execute-api:/prod/GET/orders, which an authorizer guards"
	ranges := func(p *secureapi.Props) {
		p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
	}
	endpoint := awsec2.InterfaceVpcEndpointAwsService_APIGATEWAY
	for _, tt := range []struct {
		name  string
		props func(*secureapi.Props)
		add   func(stack awscdk.Stack, api *secureapi.API)
		want  string // "" if it may be there
	}{
		{"an Allow to a policy", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/*")
		}, lets},
		{"an Allow to none", nil, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/*")
		}, lets},
		{"for VPC endpoints only", func(p *secureapi.Props) {
			p.ResourcePolicy = &secureapi.ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}
			p.RestApiProps = &awsapigateway.RestApiProps{EndpointConfiguration: &awsapigateway.EndpointConfiguration{
				Types: &[]awsapigateway.EndpointType{awsapigateway.EndpointType_PRIVATE}}}
		}, func(stack awscdk.Stack, api *secureapi.API) {
			vpc := awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
			api.RestAPI.GrantInvokeFromVpcEndpointsOnly(&[]awsec2.IVpcEndpoint{
				vpc.AddInterfaceEndpoint(jsii.String("Endpoint"), &awsec2.InterfaceVpcEndpointOptions{Service: endpoint()})})
		}, lets},
		{"an Allow by the L1 resource", nil, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Node().DefaultChild().(awsapigateway.CfnRestApi).SetPolicy(map[string]any{
				"Statement": map[string]any{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}})
		}, lets},
		{"an Allow of what is public", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/prod/GET/health")
		}, ""},
		{"an Allow of what is public, with the account's own ARN", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, *stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), Resource: jsii.String("*"), ResourceName: jsii.String("prod/GET/health")}))
		}, ""},
		{"an Allow of all, with the account's own ARN", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_ALLOW, *stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("execute-api"), Resource: jsii.String("*"), ResourceName: jsii.String("prod/GET/*")}))
		}, lets},
		{"an Allow of what is known only when deployed", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			which := awscdk.NewCfnParameter(stack, jsii.String("Which"), nil)
			everybody(stack, api, awsiam.Effect_ALLOW, "execute-api:/prod/GET/"+*which.ValueAsString())
		}, lets},
		{"a Deny of a part", ranges, func(stack awscdk.Stack, api *secureapi.API) {
			everybody(stack, api, awsiam.Effect_DENY, "execute-api:/prod/GET/orders")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.add(stack, shop(stack, tt.props))
			synth := func() { awscdk.App_Of(stack).Synth(nil) }
			if tt.want == "" {
				synth()
				return
			}
			refused(t, synth, tt.want)
		})
	}
}

// A Deny with exceptions does not deny everybody.
func TestADenyThatLeavesSomebodyIn(t *testing.T) {
	stack := newStack()
	partner := awsiam.NewArnPrincipal(jsii.String("arn:aws:iam::210987654321:role/partner"))
	statement := func(p *awsiam.PolicyStatementProps) awsiam.PolicyStatement {
		p.Actions, p.Resources = jsii.Strings("execute-api:Invoke"), jsii.Strings("execute-api:/*")
		return awsiam.NewPolicyStatement(p)
	}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.IAMAuthorizer{},
		Routes:     []secureapi.Route{secureapi.Handle("GET /orders", backend(stack, "Orders"))},
		ResourcePolicy: &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
			statement(&awsiam.PolicyStatementProps{Principals: &[]awsiam.IPrincipal{partner}}),
			statement(
				&awsiam.PolicyStatementProps{
					Effect:        awsiam.Effect_DENY,
					NotPrincipals: &[]awsiam.IPrincipal{partner, awsiam.NewAccountPrincipal("210987654321")},
				},
			),
		}},
	})
	awscdk.App_Of(stack).Synth(nil)
}

func TestGrantInvokeOfNobody(t *testing.T) {
	stack := newStack()
	api := shop(stack, iamOnly)
	refused(t, func() { api.GrantInvoke(nil, "GET /orders") }, "secureapi: Shop/Api: GrantInvoke: the grantee is nil")
	refused(t, func() { api.GrantInvoke(awsiam.NewAccountPrincipal("210987654321"), "GET /orders") },
		"secureapi: Shop/Api: GrantInvoke: the grantee takes no policy", "ResourcePolicy.AllowAccounts")
}

// CDK makes no policy for a role of another account, and reports the grant as a success.
func TestGrantInvokeOfAnotherAccount(t *testing.T) {
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

func TestGrantInvokeWithoutAStage(t *testing.T) {
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

// If the resource policy allows everything to everybody, IAM lets in the principals of every AWS account.
func TestAnIAMMethodBesideAPolicyThatAllowsAll(t *testing.T) {
	stack := newStack()
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /prices", backend(stack, "Prices"), secureapi.Public("a price list")),
		},
		ResourcePolicy: &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}},
	})
	api.RestAPI.Root().
		AddMethod(
			jsii.String("DELETE"),
			nil,
			&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM},
		)
	refused(
		t,
		func() { awscdk.App_Of(stack).Synth(nil) },
		"the method DELETE / was added beside the table, and the API's resource policy allows everything",
	)
}

// The Allow of a public route would open a method beside the table, as its * crosses slashes.
func TestAMethodBesideTheTableThatThePolicyCovers(t *testing.T) {
	for _, path := range []string{"/items/{id}/secret", "/secret"} {
		stack := newStack()
		f := backend(stack, "Items")
		api := secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: tokens(),
			Routes: []secureapi.Route{
				secureapi.Handle("GET /items/{id}", f, secureapi.Public("the catalogue")),
				secureapi.Handle("GET /stock", f),
			},
			ResourcePolicy: &secureapi.ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/24"}},
		})
		api.RestAPI.Root().
			ResourceForPath(&path).
			AddMethod(
				jsii.String("GET"),
				nil,
				&awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM},
			)
		synth := func() { awscdk.App_Of(stack).Synth(nil) }
		if path == "/secret" {
			synth()
			continue
		}
		refused(t, synth, "a statement allows everybody execute-api:/prod/GET/items/*/secret, which an authorizer guards")
	}
}

// Cognito lets no caller in by the policy alone.
func TestACognitoMethodBesideAPolicyThatAllowsAll(t *testing.T) {
	stack := newStack()
	api := secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /prices", backend(stack, "Prices"), secureapi.Public("a price list")),
		},
		ResourcePolicy: &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}},
	})
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	api.RestAPI.Root().AddMethod(jsii.String("DELETE"), nil, &awsapigateway.MethodOptions{
		Authorizer: awsapigateway.NewCognitoUserPoolsAuthorizer(
			stack,
			jsii.String("Users"),
			&awsapigateway.CognitoUserPoolsAuthorizerProps{
				CognitoUserPools: &[]awscognito.IUserPool{pool}},
		)})
	awscdk.App_Of(stack).Synth(nil)
}

// A request that a guarded method beside the table does not match must not fall through to an open route of the table.
func TestAGuardedMethodBesideAnOpenGreedyRoute(t *testing.T) {
	files := func(stack awscdk.Stack) *secureapi.API {
		return secureapi.New(stack, "Api", &secureapi.Props{
			Routes: []secureapi.Route{
				secureapi.Handle("ANY /files/{proxy+}", backend(stack, "Files"), secureapi.Public("downloads")),
			},
		})
	}
	iam := &awsapigateway.MethodOptions{AuthorizationType: awsapigateway.AuthorizationType_IAM}
	stack := newStack()
	files(stack).RestAPI.Root().ResourceForPath(jsii.String("/files/secret")).AddMethod(jsii.String("GET"), nil, iam)
	refused(t, func() { awscdk.App_Of(stack).Synth(nil) },
		`route "ANY /files/{proxy+}" is public and gets what "GET /files/secret", which is guarded, does not take: DELETE`)

	elsewhere := newStack()
	files(elsewhere).RestAPI.Root().ResourceForPath(jsii.String("/secret")).AddMethod(jsii.String("GET"), nil, iam)
	awscdk.App_Of(elsewhere).Synth(nil)

	whole := newStack()
	files(whole).RestAPI.Root().ResourceForPath(jsii.String("/files/secret")).AddMethod(jsii.String("ANY"), nil, iam)
	awscdk.App_Of(whole).Synth(nil)
}

func TestAnAllowWithoutAStage(t *testing.T) {
	refused(
		t,
		func() {
			shop(newStack(), func(p *secureapi.Props) {
				p.Routes[0].Pattern = "GET /orders/{id}"
				p.RestApiProps = &awsapigateway.RestApiProps{Deploy: jsii.Bool(false)}
				p.ResourcePolicy = &secureapi.ResourcePolicy{DenyCIDRs: []string{"203.0.113.0/24"}}
			})
		},
		"ResourcePolicy: the stage is not known, as RestApiProps.Deploy is false, and the * that stands for it crosses slashes",
		"execute-api:/*/GET/orders/?*",
	)
}

// Raw statements replace the generated ones, so they must allow preflights as well.
func TestStatementsThatForgetPreflights(t *testing.T) {
	for _, also := range []string{"execute-api:/prod/OPTIONS/*", ""} {
		synth := func() {
			shop(newStack(), func(p *secureapi.Props) {
				p.CORS = &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}
				resources := []string{"execute-api:/prod/GET/health"}
				if also != "" {
					resources = append(resources, also)
				}
				p.ResourcePolicy = &secureapi.ResourcePolicy{Statements: []awsiam.PolicyStatement{
					awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
						Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
						Actions:    jsii.Strings("execute-api:Invoke"), Resources: jsii.Strings(resources...),
					})}}
			})
		}
		if also != "" {
			synth()
			continue
		}
		refused(t, synth, "ResourcePolicy: no statement allows everybody the preflights, execute-api:/prod/OPTIONS/*")
	}
}

// With LegacyStackSynthesizer, parameters of the stack name a function's code, and the command line sets them.
func TestCodeThatParametersName(t *testing.T) {
	app := newApp("aws:cdk:enable-asset-metadata", true)
	stack := awscdk.NewStack(app, jsii.String("Shop"), &awscdk.StackProps{
		Synthesizer: awscdk.NewLegacyStackSynthesizer(),
	})
	api := shop(stack, nil)
	shop(awscdk.NewNestedStack(stack, jsii.String("Nested"), nil), nil)
	app.Synth(nil)
	other := map[string]string{"Ref": "AssetParametersOfAnotherS3VersionKey"}
	cfn(api.AuthorizerFunction()).AddPropertyOverride(jsii.String("Code.S3Key"), other)
	refused(t, func() { app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}) },
		"the included function's code is not as planned")
}
