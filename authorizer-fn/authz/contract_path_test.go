package authz

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// pathRules has the rules on paths: lines 37 to 40.
func pathRules() []rule {
	rules := []rule{
		{
			line:   38,
			name:   "an encoded slash does not separate segments",
			want:   deny,
			change: perRequest,
			event:  on("GET", "/orders%2F7", token(nil)),
		},
		{
			line:   38,
			name:   "an encoded slash in a parameter",
			want:   allow,
			change: perRequest,
			event:  on("GET", "/orders/7%2F8", token(nil)),
		},
		{
			line:   38,
			name:   "an encoded wildcard is not a wildcard",
			want:   allow,
			change: perRequest,
			event:  on("GET", "/orders/%2A", token(nil)),
		},
		{
			line:   38,
			name:   "a decoded path of another resource than the gateway's",
			want:   deny,
			change: func(s *setup) { userRoutes(s); perRequest(s) },
			event:  sentTo("/user/{id}", "/user/1/admin"),
		},
		{
			line:   38,
			name:   "a decoded path of another resource without parameters",
			want:   deny,
			change: func(s *setup) { literalRoutes(s); perRequest(s) },
			event:  sentTo("/user/me", "/user/%6De"),
		},
		{
			line:   38,
			name:   "a path of the gateway's resource, encoded",
			want:   allow,
			change: func(s *setup) { literalRoutes(s); perRequest(s) },
			event:  sentTo("/user/{id}", "/user/%6De"),
		},
		{
			line:   38,
			name:   "a path of the gateway's resource",
			want:   allow,
			change: func(s *setup) { userRoutes(s); perRequest(s) },
			event:  sentTo("/user/{id}/admin", "/user/1/admin"),
		},
		{
			line:   38,
			name:   "two dots are a parameter's value",
			want:   allow,
			change: perRequest,
			event:  on("GET", "/orders/..", token(nil)),
		},
		{
			line:   38,
			name:   "two dots are not resolved",
			want:   deny,
			change: perRequest,
			event:  on("GET", "/health/../orders", token(nil)),
		},
		{line: 38, name: "two slashes", want: deny, event: on("GET", "//orders", token(nil))},
		{line: 38, name: "two slashes within", want: deny, event: on("GET", "/orders//7", token(nil))},
		{line: 38, name: "a slash at the end", want: allow, event: on("GET", "/orders/", token(nil))},
		{
			line:   38,
			name:   "a slash at the end, one request",
			want:   allow,
			change: perRequest,
			event:  on("GET", "/orders/", token(nil)),
		},
		{
			line:   38,
			name:   "a Deny covers the path with a slash at the end",
			want:   "GET /user/1, GET /user/1/",
			change: userRoutes,
			do: func(t *testing.T, f *fixture) string {
				return f.rightsOn(
					t,
					on("GET", "/user/1", token(nil)),
					"GET /user/1",
					"GET /user/1/",
					"GET /user/1/admin",
					"GET /user/1/admin/",
					"GET /user/1//admin",
					"GET /user//admin",
				)
			},
		},
		{line: 39, name: "a colon in the path", want: allow, event: on("GET", "/orders/a:b:c", token(nil))},
		{
			line:   39,
			name:   "a colon in the path, one request",
			want:   allow,
			change: perRequest,
			event:  on("GET", "/orders/a:b:c", token(nil)),
		},
		{
			line:   40,
			name:   "a policy's wildcard matches slashes: the route below is not granted",
			want:   "GET /user/1",
			change: userRoutes,
			do: func(t *testing.T, f *fixture) string {
				return f.rightsOn(t, on("GET", "/user/1", token(nil)), "GET /user/1", "GET /user/1/admin")
			},
		},
	}
	// Line 37 covers policies for one request and for the API. A policy for the API names routes, not paths, and line 36
	// compares its bytes. Here it must not allow more.
	for _, path := range []string{
		"/orders/*",
		"/orders/?",
		"/*",
		"/orders/${aws:username}",
		"/orders/x*",
		"/orders/$%7Bx}",
		"/ord?rs",
	} {
		rules = append(rules,
			rule{line: 37, name: "one request, " + path, want: deny, change: perRequest, event: on("GET", path, token(nil))},
			rule{
				line:   37,
				name:   "one request, never in a Resource: " + path,
				want:   "not there",
				change: perRequest,
				do: func(t *testing.T, f *fixture) string {
					answer, err := f.invoke(on("GET", path, token(nil)))
					if err != nil {
						return err.Error()
					}
					if a := readAnswer(t, answer); a.policy.Statements[0].Effect != iampolicy.Deny {
						return a.policyText
					}
					return "not there"
				},
			},
			rule{
				line: 37,
				name: "the API, allows no more: " + path,
				want: "GET /orders, GET /orders/7",
				do: func(t *testing.T, f *fixture) string {
					return f.rightsOn(t, on("GET", path, token(nil)), "GET /orders", "GET /orders/7", "POST /orders",
						"DELETE /orders/7", "GET /reports")
				},
			},
		)
	}
	for _, bad := range []string{
		"",
		"x",
		"arn:aws:execute-api",
		"arn:aws:execute-api:us-east-1:123456789012",
		"arn:aws:execute-api:us-east-1:123456789012:api",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage",
		"arn:aws:lambda:us-east-1:123456789012:api/stage/GET/orders",
		"arn:aws:execute-api:us-east-1:*:api/stage/GET/orders",
		"arn:aws:execute-api:us-east-1:123456789012:api/st*ge/GET/orders",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage/*/orders",
		":::::::::",
		strings.Repeat(":", 10_000),
		"arn:aws:execute-api:us-east-1:123456789012:/stage/GET/orders",
	} {
		rules = append(rules, rule{line: 39, name: fmt.Sprintf("the ARN %.60q", bad), want: fault, event: onARN(bad)})
	}
	return rules
}

// sentTo returns an administrator's REQUEST event for a path that API Gateway matched to the resource.
func sentTo(resource, path string) []byte {
	headers := http.Header{"Authorization": {"Bearer " + token(object{"scope": "admin"})}}
	event := authztest.RequestEvent("GET", path, headers, nil)
	return bytes.Replace(event, []byte(`"resource":"`+path+`"`), []byte(`"resource":"`+resource+`"`), 1)
}

// userRoutes sets two routes. A caller with orders:read may call only the shorter one.
func userRoutes(s *setup) {
	routes(`{"route":"GET /user/{id}","requires":[{"kind":"scope","anyOf":["orders:read"]}]}`,
		`{"route":"GET /user/{id}/admin","requires":[{"kind":"scope","anyOf":["admin"]}]}`)(s)
}

// literalRoutes sets two routes. An administrator may call only the one with the parameter.
func literalRoutes(s *setup) {
	routes(`{"route":"GET /user/{id}","requires":[{"kind":"scope","anyOf":["admin"]}]}`,
		`{"route":"GET /user/me","requires":[{"kind":"scope","anyOf":["orders:read"]}]}`)(s)
}
