package secureapi_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// child returns the construct at a path of IDs below c.
func child(c constructs.IConstruct, ids ...string) constructs.IConstruct {
	for _, id := range ids {
		c = c.Node().FindChild(&id)
	}
	return c
}

// cfn returns the CloudFormation resource of a construct.
func cfn(c constructs.IConstruct) awscdk.CfnResource {
	return c.Node().DefaultChild().(awscdk.CfnResource)
}

func cached() secureapi.RequestAuthorizer {
	return secureapi.RequestAuthorizer{JWT: tokens().JWT}
}

// sessions guards the API with a login's sessions.
func sessions(p *secureapi.Props) {
	stack := awscdk.Stack_Of(p.Routes[0].Function)
	p.Authorizer = secureapi.SessionAuthorizer{Login: oktaLogin(stack)}
}

// Each case is an app that only the checks of the finished template refuse.
func TestHoles(t *testing.T) {
	method := func(api *secureapi.API, path, verb string) constructs.IConstruct {
		return api.RestAPI.Root().ResourceForPath(&path).Node().FindChild(&verb)
	}
	raw := func(scope constructs.Construct, id string, props *awsapigateway.CfnMethodProps) awsapigateway.CfnMethod {
		props.HttpMethod = jsii.String("POST")
		return awsapigateway.NewCfnMethod(scope, &id, props)
	}
	var behind awslambda.Function
	for _, tt := range []struct {
		name   string
		change func(*secureapi.Props)
		add    func(stack awscdk.Stack, api *secureapi.API)
		rule   string
		want   string
	}{
		{"the URL in a function behind the API",
			func(p *secureapi.Props) { behind = p.Routes[0].Function.(awslambda.Function) },
			func(_ awscdk.Stack, api *secureapi.API) {
				behind.AddEnvironment(jsii.String("API_URL"), jsii.String(api.URL()), nil)
			}, "circular-dependency", "the variable API_URL of the function refers to ApiRestApiDeploymentStageprod"},
		{"a routing rule with a priority that another rule has",
			func(p *secureapi.Props) {
				stack := awscdk.Stack_Of(p.Routes[0].Function)
				p.Domain = &secureapi.Domain{Name: "api.example.com", Certificate: certificate(stack, "eu-west-1"),
					Rules: []secureapi.RoutingRule{{Priority: 10, BasePath: "v2"}}}
			}, func(stack awscdk.Stack, api *secureapi.API) {
				domain := api.Domain().Node().DefaultChild().(awsapigateway.CfnDomainName)
				awscdk.NewCfnResource(stack, jsii.String("Rule"), &awscdk.CfnResourceProps{
					Type: jsii.String("AWS::ApiGatewayV2::RoutingRule"), Properties: &map[string]any{
						"DomainNameArn": domain.AttrDomainNameArn(), "Priority": 10, "Conditions": []any{},
						"Actions": []any{map[string]any{"InvokeApi": map[string]any{"ApiId": api.RestAPI.RestApiId(), "Stage": "prod"}}},
					},
				})
			}, "domain-routing", "the rule ApiDomainRule10"},
		{"a load balancer that is removed",
			func(p *secureapi.Props) {
				stock := privateBackend(awscdk.Stack_Of(p.Routes[0].Function), "Stock", "", "app/stock/1")
				p.Routes = append(p.Routes, secureapi.Integrate("GET /stock", stock, secureapi.AnyScope("stock:read")))
			}, func(_ awscdk.Stack, api *secureapi.API) {
				cfn(method(api, "/stock", "GET")).AddPropertyDeletionOverride(jsii.String("Integration.IntegrationTarget"))
			}, "private-integration", "the method GET /stock is connected to a VPC link V2, and has no IntegrationTarget"},
		{"a header of the caller that is removed", func(p *secureapi.Props) {
			p.Routes = append(p.Routes, secureapi.Integrate("GET /stock",
				awsapigateway.NewHttpIntegration(jsii.String("https://stock.example.com/all"), nil), secureapi.ForwardCaller()))
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.Method("GET /stock").AddPropertyDeletionOverride(
				jsii.String(`Integration.RequestParameters.integration\.request\.header\.CallerPrincipalId`))
		}, "changed-caller", "the method GET /stock maps the header CallerPrincipalId from " +
			"context.authorizer.principalId by the table, and from nothing in the template"},
		{"a header of the caller that a public route forwards",
			func(p *secureapi.Props) {
				p.Routes = append(p.Routes,
					secureapi.Integrate("GET /stock", awsapigateway.NewHttpIntegration(jsii.String("https://stock.example.com/all"),
						&awsapigateway.HttpIntegrationProps{Options: &awsapigateway.IntegrationOptions{
							RequestParameters: &map[string]*string{
								"integration.request.header.X-Subject": jsii.String("context.authorizer.principalId"),
							}}})),
					secureapi.Integrate("GET /page", awsapigateway.NewHttpIntegration(jsii.String("https://stock.example.com/page"),
						nil), secureapi.Public("a page")))
			}, func(awscdk.Stack, *secureapi.API) {}, "forgeable-header",
			"the method GET /page passes the client's header x-subject on, and the backend learns from it who calls GET /stock"},
		{"a method with only a key", nil, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddMethod(jsii.String("GET"), nil, &awsapigateway.MethodOptions{ApiKeyRequired: jsii.Bool(true)})
		}, "open-method", "the method GET / is public with a key, which is no identity, and the table does not say so"},
		{"a key that is removed", func(p *secureapi.Props) {
			p.Routes[1].Access = []secureapi.Access{secureapi.KeyOnly("probes send a key")}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.Method("GET /health").SetApiKeyRequired(jsii.Bool(false))
		}, "changed-key", "the method GET /health is public with a key by the table, and ApiKeyRequired is false"},
		{"a key beside a guard that is removed", func(p *secureapi.Props) {
			p.Routes[0].Access = append(p.Routes[0].Access, secureapi.APIKey())
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.Method("GET /orders").AddPropertyDeletionOverride(jsii.String("ApiKeyRequired"))
		}, "changed-key", "the method GET /orders needs an API key by the table, and ApiKeyRequired is not set"},
		{"a validator that is removed", func(p *secureapi.Props) {
			p.Routes[0].Access = append(p.Routes[0].Access, secureapi.RequireQuery("page"))
		}, func(_ awscdk.Stack, api *secureapi.API) {
			api.Method("GET /orders").SetRequestValidatorId(nil)
		}, "changed-check", "the method GET /orders checks method.request.querystring.page by the table, and its " +
			"RequestValidatorId is not set"},
		{"a throttle that is removed", func(p *secureapi.Props) {
			p.Routes[1].Access = append(p.Routes[1].Access, secureapi.Throttle(0.5, 3))
		}, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI.DeploymentStage()).AddPropertyDeletionOverride(jsii.String("MethodSettings"))
		}, "changed-throttle", "the table throttles GET /health to 0.5 requests a second with a burst of 3, and the stage " +
			`"prod" has no such limit`},
		{"a type from a parameter", nil, func(stack awscdk.Stack, api *secureapi.API) {
			kind := awscdk.NewCfnParameter(stack, jsii.String("Type"), &awscdk.CfnParameterProps{Default: "AWS_IAM"})
			raw(stack, "Raw", &awsapigateway.CfnMethodProps{
				RestApiId:         api.RestAPI.RestApiId(),
				ResourceId:        api.RestAPI.RestApiRootResourceId(),
				AuthorizationType: kind.ValueAsString(),
			})
		}, "undecided-authorization", "it cannot be told whether the method POST / is open: AuthorizationType: it is the " +
			"parameter Type"},
		{"a type from a token", nil, func(stack awscdk.Stack, api *secureapi.API) {
			raw(stack, "Raw", &awsapigateway.CfnMethodProps{
				RestApiId:         api.RestAPI.RestApiId(),
				ResourceId:        api.RestAPI.RestApiRootResourceId(),
				AuthorizationType: awscdk.Lazy_String(&typeNone{}, nil),
			})
		}, "open-method", "the method POST / is open"},
		{"an override of a guarded method", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(method(api, "/orders", "GET")).AddPropertyOverride(jsii.String("AuthorizationType"), "NONE")
		}, "open-method", "the method GET /orders is open, and the table says that Authorizer guards it"},
		{"a generic resource", nil, func(stack awscdk.Stack, api *secureapi.API) {
			awscdk.NewCfnResource(stack, jsii.String("Generic"), &awscdk.CfnResourceProps{
				Type: jsii.String("AWS::ApiGateway::Method"),
				Properties: &map[string]any{
					"RestApiId":         api.RestAPI.RestApiId(),
					"ResourceId":        api.RestAPI.RestApiRootResourceId(),
					"HttpMethod":        "DELETE",
					"AuthorizationType": "NONE",
				},
			})
		}, "open-method", "the method DELETE / is open"},
		{"an id by Fn::Sub", nil, func(stack awscdk.Stack, api *secureapi.API) {
			id := "${" + *stack.GetLogicalId(cfn(api.RestAPI)) + "}"
			raw(stack, "Raw", &awsapigateway.CfnMethodProps{
				RestApiId:         awscdk.Fn_Sub(&id, nil),
				ResourceId:        api.RestAPI.RestApiRootResourceId(),
				AuthorizationType: jsii.String("NONE"),
			})
		}, "open-method", "the method POST / is open"},
		{"an id by an import from another stack", nil, func(stack awscdk.Stack, api *secureapi.API) {
			awscdk.NewCfnOutput(stack, jsii.String("Id"), &awscdk.CfnOutputProps{
				Value:      api.RestAPI.RestApiId(),
				ExportName: jsii.String("shop-api"),
			})
			awscdk.NewCfnOutput(stack, jsii.String("Root"), &awscdk.CfnOutputProps{
				Value:      api.RestAPI.RestApiRootResourceId(),
				ExportName: jsii.String("shop-root"),
			})
			other := awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Other"), nil)
			raw(other, "Raw", &awsapigateway.CfnMethodProps{RestApiId: awscdk.Fn_ImportValue(jsii.String("shop-api")),
				ResourceId: awscdk.Fn_ImportValue(jsii.String("shop-root")), AuthorizationType: jsii.String("NONE")})
		}, "open-method", "the method POST / is open"},
		{"an id by an import of another app", nil, func(stack awscdk.Stack, _ *secureapi.API) {
			raw(awscdk.NewStack(awscdk.App_Of(stack), jsii.String("Other"), nil), "Raw", &awsapigateway.CfnMethodProps{
				RestApiId:         awscdk.Fn_ImportValue(jsii.String("shop-api")),
				ResourceId:        jsii.String("abc"),
				AuthorizationType: jsii.String("NONE"),
			})
		}, "unknown-api", "it cannot be told whether its API is one that Gatehouse built"},
		{"a method in a public method's scope", nil, func(_ awscdk.Stack, api *secureapi.API) {
			raw(
				method(api, "/health", "GET").(constructs.Construct),
				"Raw",
				&awsapigateway.CfnMethodProps{RestApiId: api.RestAPI.RestApiId(),
					ResourceId: api.RestAPI.RestApiRootResourceId(), AuthorizationType: jsii.String("NONE")},
			)
		}, "open-method", "the method POST / is open"},
		{"a public method at another path", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(method(api, "/health", "GET")).(awsapigateway.CfnMethod).SetResourceId(api.RestAPI.RestApiRootResourceId())
		}, "open-method", "the method GET / is open"},
		{"a resource policy that is removed", func(p *secureapi.Props) {
			p.ResourcePolicy = &secureapi.ResourcePolicy{AllowCIDRs: []string{"203.0.113.0/24"}}
		}, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI).AddPropertyDeletionOverride(jsii.String("Policy"))
		}, "resource-policy", "the resource policy lacks a Deny that was planned"},
		{"an authorizer of the app with the included function", nil, func(stack awscdk.Stack, api *secureapi.API) {
			api.RestAPI.Root().AddMethod(
				jsii.String("GET"),
				nil,
				&awsapigateway.MethodOptions{Authorizer: awsapigateway.NewTokenAuthorizer(stack, jsii.String("Own"),
					&awsapigateway.TokenAuthorizerProps{Handler: api.AuthorizerFunction()})},
			)
		}, "included-authorizer", "the method GET / was added beside the table with an authorizer that answers for the " +
			"table alone"},
		{"a body", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI).(awsapigateway.CfnRestApi).SetBody(map[string]any{"openapi": "3.0.1", "paths": map[string]any{}})
		}, "hidden-methods", "Body is set"},
		{"a clone", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI).(awsapigateway.CfnRestApi).SetCloneFrom(jsii.String("a1b2c3d4e5"))
		}, "hidden-methods", "CloneFrom is set"},
		{"metadata that is removed", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI).AddDeletionOverride(jsii.String("Metadata"))
		}, "hidden-methods", "the templates have no gatehouse:plan for the API Shop/Api"},
		{
			"an identity source",
			func(p *secureapi.Props) { p.Authorizer = cached() },
			func(_ awscdk.Stack, api *secureapi.API) {
				cfn(child(
					api,
					"Authorizer",
				)).(awsapigateway.CfnAuthorizer).SetIdentitySource(jsii.String("method.request.header.X-Version"))
			},
			"changed-authorizer",
			`IdentitySource is "method.request.header.X-Version", want "method.request.header.Authorization"`,
		},
		{"an identity source of a session", sessions, func(_ awscdk.Stack, api *secureapi.API) {
			source := jsii.String("method.request.header.Cookie")
			cfn(child(api, "Authorizer")).(awsapigateway.CfnAuthorizer).SetIdentitySource(source)
		}, "changed-authorizer", `IdentitySource is "method.request.header.Cookie", want ` +
			`"method.request.header.Cookie,method.request.header.Sec-Fetch-Site"`},
		{"a guarded callback", sessions, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(method(api, "/auth/callback", "GET")).AddPropertyOverride(jsii.String("AuthorizationType"), "AWS_IAM")
		}, "changed-login", "the route GET /auth/callback of a login is not as it was planned: its AuthorizationType is " +
			"AWS_IAM, want NONE"},
		{"a callback of another function", sessions, func(stack awscdk.Stack, api *secureapi.API) {
			uri := "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + *backend(stack, "Lax").FunctionArn() +
				"/invocations"
			cfn(method(api, "/auth/callback", "GET")).AddPropertyOverride(jsii.String("Integration.Uri"), uri)
		}, "changed-login", "the route GET /auth/callback of a login is not as it was planned: its integration calls "},
		{"a login's environment", sessions, func(_ awscdk.Stack, api *secureapi.API) {
			api.LoginFunction().AddEnvironment(jsii.String("GATEHOUSE_LOGIN"), jsii.String(`{}`), nil)
		}, "changed-function", "the included function's variable GATEHOUSE_LOGIN is not as planned"},
		{"a second answer without a session", sessions, func(_ awscdk.Stack, api *secureapi.API) {
			api.RestAPI.AddGatewayResponse(jsii.String("Own"), &awsapigateway.GatewayResponseOptions{
				Type: awsapigateway.ResponseType_UNAUTHORIZED(),
			})
		}, "gateway-response-twice", "the API has the gateway response UNAUTHORIZED twice"},
		{"a cache of an authorizer with NoCache", func(p *secureapi.Props) {
			a := tokens()
			a.CacheTTL = secureapi.NoCache
			p.Authorizer = a
		}, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(child(api, "Authorizer")).(awsapigateway.CfnAuthorizer).SetAuthorizerResultTtlInSeconds(jsii.Number(300))
		}, "changed-authorizer", "AuthorizerResultTtlInSeconds is 300, want 0"},
		{"a longer cache", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(child(api, "Authorizer")).(awsapigateway.CfnAuthorizer).SetAuthorizerResultTtlInSeconds(jsii.Number(3600))
		}, "changed-authorizer", "AuthorizerResultTtlInSeconds is 3600, want 300"},
		{"a function of another one", nil, func(stack awscdk.Stack, api *secureapi.API) {
			uri := "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + *backend(
				stack,
				"Lax",
			).FunctionArn() + "/invocations"
			cfn(child(api, "Authorizer")).(awsapigateway.CfnAuthorizer).SetAuthorizerUri(&uri)
		}, "changed-authorizer", "AuthorizerUri is "},
		{"an environment", nil, func(_ awscdk.Stack, api *secureapi.API) {
			api.AuthorizerFunction().AddEnvironment(jsii.String("GATEHOUSE_AUTHORIZER"), jsii.String(`{"issuers":[]}`), nil)
		}, "changed-function", "variable GATEHOUSE_AUTHORIZER is not as planned"},
		{"a second stage with a cache", nil, func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewStage(stack, jsii.String("Fast"), &awsapigateway.StageProps{
				StageName:      jsii.String("fast"),
				Deployment:     api.RestAPI.LatestDeployment(),
				CachingEnabled: jsii.Bool(true),
			})
		}, "response-cache", `the stage "fast" caches the answers of * /*`},
		{"settings with a cache", nil, func(_ awscdk.Stack, api *secureapi.API) {
			cfn(api.RestAPI.DeploymentStage()).AddPropertyOverride(jsii.String("MethodSettings"), []any{map[string]any{
				"HttpMethod": "GET", "ResourcePath": "/orders", "CachingEnabled": true}})
		}, "response-cache", `the stage "prod" caches the answers of GET /orders`},
		{"a deployment with a cache", nil, func(stack awscdk.Stack, api *secureapi.API) {
			awsapigateway.NewCfnDeployment(stack, jsii.String("Fast"), &awsapigateway.CfnDeploymentProps{
				RestApiId: api.RestAPI.RestApiId(),
				StageName: jsii.String("fast"),
				StageDescription: &awsapigateway.CfnDeployment_StageDescriptionProperty{
					CacheClusterEnabled: jsii.Bool(true),
					CachingEnabled:      jsii.Bool(true),
				},
			})
		}, "response-cache", `the stage "fast" caches the answers of all methods`},
		{"a function URL", nil, func(stack awscdk.Stack, _ *secureapi.API) {
			child(
				stack,
				"Orders",
			).(awslambda.Function).AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
		}, "open-function-url", "the function URL is open, and its function answers GET /orders, which CUSTOM guards"},
		{"a URL of a function that streams", func(p *secureapi.Props) {
			p.Routes[0].Access = append(p.Routes[0].Access, secureapi.Streamed())
		}, func(stack awscdk.Stack, _ *secureapi.API) {
			child(stack, "Orders").(awslambda.Function).AddFunctionUrl(
				&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
		}, "open-function-url", "the function URL is open, and its function answers GET /orders, which CUSTOM guards"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stack := newStack()
			tt.add(stack, shop(stack, tt.change))
			refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, tt.want, "Rule Gatehouse::"+tt.rule, "Suggested fix: ")
		})
	}
}

