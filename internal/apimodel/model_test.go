package apimodel

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

// api is a template with an API of one guarded method, which the tests change.
func api(changes ...string) string {
	resources := map[string]string{
		"Api": `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "orders"}}`,
		"Path": `{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": ` +
			`{"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "orders"}}`,
		"Method": method(`"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Auth"}`, proxy("Fn")),
		"Auth": authorizer(
			`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": ` + invoke("AuthFn"),
		),
		"Fn":     `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}}`,
		"AuthFn": `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}}`,
		"Thing":  `{"Type": "Custom::Thing"}`,
		"Stage": `{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1", ` +
			`"DeploymentId": {"Ref": "Deployment"}}}`,

		"Deployment": `{"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}}`,
	}
	for i := 0; i < len(changes); i += 2 {
		resources[changes[i]] = changes[i+1]
	}
	var out []string
	for id, r := range resources {
		if r != "" {
			out = append(out, fmt.Sprintf("%q: %s", id, r))
		}
	}
	return `{"Conditions": {"No": {"Fn::Equals": [1, 2]}}, "Resources": {` + strings.Join(out, ", ") + `}}`
}

const otherAPI = `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "other"}}`

const unresolvable = `{"Fn::GetAtt": ["Thing", "X"]}`

func method(properties, integration string) string {
	return `{"Type": "AWS::ApiGateway::Method", "Properties": {
		"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": "Path"}, "HttpMethod": "GET", ` +
		properties + `, "Integration": ` + integration + `}}`
}

func open(properties string) string { return method(`"AuthorizationType": "NONE"`, properties) }

func authorizer(properties string) string {
	return `{"Type": "AWS::ApiGateway::Authorizer", "Properties": {"RestApiId": {"Ref": "Api"}, "Name": "a", ` +
		properties + `}}`
}

func invoke(function string) string {
	return `{"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${` + function +
		`.Arn}/invocations"}`
}

func proxy(function string) string {
	return `{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": ` + invoke(function) + `}`
}

