package apigateway

import (
	"fmt"
	"strings"
	"testing"
)

// permissionBehaviour lists functions that API Gateway may not invoke, so that it answers 500.
func permissionBehaviour(t *testing.T) []behaviour {
	const internal = `500 InternalServerErrorException {"message": "Internal server error"}`
	api := func(changes ...object) *site {
		r := bare()
		addAuthorizer(r, "Auth", nil)
		addRoute(r, "GET /orders/{id}", proxy("Fn"))
		addRoute(r, "ANY /any", proxy("Fn"))
		addRoute(r, "GET /guarded", mock("guarded"), guardedBy("Auth"))
		addRoute(r, "GET /mock", mock("mock"))
		for _, change := range changes {
			for id, value := range change {
				r[id] = value
			}
		}
		return serve(t, r)
	}
	// show sends a request for the function and one for the authorizer, and returns how often each was invoked.
	show := func(name, source string, s *site, target, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.send(t, target, bearer("allow"))
			out := got.String()
			if got.status == 200 && got.header.Get("Route") == "" {
				out = "200 by the function"
			}
			if got.status == 500 && !strings.Contains(got.record.Reason, "AWS::Lambda::Permission") {
				t.Errorf("the reason names no permission: %s", got.record.Reason)
			}
			if got.status == 500 && !strings.Contains(strings.Join(s.Permissions(), "\n"), "answers 500, here as on AWS") {
				t.Errorf("the notes at the start do not have it: %q", s.Permissions())
			}
			return out
		}}
	}
	function := func(name string, permission any, want string) behaviour {
		return show(name, docPermissions, api(object{"FnPermission": permission}), "GET /prod/orders/7", want)
	}
	guard := func(name string, permission any, want string) behaviour {
		return show(name, docPermissions, api(object{"AuthFnPermission": permission}), "GET /prod/guarded", want)
	}
	verbs := api(object{"FnPermission": permission("Fn", sourceARN("*/GET/any"))})
	role := object{
		"Type":                  "AWS_PROXY",
		"IntegrationHttpMethod": "POST",
		"Uri":                   invocation("Fn"),
		"Credentials":           "arn:aws:iam::123456789012:role/invoke",
	}
	byRole := bare()
	byRole["FnPermission"], byRole["AuthFnPermission"] = nil, nil
	addAuthorizer(byRole, "Auth", object{"AuthorizerCredentials": "arn:aws:iam::123456789012:role/invoke"})
	addRoute(byRole, "GET /orders", role)
	addRoute(byRole, "GET /guarded", mock("guarded"), guardedBy("Auth"))
	roles := serve(t, byRole)

	const works, called = "200 by the function", "200 guarded"
	list := []behaviour{
		function("none for the function", nil, internal),
		function("of another principal", permission("Fn", object{"Principal": "events.amazonaws.com"}), internal),
		function("for any source", permission("Fn"), works),
		function("for the API", permission("Fn", sourceARN("*")), works),
		function("for the route, as CDK writes it", permission("Fn", sourceARN("prod/GET/orders/*")), works),
		function("for another route", permission("Fn", sourceARN("*/GET/products")), internal),
		function("for another verb", permission("Fn", sourceARN("*/POST/orders/*")), internal),
		function("for another stage", permission("Fn", sourceARN("dev/GET/orders/*")), internal),
		function("for the console's test alone", permission("Fn", sourceARN("test-invoke-stage/GET/orders/*")), internal),
		function(
			"for another API",
			permission("Fn", object{"SourceArn": "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/*"}),
			internal,
		),
		function("for authorizers", permission("Fn", sourceARN("authorizers/*")), internal),
		function("for another account", permission("Fn", object{"SourceAccount": "210987654321"}), internal),

		guard("none for the authorizer's function", nil, broken),
		guard("for the authorizer", permission("AuthFn", sourceARN("authorizers/${Auth}")), called),
		guard("for the API, of the authorizer's function", permission("AuthFn", sourceARN("*")), called),
		guard("for the route, of the authorizer's function", permission("AuthFn", sourceARN("prod/GET/guarded")), broken),
		guard("for another authorizer", permission("AuthFn", sourceARN("authorizers/abc123")), broken),

		show("of a method for any verb, the verb that is permitted", docARNs, verbs, "GET /prod/any", works),
		show("of a method for any verb, another verb", docARNs, verbs, "POST /prod/any", internal),
		show("a role in Credentials replaces it", docPermissions, roles, "GET /prod/orders", works),
		show("a role in AuthorizerCredentials replaces it", docPermissions, roles, "GET /prod/guarded", called),
	}
	list[0].source = seenNoPermission

	// A permission of the function does not cover its alias.
	alias := func(name string, permissions object, want string) behaviour {
		r := bare()
		r["Live"] = resource("Lambda::Alias", object{"FunctionName": ref("Fn"), "FunctionVersion": "1", "Name": "live"})
		addRoute(r, "GET /orders", object{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": object{
			"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${Live}/invocations"}})
		for id, p := range permissions {
			r[id] = p
		}
		return show(name, docAliases, serve(t, r), "GET /prod/orders", want)
	}
	list = append(
		list,
		alias("of the function, invoked by an alias", nil, internal),
		alias(
			"of the alias, invoked by it",
			object{"FnPermission": permission("Fn", object{"FunctionName": ref("Live")})},
			works,
		),
	)

	// Stage variables name the function, and each stage has its own.
	r := bare()
	r["Stage"].(object)["Properties"].(object)["Variables"] = object{"fn": ref("Fn"), "alias": "live"}
	r["Beta"] = resource(
		"ApiGateway::Stage",
		object{
			"RestApiId":    ref("Api"),
			"StageName":    "beta",
			"DeploymentId": ref("Deployment"),
			"Variables":    object{"fn": ref("AuthFn")},
		},
	)
	byVariable := object{
		"Type":                  "AWS_PROXY",
		"IntegrationHttpMethod": "POST",
		"Uri": object{"Fn::Sub": "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" +
			"arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.fn}/invocations"},
	}
	addRoute(r, "GET /orders", byVariable)
	const functions = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
	addRoute(r, "GET /alias", object{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
		"Uri": object{"Fn::Sub": functions + "${Fn.Arn}:${!stageVariables.alias}/invocations"}})
	r["AliasPermission"] = permission("Fn", object{"FunctionName": object{"Fn::Sub": "${Fn.Arn}:live"}})
	r["AuthFnPermission"] = permission("AuthFn", sourceARN("prod/*"))
	variables := serve(t, r)
	for _, c := range []struct{ name, target, want string }{
		{"a function by a stage variable", "GET /prod/orders", works},
		{"on another stage, whose function has a permission for the first", "GET /beta/orders", internal},
		{"an alias by a stage variable", "GET /prod/alias", works},
		{"on a stage without the variable", "GET /beta/alias", notServedHere},
	} {
		list = append(list, show(c.name, docVariables, variables, c.target, c.want))
	}
	list[len(list)-1].differs = "on AWS the URI has nothing in the variable's place, which is 500; " +
		"here it is 501, and the reason names the variable"
	return list
}

