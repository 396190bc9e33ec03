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
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestMethodAddedByApp(t *testing.T) {
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
		{"an OPTIONS method of a function", func(stack awscdk.Stack, api *secureapi.API) {
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
		{"with an authorizer of the app", func(stack awscdk.Stack, api *secureapi.API) {
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

// A nested stack's constructs are also constructs of each stack around it. A finding must be reported once.
func TestFindingInNestedStackIsReportedOnce(t *testing.T) {
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
					t.Errorf("got the panic %s, want each finding once", text)
				}
			}()
			awscdk.App_Of(stack).Synth(nil)
		})
	}
}

// An earlier release made a call for each method of all nested stacks, which overflowed the call stack of CDK's
// engine.
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
		t.Errorf("got %d methods in the templates, want %d", methods, want)
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

// If the resource policy allows everybody all routes, IAM admits principals of all AWS accounts.
func TestIAMMethodWithOpenPolicy(t *testing.T) {
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

// The * in the Allow of a public route matches slashes, so it could open a method that the app added.
func TestAddedMethodCoveredByPolicy(t *testing.T) {
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

// The policy alone does not admit callers without a token of the user pool.
func TestCognitoMethodWithOpenPolicy(t *testing.T) {
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

// A request that an added, guarded method does not match must not reach a public route of the table.
func TestGuardedMethodBelowOpenGreedyRoute(t *testing.T) {
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