type typeNone struct{ _ byte } // the engine tells objects apart by their addresses

func (*typeNone) Produce() *string { return jsii.String("NONE") }

// An app can accept a finding at its construct, with a reason.
func TestAccept(t *testing.T) {
	stack := newStack()
	api := shop(stack, nil)
	url := child(stack, "Orders").(awslambda.Function).AddFunctionUrl(
		&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE},
	)
	refused(t, func() { secureapi.Accept(nil, "open-function-url", "x") }, "secureapi: Accept: the scope is nil")
	refused(
		t,
		func() { secureapi.Accept(url, "open-url", "x") },
		`there is no rule "open-url": want one of `,
		"open-function-url",
	)
	refused(t, func() { secureapi.Accept(url, "acceptance", "x") }, `there is no rule "acceptance"`)
	refused(t, func() { secureapi.Accept(url, "open-function-url", " ") }, "open-function-url needs a reason")
	refused(t, func() { secureapi.Accept(stack, "open-function-url", "x") }, "it has no resource of its own")
	secureapi.Accept(url, "open-function-url", "it verifies signatures itself")
	cfn(api.RestAPI).(awsapigateway.CfnRestApi).SetCloneFrom(jsii.String("a1b2c3d4e5"))
	secureapi.Accept(api, "hidden-methods", "a clone of a closed one")
	secureapi.Accept(api, "resource-policy", "left over")
	awscdk.App_Of(stack).Synth(nil) // what is left over is a warning
	if got := resourceMetadata(stack, "AWS::ApiGateway::RestApi")["gatehouse:accepts"].(map[string]any); len(got) != 2 {
		t.Errorf("accepted rules of the API: got %v, want two", got)
	}
}