// TestPermissionNotes checks the notes at the start: each reason for a 500 once, and the permissions that do not
// resolve.
func TestPermissionNotes(t *testing.T) {
	notes := func(changes object) []string {
		r := bare()
		addRoute(r, "GET /orders", proxy("Fn"))
		addRoute(r, "PUT /orders", proxy("Fn"))
		for id, value := range changes {
			r[id] = value
		}
		return serve(t, r).Permissions()
	}
	for _, c := range []struct {
		name    string
		changes object
		want    string
	}{
		{"all is permitted", nil, "[]"},
		{
			"none",
			object{"FnPermission": nil},
			"[no AWS::Lambda::Permission of the assembly lets API Gateway invoke Shop/Fn: " +
				"GET /orders of the stage prod, PUT /orders of the stage prod answers 500, here as on AWS]",
		},
		{
			"one of two routes",
			object{"FnPermission": permission(
				"Fn",
				object{"SourceArn": "arn:aws:execute-api:eu-west-1:123456789012:*/*/GET/orders"},
			)},
			"[no AWS::Lambda::Permission lets API Gateway invoke Shop/Fn: Shop/FnPermission is for Action " +
				"lambda:InvokeFunction, SourceArn arn:aws:execute-api:eu-west-1:123456789012:*/*/GET/orders: " +
				"PUT /orders of the stage prod answers 500, here as on AWS]",
		},
		{
			"not known",
			object{
				"FnPermission": permission("Fn", object{"SourceArn": object{"Fn::GetAtt": []any{"Thing", "X"}}}),
				"Thing":        resource("Thing", object{}),
			},
			"[it is not known whether API Gateway may invoke Shop/Fn: Shop/FnPermission may do so, but is not known: ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint(notes(c.changes)); !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
