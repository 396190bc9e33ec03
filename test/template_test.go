package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

// variant is a stack whose snapshot and properties are checked.
type variant struct {
	name string
	make func(app awscdk.App) awscdk.Stack
}

var variants = []variant{
	{
		"orders-token",
		example(
			stack.Settings{
				Authorizer: stack.Token,
				Issuer:     "https://idp.example.com/",
				Audience:   "orders",
				Origins:    []string{"https://shop.example.com"},
			},
		),
	},
	{
		"orders-request",
		example(
			stack.Settings{
				Authorizer: stack.Request,
				Origins:    []string{"https://shop.example.com", "https://admin.example.com"},
			},
		),
	},
	{"orders-cognito", example(stack.Settings{Authorizer: stack.Cognito, Origins: []string{"*"}})},
	{"orders-jwt", example(stack.Settings{Authorizer: stack.JWT, Origins: []string{"https://shop.example.com"}})},
	{
		"orders-iam",
		example(
			stack.Settings{
				Authorizer: stack.IAM,
				CIDRs:      []string{"203.0.113.0/24"},
				Origins:    []string{"https://shop.example.com"},
			},
		),
	},
	{"everything", func(app awscdk.App) awscdk.Stack { return newEverything(app) }},
	{"login-table", func(app awscdk.App) awscdk.Stack { return newTableLogin(app) }},
	{"login-okta", func(app awscdk.App) awscdk.Stack { return newOktaLogin(app) }},
	{"login-cognito", func(app awscdk.App) awscdk.Stack { return newCognitoLogin(app) }},
	{"cognito-pool", func(app awscdk.App) awscdk.Stack { return newCognitoPool(app) }},
	{"domain-rules", func(app awscdk.App) awscdk.Stack { return newDomainRules(app) }},
}

// withoutBuilds is the context key with the list of stacks whose functions are built. If the list is empty, templates
// are the same except for the hashes of assets, and the go command does not run.
const withoutBuilds = "aws:cdk:bundling-stacks"

// newApp returns an app that does not build functions and does not write tree.json, which no test reads.
func newApp() awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{
		Context:      &map[string]any{withoutBuilds: []string{}},
		TreeMetadata: jsii.Bool(false),
	})
}

func example(s stack.Settings) func(awscdk.App) awscdk.Stack {
	return func(app awscdk.App) awscdk.Stack { return stack.New(app, "Orders", s).Stack }
}

func TestSnapshots(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			snapshot.Match(t, v.stack(), v.name)
		})
	}
}

// template is a synthesized template.
type template struct {
	t         *testing.T
	resources map[string]any
}

// stacks has the stacks of the variants by name. They are made once for all tests.
var stacks = map[string]awscdk.Stack{}

func (v variant) stack() awscdk.Stack {
	if stacks[v.name] == nil {
		stacks[v.name] = v.make(newApp())
	}
	return stacks[v.name]
}

func (v variant) synthesize(t *testing.T) template {
	t.Helper()
	return templateOf(t, v.stack())
}

func templateOf(t *testing.T, stack awscdk.Stack) template {
	t.Helper()
	return template{t, snapshot.Template(t, stack)["Resources"].(map[string]any)}
}

// ofType returns the properties of the resources of a type, by logical ID.
func (tpl template) ofType(kind string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for id, r := range tpl.resources {
		if r := r.(map[string]any); r["Type"] == kind {
			props, _ := r["Properties"].(map[string]any)
			out[id] = props
		}
	}
	return out
}

// path returns the path of a method, joined from its resources.
func (tpl template) path(method map[string]any) string {
	var parts []string
	resources := tpl.ofType("AWS::ApiGateway::Resource")
	id := method["ResourceId"].(map[string]any)
	for id["Ref"] != nil {
		r := resources[id["Ref"].(string)]
		parts = append([]string{r["PathPart"].(string)}, parts...)
		id = r["ParentId"].(map[string]any)
	}
	return "/" + strings.Join(parts, "/")
}

func TestEveryMethodIsGuardedOrDeclaredPublic(t *testing.T) {
	public := map[string]bool{
		"GET /health":          true,
		"GET /":                true,
		"GET /auth/login":      true,
		"GET /auth/callback":   true,
		"GET /auth/session":    true,
		"GET /auth/session.js": true,
		"POST /auth/refresh":   true,
		"POST /auth/logout":    true,

		"GET /toys/{id}":                true,
		"POST /auth/backchannel-logout": true,
		"GET /auth/sessions":            true,
		"POST /auth/logout-all":         true,
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			tpl := v.synthesize(t)
			methods := tpl.ofType("AWS::ApiGateway::Method")
			if len(methods) < 5 {
				t.Fatalf("%d methods: this is not the expected template", len(methods))
			}
			for id, m := range methods {
				verb := m["HttpMethod"].(string)
				open := m["AuthorizationType"] == "NONE"
				key := verb + " " + tpl.path(m)
				switch {
				case verb == "OPTIONS" && !open:
					t.Errorf(
						"%s: the preflight %s is guarded by %v, and a browser sends it without credentials",
						id,
						key,
						m["AuthorizationType"],
					)
				case verb != "OPTIONS" && open != public[key]:
					t.Errorf("%s: %s: open is %v, want %v", id, key, open, public[key])
				case !open && m["AuthorizationType"] != "AWS_IAM" && m["AuthorizerId"] == nil:
					t.Errorf("%s: %s is of type %v and has no authorizer", id, key, m["AuthorizationType"])
				}
			}
		})
	}
}

