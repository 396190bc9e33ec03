package apigateway

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

type object = map[string]any

// These write the resources of a template.
var ref, resource, path = assemblytest.Ref, assemblytest.Resource, assemblytest.Path

func invocation(function string) object { return assemblytest.Invocation("us-east-1", function) }

// function returns a Lambda function with the code in testdata.
func function() object {
	r := resource(
		"Lambda::Function",
		object{"Runtime": "provided.al2023", "Handler": "bootstrap", "Code": object{"S3Bucket": "b", "S3Key": "k"},
			"Timeout": 60},
	)
	r["Metadata"] = object{"aws:asset:path": built}
	return r
}

// newMethod is a method without an authorizer, with changes.
func newMethod(path, verb string, integration object, changes ...object) object {
	p := object{
		"RestApiId":         ref("Api"),
		"ResourceId":        assemblytest.ResourceID(path),
		"HttpMethod":        verb,
		"AuthorizationType": "NONE",
		"Integration":       integration,
		"MethodResponses": []any{
			object{"StatusCode": "200", "ResponseParameters": object{"method.response.header.Route": true}},
		},
	}
	for _, change := range changes {
		for name, value := range change {
			p[name] = value
		}
	}
	return resource("ApiGateway::Method", p)
}

// mock answers 200 with the route's name in the header Route.
func mock(name string) object {
	return object{
		"Type":             "MOCK",
		"RequestTemplates": object{"application/json": `{"statusCode": 200}`},
		"IntegrationResponses": []any{
			object{"StatusCode": "200", "ResponseParameters": object{"method.response.header.Route": "'" + name + "'"}}},
	}
}

func proxy(function string) object {
	return object{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invocation(function)}
}

// shop is an API with a route of each kind, in the stage prod.
func shop() object {
	guarded := object{"AuthorizationType": "CUSTOM", "AuthorizerId": ref("Auth")}
	return object{
		"Api":        resource("ApiGateway::RestApi", object{"Name": "shop"}),
		"Deployment": resource("ApiGateway::Deployment", object{"RestApiId": ref("Api")}),
		"Stage": resource(
			"ApiGateway::Stage",
			object{"RestApiId": ref("Api"), "StageName": "prod", "DeploymentId": ref("Deployment")},
		),
		"Auth": resource(
			"ApiGateway::Authorizer",
			object{"RestApiId": ref("Api"), "Name": "token", "Type": "TOKEN", "AuthorizerUri": invocation("AuthFn"),
				"IdentitySource": "method.request.header.Authorization", "AuthorizerResultTtlInSeconds": 0},
		),
		"AuthFn": function(),
		"Fn":     function(),

		"Denied": resource(
			"ApiGateway::GatewayResponse",
			object{"RestApiId": ref("Api"), "ResponseType": "UNAUTHORIZED", "ResponseParameters": object{
				"gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
				"gatewayresponse.header.WWW-Authenticate":            "'Bearer'",
			}},
		),
		"Failed": resource(
			"ApiGateway::GatewayResponse",
			object{"RestApiId": ref("Api"), "ResponseType": "DEFAULT_5XX", "StatusCode": "200"},
		),

		"Root": newMethod("", "GET", mock("root")),

		"Orders":    path("", "orders"),
		"Order":     path("Orders", "{id}"),
		"Mine":      path("Orders", "mine"),
		"GetOrders": newMethod("Orders", "GET", proxy("Fn"), guarded),
		"GetOrder":  newMethod("Order", "GET", proxy("Fn"), guarded),
		"GetMine":   newMethod("Mine", "GET", mock("mine"), guarded),
		"Preflight": newMethod("Mine", "OPTIONS", mock("preflight")),

		"Files":     path("", "files"),
		"Folder":    path("Files", "folder"),
		"File":      path("Folder", "{name}"),
		"Readme":    path("Files", "readme"),
		"AnyFile":   path("Files", "{proxy+}"),
		"GetFile":   newMethod("File", "GET", mock("file")),
		"GetReadme": newMethod("Readme", "GET", mock("readme")),
		"AnyOther":  newMethod("AnyFile", "ANY", mock("other")),

		"Far": path("", "far"),
		"GetFar": newMethod("Far", "GET", object{
			"Type":                  "HTTP_PROXY",
			"IntegrationHttpMethod": "GET",
			"Uri":                   "https://example.com",
		}),
		"PostFar": newMethod("Far", "POST", mock("far")),

		"Signed":    path("", "signed"),
		"GetSigned": newMethod("Signed", "GET", mock("signed"), object{"AuthorizationType": "AWS_IAM"}),

		"Pool":   resource("Cognito::UserPool", object{}),
		"Client": resource("Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")}),
		"PoolAuth": resource(
			"ApiGateway::Authorizer",
			object{
				"RestApiId":      ref("Api"),
				"Name":           "pool",
				"Type":           "COGNITO_USER_POOLS",
				"IdentitySource": "method.request.header.Authorization",
				"ProviderARNs":   []any{object{"Fn::GetAtt": []any{"Pool", "Arn"}}},
			},
		),
		"Account": path("", "account"),
		"GetAccount": newMethod(
			"Account",
			"GET",
			mock("account"),
			object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")},
		),
	}
}