// TestProblems checks that each setting that cannot be honoured blocks the route, or is at least reported.
func TestProblems(t *testing.T) {
	const token = `"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": `
	for _, c := range []struct {
		name    string
		changes []string
		blocks  bool   // the route
		want    string // part of a problem; "" for none at all
	}{
		{"a valid template", nil, false, ""},

		{"an OpenAPI body", []string{"Api",
			`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a", "Body": {"openapi": "3.0.1"}}}`}, true,
			"OpenAPI document (Body)"},
		{"an OpenAPI body in a bucket",
			[]string{"Api",
				`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a", "BodyS3Location": {"Bucket": "b"}}}`}, true,
			"OpenAPI document (BodyS3Location)"},
		{"a clone", []string{"Api", `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a", "CloneFrom": "abc"}}`},
			true, "CloneFrom"},
		{"a policy that has no value",
			[]string{"Api",
				`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Policy": {"Statement": [{"Resource": ` +
					unresolvable + `}]}}}`},
			true, "Properties.Policy.Statement[0].Resource"},
		{"a policy that is not JSON",
			[]string{"Api", `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Policy": "Deny"}}`}, true,
			"want a JSON document"},
		{"an unknown source of API keys",
			[]string{"Api", `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"ApiKeySourceType": "COOKIE"}}`}, true,
			`got "COOKIE"`},
		{"a name that has no value, which only people read",
			[]string{"Api", `{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": ` + unresolvable + `}}`}, false,
			"Properties.Name"},
		{"a private API", []string{"Api",
			`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"EndpointConfiguration": {"Types": ["PRIVATE"]}}}`}, false,
			"private"},
		{"a disabled endpoint", []string{"Api",
			`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"DisableExecuteApiEndpoint": "true"}}`}, false,
			"default endpoint is disabled"},
		{"no stage", []string{"Stage", ""}, false, "it has no stage"},

		{"an integration of no type", []string{"Method", open(`{"Type": "FTP", "Uri": "ftp://example.com"}`)}, true,
			`got "FTP"`},
		{"an HTTP integration without a URI", []string{"Method", open(`{"Type": "HTTP"}`)}, true, "Uri is missing"},
		{"an AWS integration of an unknown service", []string{"Method",
			open(`{"Type": "AWS", "Uri": "arn:aws:sqs:eu-west-1:1:q"}`)},
			true, "want arn:aws:apigateway:REGION:SERVICE:action/NAME"},
		{"a streamed answer of a service", []string{"Method",
			open(`{"Type": "AWS", "ResponseTransferMode": "STREAM", "Uri": "arn:aws:apigateway:eu-west-1:sqs:path/1/q"}`)}, true,
			"streams only the answers of AWS_PROXY and HTTP_PROXY integrations"},
		{"a URI of a streamed answer", []string{"Method",
			open(strings.NewReplacer("2015-03-31", "2021-11-15", "/invocations",
				"/response-streaming-invocations").Replace(proxy("Fn")))},
			true, "ResponseTransferMode is not STREAM"},
		{"no integration", []string{"Method", open(`{}`)}, true, "no integration"},
		{"an integration that has no value", []string{"Method", open(unresolvable)}, true, "Thing.X"},
		{"a type of integration that has no value", []string{"Method", open(`{"Type": ` + unresolvable + `}`)}, true,
			"Thing.X"},
		{"a function of another app",
			[]string{"Method", open(strings.Replace(proxy("Fn"), "${Fn.Arn}",
				"arn:aws:lambda:us-east-1:123456789012:function:other", 1))}, true, "function:other is not in the assembly"},
		{"a function by stage variable",
			[]string{"Method", open(strings.Replace(proxy("Fn"), "${Fn.Arn}", "${Fn.Arn}:${!stageVariables.alias}", 1))}, true,
			"which the stage v1 does not have"},
		{"a proxy of another service",
			[]string{"Method",
				open(`{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": ` +
					`"arn:aws:apigateway:us-east-1:firehose:action/PutRecord"}`)},
			true, "does not invoke a Lambda function"},
		{"a function called by GET", []string{"Method", open(strings.Replace(proxy("Fn"), "POST", "GET", 1))}, true,
			"called with POST"},
		{"a proxy without a URI", []string{"Method", open(`{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST"}`)}, true,
			"Uri is missing"},
		{"a streamed answer", []string{"Method",
			open(strings.Replace(proxy("Fn"), `"Uri"`, `"ResponseTransferMode": "STREAM", "Uri"`, 1))}, true,
			"for a buffered response"},
		{"a timeout that is not a number", []string{"Method", open(`{"Type": "MOCK", "TimeoutInMillis": "soon"}`)}, true,
			"TimeoutInMillis: want a whole number"},
		{"an integration response without a status",
			[]string{"Method", open(`{"Type": "MOCK", "IntegrationResponses": [{}]}`)}, true,
			"IntegrationResponses[0].StatusCode is missing"},
		{"integration responses that are not a list",
			[]string{"Method", open(`{"Type": "MOCK", "IntegrationResponses": {}}`)}, true,
			"IntegrationResponses: want a list"},
		{"the function is a container image",
			[]string{"Fn", `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": "x"}}}`}, true,
			"container image"},
		{"the function needs a value that is not there",
			[]string{"Fn",
				`{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Environment": {"Variables": {"A": ` +
					unresolvable + `}}}}`},
			true, "Thing.X"},
		{"the function has layers",
			[]string{"Fn",
				`{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "Layers": ` +
					`["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]}}`},
			false, "the content of layers outside the assembly is missing: arn:aws:lambda:us-east-1:123456789012:layer:l:1"},
		{"the function has a file system",
			[]string{"Fn",
				`{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}, "FileSystemConfigs": []}}`}, false,
			"not mounted"},

		{"no authorization type", []string{"Method", method(`"ApiKeyRequired": false`, proxy("Fn"))}, true,
			"AuthorizationType is missing"},
		{"an unknown authorization type", []string{"Method", method(`"AuthorizationType": "OPEN"`, proxy("Fn"))}, true,
			`got "OPEN"`},
		{"an authorization type that has no value",
			[]string{"Method", method(`"AuthorizationType": `+unresolvable, proxy("Fn"))}, true, "Thing.X"},
		{"an authorizer that is not used",
			[]string{"Method", method(`"AuthorizationType": "NONE", "AuthorizerId": {"Ref": "Auth"}`, proxy("Fn"))}, true,
			"AuthorizationType is NONE"},
		{"an authorizer of another app",
			[]string{"Method", method(`"AuthorizationType": "CUSTOM", "AuthorizerId": "abcdef"`, proxy("Fn"))}, true,
			"authorizer abcdef is not one of the API's"},
		{"no authorizer", []string{"Method", method(`"AuthorizationType": "CUSTOM"`, proxy("Fn"))}, true,
			"AuthorizerId is missing"},
		{"an authorizer of the wrong type",
			[]string{"Method", method(`"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Auth"}`,
				proxy("Fn"))}, true, "does not go with its authorizer Shop/Auth of type TOKEN"},
		{"scopes that have no value",
			[]string{"Method", method(`"AuthorizationType": "AWS_IAM", "AuthorizationScopes": [`+unresolvable+`]`, proxy("Fn"))},
			true, "AuthorizationScopes[0]"},
		{"a key requirement that has no value",
			[]string{"Method", method(`"AuthorizationType": "NONE", "ApiKeyRequired": `+unresolvable, proxy("Fn"))}, true,
			"ApiKeyRequired"},
		{"a key requirement that is not a boolean",
			[]string{"Method", method(`"AuthorizationType": "NONE", "ApiKeyRequired": "maybe"`, proxy("Fn"))}, true,
			"ApiKeyRequired: want a boolean"},
		{"a validator of another app",
			[]string{"Method", method(`"AuthorizationType": "NONE", "RequestValidatorId": "abcdef"`, proxy("Fn"))}, true,
			"validator abcdef"},
		{"a schema of another app",
			[]string{"Method", method(`"AuthorizationType": "NONE", "RequestModels": {"application/json": "Order"}`,
				proxy("Fn"))}, true, `request model "Order"`},
		{"a schema that has no value",
			[]string{"Method", method(`"AuthorizationType": "NONE", "RequestModels": {"application/json": "Order"}`,
				proxy("Fn")),
				"Order",
				`{"Type": "AWS::ApiGateway::Model", "Properties": {
					"RestApiId": {"Ref": "Api"}, "Name": "Order", "Schema": {"pattern": ` + unresolvable + `}}}`},
			true, "Properties.Schema.pattern"},

		{"an authorizer of an unknown type", []string{"Auth", authorizer(`"Type": "OAUTH"`)}, true, `got "OAUTH"`},
		{"an authorizer of no type", []string{"Auth", authorizer(`"AuthorizerUri": "x"`)}, true, "Type is missing"},
		{"an authorizer's function of another app",
			[]string{"Auth",
				authorizer(token + `"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/` +
					`arn:aws:lambda:us-east-1:123456789012:function:other/invocations"`)},
			true, "AuthorizerUri: the function"},
		{"an authorizer's function that cannot be run",
			[]string{"AuthFn", `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": "x"}}}`}, true,
			"container image"},
		{"a TTL over the maximum",
			[]string{"Auth", authorizer(`"AuthorizerResultTtlInSeconds": 3601, ` + token + invoke("AuthFn"))}, true,
			"maximum is 3600"},
		{"a TTL that has no value",
			[]string{"Auth", authorizer(`"AuthorizerResultTtlInSeconds": ` + unresolvable + `, ` + token + invoke("AuthFn"))},
			true, "AuthorizerResultTtlInSeconds"},
		{"a validation expression that has no value",
			[]string{"Auth", authorizer(`"IdentityValidationExpression": ` + unresolvable + `, ` + token + invoke("AuthFn"))},
			true, "IdentityValidationExpression"},
		{"a token in the query string",
			[]string{"Auth", authorizer(strings.Replace(token, "header", "querystring", 1) + invoke("AuthFn"))}, true,
			"has one header"},
		{"two tokens", []string{"Auth",
			authorizer(strings.Replace(token, "Authorization", "A,method.request.header.B", 1) + invoke("AuthFn"))}, true,
			"has one header"},
		{"an invalid identity source",
			[]string{"Auth",
				authorizer(`"Type": "REQUEST", "IdentitySource": "method.request.path.id", "AuthorizerUri": ` + invoke("AuthFn"))},
			true, `got "method.request.path.id"`},
		{"a cache without identity sources",
			[]string{"Auth", authorizer(`"Type": "REQUEST", "AuthorizerUri": ` + invoke("AuthFn"))}, true,
			"cached has at least one"},
		{"no cache and no identity sources",
			[]string{"Auth",
				authorizer(`"Type": "REQUEST", "AuthorizerResultTtlInSeconds": 0, "AuthorizerUri": ` + invoke("AuthFn"))}, false,
			""},
		{"a Cognito authorizer without a pool",
			[]string{"Auth", authorizer(`"Type": "COGNITO_USER_POOLS", "IdentitySource": "method.request.header.A"`)}, true,
			"at least one user pool"},
		{"a Cognito authorizer with an invalid pool",
			[]string{"Auth",
				authorizer(`"Type": "COGNITO_USER_POOLS", "IdentitySource": "method.request.header.A", "ProviderARNs": ` +
					`["us-east-1_abc"]`)},
			true, "want ARNs of user pools"},

		{"a path that has no parent",
			[]string{"Lost",
				`{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": "abc", ` +
					`"PathPart": "x"}}`},
			true, "not complete without Shop/Lost"},
		{"a path that is its own parent",
			[]string{"Lost",
				`{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Lost"}, ` +
					`"PathPart": "x"}}`},
			true, "not complete without Shop/Lost"},
		{"a path of two segments",
			[]string{"Lost",
				`{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Path"}, ` +
					`"PathPart": "x/y"}}`},
			true, "not complete without Shop/Lost"},
		{"a path that has no value",
			[]string{"Lost",
				`{"Type": "AWS::ApiGateway::Resource", "Properties": {
					"RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "Path"}, "PathPart": ` + unresolvable + `}}`},
			true, "not complete without Shop/Lost"},
		{"a path twice", []string{"Again",
			`{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ` +
				`["Api", "RootResourceId"]}, "PathPart": "orders"}}`},
			true, "the path /orders twice"},
		{"a method that has no path", []string{"Lost", strings.Replace(open(proxy("Fn")), `{"Ref": "Path"}`, `"abc"`, 1)},
			true, "not complete without Shop/Lost"},
		{"a method that has no verb", []string{"Lost", strings.Replace(open(proxy("Fn")), `"GET"`, unresolvable, 1)}, true,
			"not complete without Shop/Lost"},
		{"an invalid verb", []string{"Lost", strings.Replace(open(proxy("Fn")), `"GET"`, `"FETCH"`, 1)}, true,
			`got "FETCH"`},
		{"a method twice", []string{"Again", open(proxy("Fn"))}, true, "the method GET /orders twice"},
		{"a method of an API that is not known",
			[]string{"Lost", strings.Replace(open(proxy("Fn")), `{"Ref": "Api"}`, unresolvable, 1)}, true,
			"not known whether Shop/Lost belongs to it"},
		{"a method of an API of another app",
			[]string{"Lost", strings.Replace(open(proxy("Fn")), `{"Ref": "Api"}`, `"abc"`, 1)}, false,
			"API abc is not in the assembly"},
		{"a resource of a condition that has no value",
			[]string{"Method", strings.Replace(open(proxy("Fn")), `"Properties"`, `"Condition": "Nope", "Properties"`, 1)}, true,
			`no condition "Nope"`},

		{"a path of a condition that has no value",
			[]string{"Path",
				`{"Type": "AWS::ApiGateway::Resource", "Condition": "Nope", "Properties": {"RestApiId": {"Ref": "Api"}, ` +
					`"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "orders"}}`},
			true, `no condition "Nope"`},
		{"a path under one of another API",
			[]string{"Other", otherAPI, "Lost",
				`{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ` +
					`["Other", "RootResourceId"]}, "PathPart": "x"}}`},
			true, "not complete without Shop/Lost"},
		{"a method on a path of another API",
			[]string{"Other", otherAPI, "Lost",
				strings.Replace(open(proxy("Fn")), `{"Ref": "Path"}`, `{"Fn::GetAtt": ["Other", "RootResourceId"]}`, 1)}, true,
			"not complete without Shop/Lost"},

		{"a gateway response that has no value",
			[]string{"Response",
				`{"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {
					"RestApiId": {"Ref": "Api"}, "ResponseType": "UNAUTHORIZED",
					"ResponseParameters": {"gatewayresponse.header.X": ` + unresolvable + `}}}`},
			false, "Thing.X"},
		{"a gateway response of an invalid status",
			[]string{"Response",
				`{"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"RestApiId": {"Ref": "Api"}, "ResponseType": ` +
					`"UNAUTHORIZED", "StatusCode": "teapot"}}`},
			false, `got "teapot"`},
		{"a canary", []string{"Stage",
			`{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1", ` +
				`"CanarySetting": {}}}`},
			false, "CanarySetting"},
		{"a stage twice", []string{"Again",
			`{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"}}`}, false,
			`stage "v1" already`},
		{"a web ACL", []string{"Acl", `{"Type": "AWS::WAFv2::WebACLAssociation"}`}, false, "web ACL is not applied"},
		{"an HTTP API", []string{"Http", `{"Type": "AWS::ApiGatewayV2::Api"}`}, false, "only REST APIs"},
		{"a SAM resource", []string{"Sam", `{"Type": "AWS::Serverless::Function"}`}, false,
			"AWS::Serverless::Function needs a transform"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(c.changes...)), cloudassembly.Options{})
			found := c.want == ""
			for _, p := range m.Problems {
				found = found || strings.Contains(p.What, c.want)
			}
			if !found || c.want == "" && len(m.Problems) > 0 {
				t.Errorf("got problems %v, want one with %q", m.Problems, c.want)
			}
			for _, route := range m.APIs[0].Methods {
				blocking := m.Blocking(m.APIs[0], nil, route)
				if c.blocks != (len(blocking) > 0) {
					t.Errorf("%s %s is blocked by %v, want blocked: %v", route.Verb, route.Path, blocking, c.blocks)
				}
			}
			if len(m.APIs[0].Methods) == 0 && len(m.Blocking(m.APIs[0], nil, nil)) == 0 {
				t.Error("the API has no method and is not blocked")
			}
		})
	}
}

