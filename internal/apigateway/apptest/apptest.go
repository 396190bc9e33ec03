// Package apptest writes the assembly of an app with a login for tests. It also builds the app's functions: the
// included login and the included authorizer.
package apptest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

const (
	// Issuer is the provider's URL, and ClientID the ID of the login's client at the provider.
	Issuer   = "https://idp.example.com"
	ClientID = "shop"
)

// Build builds the functions for this machine, and returns their folder. It takes some seconds.
func Build(t testing.TB) string {
	t.Helper()
	return build(t, "")
}

// BuildForTables builds the functions for sessions in a table.
func BuildForTables(t testing.TB) string {
	t.Helper()
	return build(t, "/table", authz.TableTag)
}

// build builds the main package in a subfolder of each function's folder.
func build(t testing.TB, main string, tags ...string) string {
	t.Helper()
	dir := t.TempDir()
	tags = append(tags, functest.HostTag, authz.SessionTag)
	for _, name := range []string{"login-fn", "authorizer-fn"} {
		pkg := "github.com/gatehouse-cdk/gatehouse/" + name + main
		if err := functest.Build(filepath.Join(dir, name, "bootstrap"), pkg, tags...); err != nil {
			t.Fatal(err)
		}
	}
	table := `{"version":1,"routes":[
		{"route":"GET /orders","requires":[{"kind":"scope","anyOf":["orders:read"]}]},
		{"route":"POST /orders","requires":[{"kind":"scope","anyOf":["orders:write"]}]}]}`
	if err := os.WriteFile(filepath.Join(dir, "authorizer-fn", access.FileName), []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Options change the app. By default, it has the defaults of the login, and a guard with a cache.
type Options struct {
	PerRequest bool   // the guard does not cache
	BasePath   string // the login's base path
	Another    string // the URL of another issuer that the guard trusts
	Table      bool   // sessions are in a table; the functions are those of [BuildForTables]
	Tokens     bool   // GET /reports accepts tokens of the login's issuer for another audience
}

type object = map[string]any

// Assembly writes an assembly that uses the functions in a folder, and returns the assembly's folder. Its API has the
// stage prod, a page at "/", GET and POST /orders behind the session, and the login at /auth. All routes but the login
// answer 200 without a function.
func Assembly(t testing.TB, functions string, o Options) string {
	t.Helper()
	const keys = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Keys-AbCdEf"
	issuer := authz.Issuer{URL: Issuer, Audiences: []string{"orders"}}
	const secret, table = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:Client-AbCdEf", "shop-sessions"
	settings := login.Config{
		Issuer: issuer, ClientID: ClientID, Scopes: []string{"openid", "orders:read", "orders:write", "offline_access"},
		SecretARN: secret, KeysARN: keys, Origin: "https://shop.example.com", BasePath: o.BasePath,
	}
	guards := &authz.Session{Host: "shop.example.com", KeysARN: keys}
	routes := []string{
		"GET login", "GET callback", "GET session", "GET session.js", "POST refresh", "POST logout",
	}
	if o.Table {
		settings.Table = table
		guards.Table = &authz.SessionTable{Name: table, ClientID: ClientID, SecretARN: secret}
		routes = append(routes, "POST backchannel-logout", "GET sessions", "POST logout-all")
	}
	loginEnv := settings.Environment()
	issuers := []authz.Issuer{issuer}
	if o.Another != "" {
		issuers = append(issuers, authz.Issuer{URL: o.Another, Audiences: []string{"orders"}})
	}
	guardEnv := authz.Config{
		Issuers: issuers, PerRequest: o.PerRequest,
		Session: guards,
	}.Environment()
	ttl := 60
	if o.PerRequest {
		ttl = 0
	}
	r := object{
		"Api":        resource("ApiGateway::RestApi", object{"Name": "shop"}),
		"Deployment": resource("ApiGateway::Deployment", object{"RestApiId": ref("Api")}),
		"Stage": resource("ApiGateway::Stage",
			object{"RestApiId": ref("Api"), "StageName": "prod", "DeploymentId": ref("Deployment")}),
		"LoginFn": function(functions, "login-fn", loginEnv),
		"GuardFn": function(functions, "authorizer-fn", guardEnv),
		"Guard": resource("ApiGateway::Authorizer", object{
			"RestApiId": ref("Api"), "Name": "sessions", "Type": "REQUEST", "AuthorizerUri": invocation("GuardFn"),
			"IdentitySource":               "method.request.header.Cookie,method.request.header.Sec-Fetch-Site",
			"AuthorizerResultTtlInSeconds": ttl,
		}),
		"Unauthorized": resource("ApiGateway::GatewayResponse", object{
			"RestApiId": ref("Api"), "ResponseType": "UNAUTHORIZED", "ResponseTemplates": object{
				"text/html":        `<!doctype html><a href="` + o.BasePath + `/auth/login?return=/">Log in</a>`,
				"application/json": `{"message":$context.error.messageString}`,
			}}),
		"Auth": path("", "auth"), "Orders": path("", "orders"),
		"GetRoot":    method("", "GET", mock(), object{}),
		"GetOrders":  method("Orders", "GET", mock(), guarded),
		"PostOrders": method("Orders", "POST", mock(), guarded),
	}
	functionIDs := []string{"LoginFn", "GuardFn"}
	if o.Tokens {
		functionIDs = append(functionIDs, "ATokensFn") // sorts before the other guard
		r["ATokensFn"] = function(functions, "authorizer-fn", authz.Config{
			Issuers: []authz.Issuer{{URL: Issuer, Audiences: []string{"reports"}}},
		}.Environment())
		r["ATokens"] = resource("ApiGateway::Authorizer", object{
			"RestApiId": ref("Api"), "Name": "tokens", "Type": "TOKEN", "AuthorizerUri": invocation("ATokensFn"),
			"IdentitySource": "method.request.header.Authorization",
		})
		r["Reports"] = path("", "reports")
		r["GetReports"] = method("Reports", "GET", mock(),
			object{"AuthorizationType": "CUSTOM", "AuthorizerId": ref("ATokens")})
	}
	for _, f := range functionIDs {
		r[f+"Permission"] = resource("Lambda::Permission", object{"Action": "lambda:InvokeFunction",
			"FunctionName": object{"Fn::GetAtt": []any{f, "Arn"}}, "Principal": "apigateway.amazonaws.com"})
	}
	for _, route := range routes {
		verb, name, _ := strings.Cut(route, " ")
		id := "Auth" + name
		r[id] = path("Auth", name)
		r[verb+id] = method(id, verb, proxy("LoginFn"), object{})
		r[verb+id].(object)["Metadata"] = object{"gatehouse:public": "the login itself"}
	}
	dir := t.TempDir()
	for name, v := range map[string]any{
		"manifest.json": object{"version": "54.0.0", "artifacts": object{"Shop": object{
			"type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1",
			"properties": object{"templateFile": "Shop.template.json"}}}},
		"Shop.template.json": object{"Resources": r},
	} {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// These write the resources of a template.
var ref, resource, path = assemblytest.Ref, assemblytest.Resource, assemblytest.Path

func invocation(function string) object { return assemblytest.Invocation("eu-west-1", function) }

func function(folder, name string, env map[string]string) object {
	r := resource("Lambda::Function", object{"Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 30,
		"Code": object{"S3Bucket": "b", "S3Key": "k"}, "Environment": object{"Variables": env}})
	r["Metadata"] = object{"aws:asset:path": filepath.Join(folder, name)}
	return r
}

func method(path, verb string, integration, guard object) object {
	p := object{
		"RestApiId": ref("Api"), "ResourceId": assemblytest.ResourceID(path), "HttpMethod": verb,
		"AuthorizationType": "NONE", "Integration": integration,
		"MethodResponses": []any{object{"StatusCode": "200"}},
	}
	for name, value := range guard {
		p[name] = value
	}
	return resource("ApiGateway::Method", p)
}

var guarded = object{"AuthorizationType": "CUSTOM", "AuthorizerId": ref("Guard")}

func mock() object {
	return object{"Type": "MOCK", "RequestTemplates": object{"application/json": `{"statusCode": 200}`},
		"IntegrationResponses": []any{object{"StatusCode": "200"}}}
}

func proxy(function string) object {
	return object{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": invocation(function)}
}