// CDK's acknowledgement applies to a whole app and is not in a template, so it does not silence an error.
func TestAcknowledgeKeepsErrors(t *testing.T) {
	stack := newStack()
	shop(stack, nil).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
	awscdk.Validations_Of(stack).
		Acknowledge(&awscdk.Acknowledgment{Id: jsii.String("Gatehouse::open-method"), Reason: jsii.String("no")})
	refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, "the method GET / is open")
}

// The checks of an app include the constructs in a stage.
func TestChecksIncludeStages(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(awscdk.NewStage(app, jsii.String("Prod"), nil), jsii.String("Shop"), nil)
	shop(stack, nil).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
	refused(t, func() { app.Synth(nil) }, "the method GET / is open", "Prod/Shop/Api/RestApi/Default/GET/Resource")
}

func TestSkipValidationKeepsChecks(t *testing.T) {
	stack := newStack()
	shop(stack, nil).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
	refused(
		t,
		func() { awscdk.App_Of(stack).Synth(&awscdk.StageSynthesisOptions{SkipValidation: jsii.Bool(true)}) },
		"the method GET / is open",
	)
}

// Each synthesis checks the app, also after a synthesis with findings.
func TestChecksRunAtEachSynthesis(t *testing.T) {
	stack := newStack()
	root := shop(stack, nil).RestAPI.Root()
	app := awscdk.App_Of(stack)
	again := &awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}
	report := *app.Synth(nil).Directory() + "/validation-report.json"
	if _, err := os.Stat(report); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("synthesis without findings: got %v", err)
	}
	for range 2 {
		root.AddMethod(jsii.String("GET"), nil, nil)
		refused(t, func() { app.Synth(again) }, "the method GET / is open")
		root.Node().TryRemoveChild(jsii.String("GET"))
		app.Synth(again)
	}
}