// TestTransforms checks that a template that a macro may change is not served.
func TestTransforms(t *testing.T) {
	for _, c := range []struct {
		name, transform string
		blocks          bool
	}{
		{"none", `null`, false},
		{"functions that are resolved here", `"AWS::LanguageExtensions"`, false},
		{"what CDK adds for the rotation of secrets", `["AWS::SecretsManager-2020-07-23"]`, false},
		{"SAM", `"AWS::Serverless-2016-10-31"`, true},
		{"a macro of the app", `["AWS::LanguageExtensions", "Guard"]`, true},
		{"a macro with parameters", `[{"Name": "AWS::Include", "Parameters": {"Location": "s3://x"}}]`, true},
		{"nonsense", `5`, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, strings.Replace(api(), `{"Conditions"`, `{"Transform": `+c.transform+`, "Conditions"`, 1)),
				cloudassembly.Options{})
			if got := m.Blocking(m.APIs[0], nil, m.APIs[0].Methods[0]); c.blocks != (len(got) > 0) {
				t.Errorf("blocked by %v, want blocked: %v", got, c.blocks)
			}
		})
	}
}

// TestOnlyTheRouteIsBlocked checks that a problem of one method does not affect other methods.
func TestOnlyTheRouteIsBlocked(t *testing.T) {
	m := Read(readShop(t), cloudassembly.Options{})
	var got []string
	for _, api := range m.APIs {
		for _, method := range api.Methods {
			if len(m.Blocking(api, nil, method)) > 0 {
				got = append(got, method.Verb+" "+method.Path)
			}
		}
	}
	if len(got) > 0 {
		t.Errorf("the routes %q are blocked, want none: an integration's needs are known when it is called", got)
	}
	m.problem(Problem{ID: m.APIs[1].Methods[0].ID, What: "broken", Blocks: true})
	for i, method := range m.APIs[1].Methods {
		if blocked := len(m.Blocking(m.APIs[1], nil, method)) > 0; blocked != (i == 0) {
			t.Errorf("%s: blocked %t", method.ID, blocked)
		}
	}
}

