package apimodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// permit returns a permission to invoke a function, with further properties.
func permit(function, principal string, more ...string) string {
	properties := append([]string{
		`"Action": "lambda:InvokeFunction"`, `"FunctionName": ` + function, fmt.Sprintf(`"Principal": %q`, principal),
	}, more...)
	return `{"Type": "AWS::Lambda::Permission", "Properties": {` + strings.Join(properties, ", ") + `}}`
}

// source returns a SourceArn of the API. The text follows the API's ID.
func source(rest string) string {
	return `"SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/` +
		rest + `"}`
}

// TestPermitted has a function behind GET /orders of the stage v1 and one behind the authorizer of that route. It
// checks for each the reason why Lambda refuses the invocation.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html for the source ARNs,
// https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html for aliases,
// https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html for the rest.
func TestPermitted(t *testing.T) {
	const gateway = "apigateway.amazonaws.com"
	const none = "no AWS::Lambda::Permission of the assembly"
	arn := func(id string) string { return fmt.Sprintf(`{"Fn::GetAtt": [%q, "Arn"]}`, id) }
	fn, auth := arn("Fn"), arn("AuthFn")
	alias := func(name string) string {
		return `{"Fn::Join": [":", [` + fn + `, "` + name + `"]]}`
	}
	byAlias := open(`{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
		"Uri": {"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Fn.Arn}:live/invocations"}}`)
	byRole := authorizer(`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
		"AuthorizerCredentials": "arn:aws:iam::123456789012:role/invoke", "AuthorizerUri": ` + invoke("AuthFn"))
	for _, c := range []struct {
		name     string
		changes  []string
		fn, auth string // parts of the reasons; "" where the invocation is permitted, "?" where that is not known
	}{
		{"no permission", nil, none, none},
		{"by ARN and by name", []string{"P", permit(fn, gateway), "Q", permit(`{"Ref": "AuthFn"}`, gateway)}, "", ""},
		{"by a partial ARN", []string{"P", permit(`{"Fn::Sub": "${AWS::AccountId}:function:${Fn}"}`, gateway)}, "", none},
		{"by a partial ARN of another account", []string{"P", permit(`{"Fn::Sub": "210987654321:function:${Fn}"}`, gateway)},
			none, none},
		{"for every principal", []string{"P", permit(fn, "*")}, "", none},
		{"for another service", []string{"P", permit(fn, "events.amazonaws.com")}, none, none},
		{"for an account", []string{"P", permit(fn, "123456789012")}, none, none},
		{"for another function", []string{"P", permit(`"arn:aws:lambda:us-east-1:123456789012:function:other"`, gateway)},
			none, none},
		{"for another action", []string{"P", strings.Replace(permit(fn, gateway), "InvokeFunction", "InvokeFunctionUrl", 1)},
			"is for Action lambda:InvokeFunctionUrl", none},
		{"for every action", []string{"P", strings.Replace(permit(fn, gateway), "InvokeFunction", "*", 1)}, "", none},

		{"for the route", []string{"P", permit(fn, gateway, source("v1/GET/orders"))}, "", none},
		{"for all of the API", []string{"P", permit(fn, gateway, source("*")), "Q", permit(auth, gateway, source("*"))}, "",
			""},
		{"for every stage", []string{"P", permit(fn, gateway, source("*/GET/orders"))}, "", none},
		{"with a question mark", []string{"P", permit(fn, gateway, source("v?/GET/*"))}, "", none},
		{"for another route", []string{"P", permit(fn, gateway, source("*/GET/products"))}, "/*/GET/products", none},
		{"for another verb", []string{"P", permit(fn, gateway, source("*/POST/orders"))}, "/*/POST/orders", none},
		{"for another stage", []string{"P", permit(fn, gateway, source("v2/GET/orders"))}, "/v2/GET/orders", none},
		{"for the console's test", []string{"P", permit(fn, gateway, source("test-invoke-stage/GET/orders"))},
			"test-invoke-stage", none},
		{"for another API", []string{"Other", otherAPI, "P",
			permit(fn, gateway, strings.Replace(source("*"), "${Api}", "${Other}", 1))}, "is for Action", none},
		{"for another region", []string{"P",
			permit(fn, gateway, strings.Replace(source("*"), "${AWS::Region}", "eu-west-1", 1))}, "eu-west-1", none},
		{"two, of which one fits",
			[]string{"P", permit(fn, gateway, source("v2/*")), "Q", permit(fn, gateway, source("v1/*"))}, "", none},

		{"for the authorizer", []string{"Q", permit(auth, gateway, source("authorizers/${Auth}"))}, none, ""},
		{"for all authorizers", []string{"P", permit(fn, gateway, source("authorizers/*")), "Q",
			permit(auth, gateway, source("authorizers/*"))}, "authorizers/*", ""},
		{"of the route, for the authorizer", []string{"Q", permit(auth, gateway, source("v1/GET/orders"))}, none,
			"/v1/GET/orders"},
		{"for every method, which an authorizer is not", []string{"Q", permit(auth, gateway, source("*/*/*"))}, none,
			"/*/*/*"},

		{"for the account", []string{"P", permit(fn, gateway, `"SourceAccount": {"Ref": "AWS::AccountId"}`)}, "", none},
		{"for another account's APIs", []string{"P", permit(fn, gateway, `"SourceAccount": "210987654321"`)},
			"SourceAccount 210987654321", none},
		{"for an organization", []string{"P", permit(fn, gateway, `"PrincipalOrgID": "o-a1b2c3d4e5"`)}, "has PrincipalOrgID",
			none},
		{"for Alexa", []string{"P", permit(fn, gateway, `"EventSourceToken": "amzn1.ask.skill"`)}, "has EventSourceToken",
			none},

		{"of an alias, for the function", []string{"P", permit(alias("live"), gateway)},
			"is for Shop/Fn:live, and another ARN is invoked", none},
		{"of the function, for an alias", []string{"Method", byAlias, "P", permit(fn, gateway)},
			"is for Shop/Fn, and another ARN", "unused"},
		{"of the alias", []string{"Method", byAlias, "P", permit(alias("live"), gateway)}, "", "unused"},
		{"of another alias", []string{"Method", byAlias, "P", permit(alias("beta"), gateway)}, "is for Shop/Fn:beta",
			"unused"},
		{"of an alias by its resource", []string{"Method", byAlias, "P", permit(`{"Ref": "Live"}`, gateway),
			"Live",
			`{"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Fn"}, "FunctionVersion": "1", ` +
				`"Name": "live"}}`},
			"", "unused"},

		{"of a function that is not known", []string{"P", permit(unresolvable, gateway)}, "?", "?"},
		{"from a source that is not known", []string{"P", permit(fn, gateway, `"SourceArn": `+unresolvable)}, "?", none},
		{"of a service that is not known", []string{"P", strings.Replace(permit(fn, ""), `""`, unresolvable, 1)}, "?", none},
		{"an unknown one and one that fits", []string{"P", permit(unresolvable, gateway), "Q", permit(fn, gateway)}, "", "?"},

		{"a role invokes the authorizer", []string{"Auth", byRole}, none, ""},
		{"under a condition that does not hold", []string{"P", `{"Condition": "No", ` + permit(fn, gateway)[1:]}, none, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(c.changes...)), cloudassembly.Options{})
			for id, want := range map[string]string{"Fn": c.fn, "AuthFn": c.auth} {
				var use *Use
				for _, u := range m.APIs[0].uses() {
					if u.Function.LogicalID == id {
						use = &u
					}
				}
				if use == nil {
					if want != "unused" {
						t.Errorf("%s: it is not used", id)
					}
					continue
				}
				ok, why := m.Permitted(use.Invocation)
				wantOK := want == "" || want == "?"
				if want == "?" {
					want = "it is not known whether API Gateway may invoke"
				}
				if ok != wantOK || !strings.Contains(why, want) || want == "" && why != "" {
					t.Errorf("%s: permitted %t, %q; want %t with %q", id, ok, why, wantOK, want)
				}
			}
		})
	}
}

// TestPermissionOfVerbs has a method for any verb. Each verb is a separate source, except verbs that have their own
// method.
func TestPermissionOfVerbs(t *testing.T) {
	m := Read(parse(t, api(
		"Method", strings.Replace(open(proxy("Fn")), `"GET"`, `"ANY"`, 1), "Put",
		strings.Replace(open(`{"Type": "MOCK"}`), `"GET"`, `"PUT"`, 1),
		"P", permit(`{"Ref": "Fn"}`, gatewayPrincipal, source("*/GET/orders")),
	)), cloudassembly.Options{})
	notes := m.PermissionNotes(m.APIs[0])
	if len(notes) != 1 || !strings.Contains(notes[0],
		"HEAD /orders of the stage v1, POST /orders of the stage v1, PATCH /orders of the stage v1, DELETE") ||
		!strings.Contains(notes[0], "1 more answers 500, here as on AWS") || strings.Contains(notes[0], "PUT") {
		t.Errorf("got %q", notes)
	}
}