// A tree without an app has no checks. For a stack without a scope, CDK creates an app.
func TestTreeWithoutApp(t *testing.T) {
	dir := t.TempDir()
	stage := awscdk.NewStage(
		constructs.NewRootConstruct(jsii.String("Root")),
		jsii.String("Prod"),
		&awscdk.StageProps{Outdir: &dir},
	)
	refused(t, func() { shop(awscdk.NewStack(stage, jsii.String("Shop"), nil), iamOnly) }, "only an app runs the checks "+
		"of its templates: make an awscdk.NewApp")

	alone := awscdk.NewStack(nil, jsii.String("Shop"), nil)
	shop(alone, iamOnly).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
	refused(t, func() { awscdk.App_Of(alone).Synth(nil) }, "the method GET / is open")
}

// The checks ignore an API that was removed from the tree.
func TestRemovedAPI(t *testing.T) {
	stack := newStack()
	shop(stack, nil)
	stack.Node().TryRemoveChild(jsii.String("Api"))
	awscdk.App_Of(stack).Synth(nil)
}

// In these modes, CDK leaves the failure to another process.
func TestFindingsFailSynthesis(t *testing.T) {
	for name, value := range map[string]any{
		"@aws-cdk/core:appMode":                     "process",
		"@aws-cdk/core:failSynthOnValidationErrors": false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CDK_CLI_VERSION", "")
			stack := newStack(name, value)
			shop(stack, nil).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
			refused(t, func() { awscdk.App_Of(stack).Synth(nil) }, "Shop/ApiRestApiGET64A608B1: open-method: the method "+
				"GET / is open, and the table does not say so: put the method into Routes")
			if _, err := os.Stat(filepath.Join(*awscdk.App_Of(stack).Outdir(), "manifest.json")); err == nil {
				t.Error("the assembly still has its manifest")
			}

			// A later synthesis into the same folder succeeds.
			dir := *awscdk.App_Of(stack).Outdir()
			app := awscdk.NewApp(
				&awscdk.AppProps{Outdir: &dir, Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}, name: value}},
			)
			shop(awscdk.NewStack(app, jsii.String("Shop"), nil), nil)
			app.Synth(nil)
			if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
				t.Errorf("later synthesis: %v", err)
			}
		})
	}
	t.Run("the command line reads it", func(t *testing.T) {
		t.Setenv("CDK_CLI_VERSION", "2.1148.1")
		stack := newStack("@aws-cdk/core:failSynthOnValidationErrors", false)
		shop(stack, nil).RestAPI.Root().AddMethod(jsii.String("GET"), nil, nil)
		report := *awscdk.App_Of(stack).Synth(nil).Directory() + "/validation-report.json"
		if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), "the method GET / is open") {
			t.Errorf("report: got %s, %v", text, err)
		}
	})
}