// TestTTL checks the default of a cache against an explicit 0.
func TestTTL(t *testing.T) {
	for _, c := range []struct {
		name, property string
		want           time.Duration
	}{
		{"API Gateway's default", ``, 300 * time.Second},
		{"off", `"AuthorizerResultTtlInSeconds": 0, `, 0},
		{"as a string", `"AuthorizerResultTtlInSeconds": "60", `, time.Minute},
		{"the maximum", `"AuthorizerResultTtlInSeconds": 3600, `, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(
				"Auth",
				authorizer(
					c.property+`"Type": "TOKEN", "IdentitySource": "method.request.header.X", "AuthorizerUri": `+invoke("AuthFn"),
				),
			)),
				cloudassembly.Options{})
			if got := m.APIs[0].Authorizers[0].TTL; got != c.want || len(m.Problems) > 0 {
				t.Errorf("got %s, %v, want %s", got, m.Problems, c.want)
			}
		})
	}
}

// TestConditionalResources checks that resources that are not created are not in the model.
func TestConditionalResources(t *testing.T) {
	m := Read(parse(t, api("Method",
		strings.Replace(open(proxy("Fn")), `"Properties"`, `"Condition": "No", "Properties"`, 1),
		"Auth", `{"Type": "AWS::ApiGateway::Authorizer", "Condition": "No"}`)), cloudassembly.Options{})
	if a := m.APIs[0]; len(a.Methods) != 0 || len(a.Authorizers) != 0 || len(m.Problems) != 0 {
		t.Errorf("got %d methods, %d authorizers, %v", len(a.Methods), len(a.Authorizers), m.Problems)
	}
}