// permission lets API Gateway invoke a function, with changes.
func permission(function string, changes ...object) object {
	p := object{
		"Action":       "lambda:InvokeFunction",
		"FunctionName": object{"Fn::GetAtt": []any{function, "Arn"}},
		"Principal":    "apigateway.amazonaws.com",
	}
	for _, change := range changes {
		for name, value := range change {
			p[name] = value
		}
	}
	return resource("Lambda::Permission", p)
}

// sourceARN is a change of a permission. rest is the part of its SourceArn after the API's ID.
func sourceARN(rest string) object {
	return object{
		"SourceArn": object{"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/" + rest},
	}
}

// write makes an assembly of one stack with these resources. API Gateway may invoke all functions, except those with
// another resource, or nil, under their ID followed by "Permission".
func write(t *testing.T, dir string, resources object) {
	t.Helper()
	all := maps.Clone(resources)
	for id, r := range resources {
		if _, own := resources[id+"Permission"]; r != nil && r.(object)["Type"] == "AWS::Lambda::Function" && !own {
			all[id+"Permission"] = permission(id)
		}
	}
	maps.DeleteFunc(all, func(_ string, r any) bool { return r == nil })
	template, err := json.Marshal(object{"Resources": all})
	if err != nil {
		t.Fatal(err)
	}
	const manifest = `{"version": "54.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
		"environment": "aws://123456789012/eu-west-1", "properties": {"templateFile": "Shop.template.json"}}}}`
	for name, content := range map[string][]byte{"manifest.json": []byte(manifest), "Shop.template.json": template} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// assemblyOf returns the folder of an assembly with these resources.
func assemblyOf(t *testing.T, resources object) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, resources)
	return dir
}

// bare is an API without a route, in the stage prod, with its functions.
func bare() object {
	return object{
		"Api":        resource("ApiGateway::RestApi", object{"Name": "bare"}),
		"Deployment": resource("ApiGateway::Deployment", object{"RestApiId": ref("Api")}),
		"Stage": resource(
			"ApiGateway::Stage",
			object{"RestApiId": ref("Api"), "StageName": "prod", "DeploymentId": ref("Deployment")},
		),
		"AuthFn": function(), "Fn": function(),
	}
}

// addAuthorizer adds a TOKEN authorizer with changes. By default it does not cache.
func addAuthorizer(resources object, id string, changes object) {
	p := object{"RestApiId": ref("Api"), "Name": id, "Type": "TOKEN", "AuthorizerUri": invocation("AuthFn"),
		"IdentitySource": "method.request.header.Authorization", "AuthorizerResultTtlInSeconds": 0}
	for name, value := range changes {
		p[name] = value
	}
	resources[id] = resource("ApiGateway::Authorizer", p)
}

// addRoute adds a method with its resources, "GET /orders/{id}", that a function or a mock answers.
func addRoute(resources object, pattern string, integration object, changes ...object) {
	verb, rest, _ := strings.Cut(pattern, " ")
	parent := ""
	for part := range strings.SplitSeq(strings.Trim(rest, "/"), "/") {
		if part == "" {
			continue
		}
		id := parent + "R" + strings.NewReplacer("{", "P", "}", "", "+", "G", "-", "D").Replace(part)
		resources[id] = path(parent, part)
		parent = id
	}
	resources["M"+verb+parent] = newMethod(parent, verb, integration, changes...)
}

// guardedBy returns a change that gives a method an authorizer.
func guardedBy(id string) object {
	return object{"AuthorizationType": "CUSTOM", "AuthorizerId": ref(id)}
}

func addPool(resources object) {
	resources["Pool"] = resource("Cognito::UserPool", object{})
	resources["Client"] = resource("Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")})
	resources["PoolAuth"] = resource(
		"ApiGateway::Authorizer",
		object{
			"RestApiId":      ref("Api"),
			"Name":           "pool",
			"Type":           "COGNITO_USER_POOLS",
			"IdentitySource": "method.request.header.Authorization",
			"ProviderARNs":   []any{object{"Fn::GetAtt": []any{"Pool", "Arn"}}},
		},
	)
}

// addClient adds a second client of the pool, and an authorizer that accepts only its ID tokens.
func addClient(resources object) {
	resources["Second"] = resource("Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")})
	resources["ClientAuth"] = resource(
		"ApiGateway::Authorizer",
		object{
			"RestApiId":                    ref("Api"),
			"Name":                         "client",
			"Type":                         "COGNITO_USER_POOLS",
			"IdentitySource":               "method.request.header.Authorization",
			"ProviderARNs":                 []any{object{"Fn::GetAtt": []any{"Pool", "Arn"}}},
			"IdentityValidationExpression": object{"Fn::Join": []any{"", []any{"^(", ref("Second"), ")$"}}},
		},
	)
}

// rule is a statement of a resource policy, for anyone, with changes.
func rule(effect, on string, changes ...object) object {
	s := object{"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": on}
	for _, change := range changes {
		for name, value := range change {
			s[name] = value
		}
	}
	return s
}