func TestPublicRoutesSayWhyInTheTemplate(t *testing.T) {
	tpl := variants[0].synthesize(t)
	for id, r := range tpl.resources {
		r := r.(map[string]any)
		if r["Type"] != "AWS::ApiGateway::Method" {
			continue
		}
		props, metadata := r["Properties"].(map[string]any), r["Metadata"]
		open := props["AuthorizationType"] == "NONE" && props["HttpMethod"] != "OPTIONS"
		reason := fmt.Sprint(metadata)
		explained := strings.Contains(reason, "gatehouse:public") && strings.Contains(reason, "load balancers")
		if explained != open {
			t.Errorf("%s: open is %v, and its metadata is %s", id, open, reason)
		}
	}
}

func TestGuardedRoutesSayWhatTheyRequireInTheTemplate(t *testing.T) {
	want := map[string]string{
		"GET":    "scope orders/read",
		"POST":   "scope orders/write",
		"DELETE": "scope orders/write and group admins",
	}
	found := 0
	for id, r := range variants[0].synthesize(t).resources {
		r := r.(map[string]any)
		props, _ := r["Properties"].(map[string]any)
		if r["Type"] != "AWS::ApiGateway::Method" || props["AuthorizationType"] != "CUSTOM" {
			continue
		}
		found++
		metadata, _ := r["Metadata"].(map[string]any)
		if got := metadata["gatehouse:requires"]; got != want[props["HttpMethod"].(string)] {
			t.Errorf("%s: its metadata says it requires %v", id, got)
		}
	}
	if found != 4 {
		t.Errorf("%d guarded routes, want 4", found)
	}
}

func TestOnePermissionForAFunction(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			tpl := v.synthesize(t)
			seen := map[string]string{}
			for id, p := range tpl.ofType("AWS::Lambda::Permission") {
				f := fmt.Sprint(p["FunctionName"])
				if other, twice := seen[f]; twice {
					t.Errorf("the function %s has two permissions, %s and %s", f, id, other)
				}
				seen[f] = id
				caller := p["Principal"]
				source, _ := p["SourceArn"].(map[string]any)
				if at, _ := source["Fn::GetAtt"].([]any); len(at) == 2 && at[1] == "Arn" &&
					tpl.ofType("AWS::Cognito::UserPool")[fmt.Sprint(at[0])] != nil && caller == "cognito-idp.amazonaws.com" {
					continue // the trigger of a user pool
				}
				if caller != "apigateway.amazonaws.com" || p["SourceArn"] == nil {
					t.Errorf("%s lets %v invoke the function from %v, want API Gateway from this API, or a user pool",
						id, caller, p["SourceArn"])
				}
			}
			if len(seen) == 0 && len(tpl.ofType("AWS::Lambda::Function")) > 0 {
				t.Error("no function may be invoked")
			}
		})
	}
}

func TestCORSOnBothGatewayResponses(t *testing.T) {
	want := map[string]any{
		"orders-token": "'https://shop.example.com'", "orders-request": "'*'", "orders-cognito": "'*'",
		"orders-jwt": "'https://shop.example.com'",
		"orders-iam": "'https://shop.example.com'", "everything": "method.request.header.Origin",
		"login-okta": "method.request.header.Origin", "login-cognito": nil, // it has no CORS
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			tpl := v.synthesize(t)
			seen := map[string]bool{}
			for id, r := range tpl.ofType("AWS::ApiGateway::GatewayResponse") {
				seen[r["ResponseType"].(string)] = true
				headers := r["ResponseParameters"].(map[string]any)
				if got := headers["gatewayresponse.header.Access-Control-Allow-Origin"]; got != want[v.name] {
					t.Errorf("%s allows the origin %v, want %v", id, got, want[v.name])
				}
			}
			if cors := want[v.name] != nil; seen["DEFAULT_4XX"] != cors || seen["DEFAULT_5XX"] != cors {
				t.Errorf("gateway responses %v: want DEFAULT_4XX and DEFAULT_5XX where the API has CORS: %v", seen, cors)
			}
		})
	}
}

func TestFunctionsGetTheCORSOfTheirAPI(t *testing.T) {
	tpl := variants[0].synthesize(t)
	found := false
	for _, f := range tpl.ofType("AWS::Lambda::Function") {
		env, _ := f["Environment"].(map[string]any)
		vars, _ := env["Variables"].(map[string]any)
		if _, backend := vars["ORDERS_TABLE"]; backend {
			found = strings.Contains(fmt.Sprint(vars["GATEHOUSE_CORS"]), "https://shop.example.com")
		}
	}
	if !found {
		t.Error("the backend's environment does not have the API's origins")
	}
}

func TestNoAccountWideRole(t *testing.T) {
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			if accounts := v.synthesize(t).ofType("AWS::ApiGateway::Account"); len(accounts) > 0 {
				t.Errorf("%v: want none, because it overwrites the setting of the account's other stacks (aws-cdk#10878)", accounts)
			}
		})
	}
	asked := templateOf(t, example(stack.Settings{Authorizer: stack.IAM, CloudWatchRole: true})(newApp()))
	if len(asked.ofType("AWS::ApiGateway::Account")) != 1 {
		t.Error("the role is missing although it is enabled")
	}
}