// TestImportedUserPool checks a pool that another app made.
func TestImportedUserPool(t *testing.T) {
	m := Read(parse(t, api(
		"Auth",
		authorizer(
			`"Type": "COGNITO_USER_POOLS", "IdentitySource": "method.request.header.Authorization", "ProviderARNs": `+
				`["arn:aws-cn:cognito-idp:cn-north-1:111122223333:userpool/cn-north-1_AbC"]`,
		),
		"Method",
		method(`"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Auth"}`, proxy("Fn")),
	)),
		cloudassembly.Options{})
	if len(m.UserPools) != 1 || len(m.Problems) != 0 {
		t.Fatalf("got pools %v, problems %v", m.UserPools, m.Problems)
	}
	p := m.UserPools[0]
	if p.LogicalID != "" || p.PoolID != "cn-north-1_AbC" ||
		p.ProviderURL != "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC" {
		t.Errorf("got %+v", p)
	}
	if used := m.APIs[0].Methods[0].Authorizer.UserPools; len(used) != 1 || used[0] != p {
		t.Errorf("got %v", used)
	}
}

// TestPolicyAsText checks a policy that the template holds as a string, as it may.
func TestPolicyAsText(t *testing.T) {
	m := Read(parse(t, api("Api",
		`{"Type": "AWS::ApiGateway::RestApi", "Properties": {"Policy": "{\"Version\": \"2012-10-17\"}"}}`)),
		cloudassembly.Options{})
	if got := string(m.APIs[0].Policy); got != `{"Version": "2012-10-17"}` {
		t.Errorf("got %s", got)
	}
}

