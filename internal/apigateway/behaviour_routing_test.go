package apigateway

import (
	"strings"
	"testing"
)

func routingBehaviour(t *testing.T) []behaviour {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /", mock("root"))
	addRoute(r, "GET /orders", mock("orders"), guardedBy("Auth"))
	addRoute(r, "ANY /{proxy+}", mock("open"))
	files := bare()
	addAuthorizer(files, "Auth", nil)
	addRoute(files, "GET /", mock("root"))
	addRoute(files, "GET /orders", mock("orders"), guardedBy("Auth"))
	addRoute(files, "OPTIONS /orders", mock("preflight"))
	addRoute(files, "GET /files/readme", mock("readme"))
	addRoute(files, "GET /files/folder/{name}", mock("file"))
	addRoute(files, "GET /files/folder/index", mock("index"))
	addRoute(files, "ANY /files/{proxy+}", mock("other"))
	addRoute(files, "OPTIONS /files/hidden", mock("preflight"))
	addRoute(files, "GET /deep/{id}/lines", mock("lines"))
	addRoute(files, "GET /users/{id}", mock("user"))
	addRoute(files, "PATCH /users/me", mock("me"))
	s, open := serve(t, files), serve(t, r)
	ask := func(name, source string, s *site, target, want string) behaviour {
		return behaviour{
			name:   name,
			source: source,
			want:   want,
			got:    func(t *testing.T) string { return s.send(t, target).String() },
		}
	}
	return []behaviour{
		ask("an unknown path", recordedRouting, s, "GET /prod/nothing", noSuchRoute),
		ask("an unknown verb", recordedRouting, s, "DELETE /prod/orders", noSuchRoute),
		ask("a path in other letters", recordedRouting, s, "GET /prod/Orders", noSuchRoute),
		ask("a resource without a method", recordedRouting, s, "GET /prod/deep/1", noSuchRoute),
		ask("a path that goes on", recordedRouting, s, "GET /prod/deep/1/lines/2", noSuchRoute),
		ask("an unknown stage", recordedRouting, s, "GET /dev/orders", `403 ForbiddenException {"message":"Forbidden"}`),
		ask("the root", recordedRouting, s, "GET /prod", "200 root"),
		ask(
			"HEAD is a verb of its own",
			recordedRouting,
			s,
			"HEAD /prod/deep/1/lines",
			"403 MissingAuthenticationTokenException",
		),

		ask("a literal before a parameter", recordedRouting, s, "GET /prod/files/folder/index", "200 index"),
		ask("a parameter before a greedy one", recordedRouting, s, "GET /prod/files/folder/x", "200 file"),
		ask("a literal before a greedy one", recordedRouting, s, "GET /prod/files/readme", "200 readme"),
		ask("a greedy one", recordedRouting, s, "GET /prod/files/x/y", "200 other"),
		ask("a literal without the verb falls through", recordedRouting, s, "POST /prod/files/readme", "200 other"),
		ask("a parameter without the verb falls through", recordedRouting, s, "POST /prod/files/folder/x", "200 other"),
		ask("so does a resource that has only OPTIONS", recordedRouting, s, "PUT /prod/files/hidden", "200 other"),
		ask("and OPTIONS itself is its own", recordedRouting, s, "OPTIONS /prod/files/hidden", "200 preflight"),
		ask("a literal without routes below falls through", recordedRouting, s, "GET /prod/files/readme/x", "200 other"),
		ask("so does a resource without any verb", seenRouting, s, "POST /prod/files/folder", "200 other"),
		ask("a literal without the verb falls through to a parameter", seenSiblings, s, "GET /prod/users/me", "200 user"),
		ask("unless the parameter does not have it either", seenSiblings, s, "POST /prod/users/me", noSuchRoute),
		ask("a greedy one is no match for nothing", recordedRouting, s, "GET /prod/files", noSuchRoute),
		ask("a guarded method beside an open {proxy+}", recordedRouting, open, "GET /prod/orders", unauthorized),
		ask(
			"its other verbs are open: what the constructs refuse at synth",
			recordedRouting,
			open,
			"DELETE /prod/orders",
			"200 open",
		),
	}
}

func pathBehaviour(t *testing.T) []behaviour {
	r := bare()
	addRoute(r, "GET /", proxy("Fn"))
	addRoute(r, "GET /orders", proxy("Fn"))
	addRoute(r, "GET /orders/{id}", proxy("Fn"))
	addRoute(r, "GET /files/{proxy+}", proxy("Fn"))
	s := serve(t, r)
	// event is a part of the event: "path", or "queryStringParameters".
	event := func(name, source, target, part, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.send(t, target)
			if got.status != 200 {
				return got.String()
			}
			var v any = eventOf(t, got)
			for name := range strings.SplitSeq(part, ".") {
				v = v.(object)[name]
			}
			return jsonOf(t, v)
		}}
	}
	return []behaviour{
		event("a trailing slash is ignored: the resource", recordedLambda, "GET /prod/orders/", "resource", `"/orders"`),
		event("and kept: the path", recordedLambda, "GET /prod/orders/", "path", `"/orders/"`),
		event("and kept after a parameter", recordedLambda, "GET /prod/orders/7/", "path", `"/orders/7/"`),
		event("it is not in the parameter", recordedLambda, "GET /prod/orders/7/", "pathParameters.id", `"7"`),
		event("the root with a slash", recordedLambda, "GET /prod/", "path", `"/"`),
		event("double slashes in the path are kept", recordedLambda, "GET /prod/files/a//b", "path", `"/files/a//b"`),
		event("and in a greedy parameter", recordedLambda, "GET /prod/files/a//b", "pathParameters.proxy", `"a//b"`),
		event("those after the stage are one in the path", recordedLambda, "GET /prod//orders", "path", `"/orders"`),
		event(
			"and kept in the request context",
			recordedLambda,
			"GET /prod//orders",
			"requestContext.path",
			`"/prod//orders"`,
		),
		event(
			"a path value is not decoded",
			recordedLambda,
			"GET /prod/orders/a%2Fb+c%20d",
			"pathParameters.id",
			`"a%2Fb+c%20d"`,
		),
		event("nor is the path", recordedLambda, "GET /prod/orders/a%2Fb+c%20d", "path", `"/orders/a%2Fb+c%20d"`),
		event(
			"a query value is, and + is a space",
			recordedLambda,
			"GET /prod/orders?q=a%2Fb+c%20d&plus=%2B",
			"queryStringParameters",
			`{"plus":"+","q":"a/b c d"}`,
		),
		event(
			"of duplicates the last wins",
			recordedEvents,
			"GET /prod/orders?q=1&q=2&q=3",
			"queryStringParameters.q",
			`"3"`,
		),
		event(
			"all are in the map of lists",
			recordedEvents,
			"GET /prod/orders?q=1&q=2&q=3",
			"multiValueQueryStringParameters.q",
			`["1","2","3"]`,
		),
		event("none at all is null", recordedEvents, "GET /prod/orders", "queryStringParameters", `null`),
	}
}