// TestMetadata checks that the app's notes on a method are passed on, and that other values than strings do no harm.
func TestMetadata(t *testing.T) {
	note := func(metadata string) string {
		return strings.Replace(open(proxy("Fn")), `"Properties"`, `"Metadata": `+metadata+`, "Properties"`, 1)
	}
	for _, c := range []struct {
		name, metadata string
		want           string
	}{
		{"a reason", `{"gatehouse:public": "health check"}`, "map[gatehouse:public:health check]"},
		{"with other metadata", `{"cdk_nag": {"rules_to_suppress": []}, "n": 1, "a": "b"}`, "map[a:b]"},
		{"none", `{}`, "map[]"},
		{"no map", `["x"]`, "map[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api("Method", note(c.metadata))), cloudassembly.Options{})
			if got := fmt.Sprint(m.APIs[0].Methods[0].Metadata); got != c.want || len(m.Problems) > 0 {
				t.Errorf("got %s, %v, want %s", got, m.Problems, c.want)
			}
		})
	}
}

// TestAuthorizationTypeInAnyLetters: API Gateway takes "none", and has it as "NONE" from then on. Recorded on AWS by
// test_put_integration_responses of
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_integrations.py
func TestAuthorizationTypeInAnyLetters(t *testing.T) {
	m := Read(parse(t, api("Method", method(`"AuthorizationType": "none"`, proxy("Fn")))), cloudassembly.Options{})
	if got := m.APIs[0].Methods[0].Authorization; got != AuthorizationNone || len(m.Problems) > 0 {
		t.Errorf("got %q, %v, want %s", got, m.Problems, AuthorizationNone)
	}
}

func parse(t *testing.T, template string) *cloudassembly.Assembly {
	t.Helper()
	a, err := cloudassembly.Parse("Shop", []byte(template))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func assemblyWith(t *testing.T, resources string) (a *cloudassembly.Assembly, dir string) {
	t.Helper()
	dir = assemblytest.WithAssets(t, resources)
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a, dir
}

// shop is the assembly that CDK made of the app in test/shop.
const shop = "../cloudassembly/testdata/shop"

func readShop(t *testing.T) *cloudassembly.Assembly {
	t.Helper()
	a, err := cloudassembly.Read(shop)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestMissingContext checks that context values which the app did not have are reported, and block nothing.
func TestMissingContext(t *testing.T) {
	a, err := cloudassembly.Read(assemblytest.Folder(t, map[string]string{
		"manifest.json": `{"version": "54.0.0", "missing": [{"key": "zones:1"}], "artifacts": {}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	problems := Read(a, cloudassembly.Options{}).Problems
	if len(problems) != 1 || !strings.Contains(problems[0].What, "zones:1") || problems[0].Blocks {
		t.Errorf("got %v, want one about the missing context", problems)
	}
}
