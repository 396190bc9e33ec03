package authz

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// on returns a TOKEN event for another request.
func on(method, path, token string) []byte {
	return authztest.TokenEvent(authztest.ARN(method, path), "Bearer "+token)
}

// onARN returns a TOKEN event for any method ARN.
func onARN(arn string) []byte { return authztest.TokenEvent(arn, "Bearer "+token(nil)) }

func perRequest(s *setup) { s.config.PerRequest = true }

func routes(list ...string) func(*setup) {
	return func(s *setup) { s.routes = `{"version":1,"routes":[` + strings.Join(list, ",") + `]}` }
}

func endsWithToken(s *setup) { s.config.PolicyEndsWithToken = true }

// cachedAt sends a token that is good for 300 s. It returns what API Gateway allows by the cached policy some time
// later.
func cachedAt(after time.Duration) func(*testing.T, *fixture) string {
	return func(t *testing.T, f *fixture) string {
		text, err := f.invoke(get(token(nil)))
		if err != nil {
			return err.Error()
		}
		policy := readAnswer(t, text).policy
		now := iampolicy.Context{}
		now.Set("aws:CurrentTime", t0.Add(after).UTC().Format("2006-01-02T15:04:05Z"))
		var out []string
		for _, path := range []string{"/orders", "/orders/7"} {
			d := policy.Evaluate(
				iampolicy.Request{Action: iampolicy.InvokeAction, Resource: authztest.ARN("GET", path), Context: now},
			)
			if d.Outcome == iampolicy.Allowed {
				out = append(out, "GET "+path)
			}
		}
		return strings.Join(out, ", ")
	}
}

func policyRules() []rule {
	write := token(object{"scope": "orders:write"})
	both := token(object{"scope": "orders:read orders:write"})
	arn := authztest.ARN("GET", "/orders")
	rules := []rule{
		{line: 34, name: "the scope is there", want: allow, event: on("GET", "/orders/7", token(nil))},
		{line: 34, name: "another scope", want: deny, event: get(write)},
		{line: 34, name: "no scope", want: deny, event: get(token(object{"scope": nil}))},
		{line: 34, name: "no group", want: deny, event: on("DELETE", "/orders/7", both)},
		{
			line:  34,
			name:  "one of the groups",
			want:  allow,
			event: on("DELETE", "/orders/7", token(object{"scope": "orders:write", "groups": []string{"x", "support"}})),
		},
		{
			line:  34,
			name:  "the group and not the scope",
			want:  deny,
			event: on("DELETE", "/orders/7", token(object{"groups": []string{"admins"}})),
		},
		{
			line:  34,
			name:  "a group that only contains the name",
			want:  deny,
			event: on("DELETE", "/orders/7", token(object{"scope": "orders:write", "groups": []string{"nonadmins"}})),
		},
		{
			line:  34,
			name:  "two groups in one string",
			want:  deny,
			event: on("DELETE", "/orders/7", token(object{"scope": "orders:write", "groups": "admins support"})),
		},
		{line: 34, name: "a route without requirements", want: allow, event: on("GET", "/me", token(object{"scope": nil}))},
		{line: 34, name: "a route of another authorizer", want: deny, change: perRequest, event: on("GET", "/health", both)},
		{line: 34, name: "no such route", want: deny, change: perRequest, event: on("GET", "/nowhere", both)},
		{line: 34, name: "no such verb", want: deny, change: perRequest, event: on("PUT", "/orders", both)},
		{line: 35, name: "scopes as an array", want: allow, event: get(token(object{"scope": []string{"x", "orders:read"}}))},
		{
			line:  35,
			name:  "scp as an array",
			want:  allow,
			event: get(token(object{"scope": nil, "scp": []string{"orders:read"}})),
		},
		{line: 35, name: "scp as a string", want: allow, event: get(token(object{"scope": nil, "scp": "x orders:read"}))},
		{
			line:  35,
			name:  "scopes between several spaces",
			want:  allow,
			event: get(token(object{"scope": "  x  orders:read "})),
		},
		{line: 35, name: "scopes as an object", want: deny, event: get(token(object{"scope": object{"orders:read": true}}))},
		{
			line:  35,
			name:  "scopes as an object with numbers for names",
			want:  deny,
			event: get(token(object{"scope": object{"0": "orders:read"}})),
		},
		{line: 35, name: "scopes of mixed types", want: deny, event: get(token(object{"scope": []any{"orders:read", 1}}))},
		{line: 35, name: "a nested array", want: deny, event: get(token(object{"scope": []any{[]string{"orders:read"}}}))},
		{line: 35, name: "scopes between tabs", want: deny, event: get(token(object{"scope": "x\torders:read"}))},
		{line: 35, name: "scopes between commas", want: deny, event: get(token(object{"scope": "x,orders:read"}))},
		{
			line:   35,
			name:   "roles at a nested path",
			want:   allow,
			change: func(s *setup) { s.config.Issuers[0].RolesClaim = "realm_access.roles" },
			event:  on("GET", "/reports", token(object{"realm_access": object{"roles": []string{"auditor"}}})),
		},
		{
			line:   57,
			name:   "a cached policy, a second before the token expires",
			want:   "GET /orders, GET /orders/7",
			change: endsWithToken,
			do:     cachedAt(299 * time.Second),
		},
		{
			line:   57,
			name:   "a cached policy, as the token expires",
			want:   "",
			change: endsWithToken,
			do:     cachedAt(300 * time.Second),
		},
		{
			line:   57,
			name:   "a cached policy of one request, as the token expires",
			want:   "",
			change: func(s *setup) { endsWithToken(s); perRequest(s) },
			do:     cachedAt(300 * time.Second),
		},
		{
			line: 57,
			name: "by default a cached policy counts for its TTL",
			want: "GET /orders, GET /orders/7",
			do:   cachedAt(300 * time.Second),
		},
		{
			line:   57,
			name:   "a policy that only denies has no end",
			want:   deny,
			change: endsWithToken,
			event:  on("POST", "/orders", token(object{"scope": nil})),
		},
		{line: 58, name: "a tenant", want: allow, change: withTenants,
			event: on("GET", "/documents", token(object{"org": "acme"}))},
		{line: 58, name: "no tenant", want: deny, change: withTenants, event: on("GET", "/documents", token(nil))},
		{line: 58, name: "a list of tenants", want: deny, change: withTenants,
			event: on("GET", "/documents", token(object{"org": []string{"acme"}}))},
		{line: 58, name: "a tenant that Lambda does not take", want: deny, change: withTenants,
			event: on("GET", "/documents", token(object{"org": "a,b"}))},
		{
			line: 36,
			name: "GET /orders cached, then POST and DELETE",
			want: "GET /orders, GET /orders/7, POST /orders",
			do: func(t *testing.T, f *fixture) string {
				return f.rightsOn(t, on("GET", "/orders", both), "GET /orders", "GET /orders/7", "POST /orders",
					"DELETE /orders/7", "GET /reports")
			},
		},
		{line: 36, name: "the other way round: the same bytes", want: "the same", do: func(t *testing.T, f *fixture) string {
			first, err := f.invoke(on("GET", "/orders", both))
			if err != nil {
				return err.Error()
			}
			for _, request := range []string{
				"POST /orders",
				"GET /orders/8",
				"DELETE /orders/7",
				"GET /health",
				"GET /nowhere",
				"GET /orders/*",
				"GET /" + strings.Repeat("x", 1500),
			} {
				method, path, _ := strings.Cut(request, " ")
				if again, err := f.invoke(on(method, path, both)); err != nil || again != first {
					return fmt.Sprintf("%s gives %s %v", request, again, err)
				}
			}
			return "the same"
		}},
		{
			line: 36,
			name: "another token with the same rights: the same policy",
			want: "the same",
			do: func(t *testing.T, f *fixture) string {
				policy := func(claims object) string {
					answer, err := f.invoke(on("GET", "/orders", token(claims)))
					if err != nil {
						return err.Error()
					}
					return readAnswer(t, answer).policyText
				}
				one := object{"scope": "a orders:read"}
				other := object{"scope": nil, "scp": []string{"orders:read"}, "sub": "other", "groups": "x"}
				if policy(one) != policy(other) {
					return elsewise
				}
				return "the same"
			},
		},
		{
			line:   38,
			name:   "an encoded slash is no slash",
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
			name:   "an encoded wildcard stays one character",
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
			name:   "two dots lead nowhere",
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
			name:   "a Deny covers the slash at the end too",
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
			name:   "a wildcard crosses slashes: the route below is not granted",
			want:   "GET /user/1",
			change: userRoutes,
			do: func(t *testing.T, f *fixture) string {
				return f.rightsOn(t, on("GET", "/user/1", token(nil)), "GET /user/1", "GET /user/1/admin")
			},
		},
		{
			line:  41,
			name:  "China",
			want:  allow,
			event: onARN("arn:aws-cn:execute-api:cn-north-1:123456789012:abcdef1234/prod/GET/orders"),
		},
		{
			line:  41,
			name:  "GovCloud",
			want:  allow,
			event: onARN("arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdef1234/prod/GET/orders"),
		},
		{
			line:  41,
			name:  "the console's test",
			want:  allow,
			event: onARN("arn:aws:execute-api:us-east-1:123456789012:abcdef1234/test-invoke-stage/GET/orders"),
		},
		{line: 41, name: "another stage is not granted", want: "", do: func(t *testing.T, f *fixture) string {
			answer, err := f.invoke(onARN("arn:aws:execute-api:us-east-1:123456789012:abcdef1234/dev/GET/orders"))
			if err != nil {
				return err.Error()
			}
			a := readAnswer(t, answer)
			if got := a.policy.Evaluate(iampolicy.Request{
				Action:   iampolicy.InvokeAction,
				Resource: arn,
			}); got.Outcome == iampolicy.Allowed {
				return "prod is granted"
			}
			return ""
		}},
		{
			line:   41,
			name:   "the root path",
			want:   allow,
			change: routes(`{"route":"GET /"}`),
			event:  on("GET", "/", token(nil)),
		},
		{
			line:   41,
			name:   "the root path without a slash",
			want:   allow,
			change: routes(`{"route":"GET /"}`),
			event:  on("GET", "", token(nil)),
		},
		{
			line:   41,
			name:   "the root path, one request",
			want:   allow,
			change: func(s *setup) { routes(`{"route":"GET /"}`)(s); perRequest(s) },
			event:  on("GET", "/", token(nil)),
		},
		{
			line:   42,
			name:   "300 routes, a third denied",
			want:   "below 50 KB",
			change: func(s *setup) { s.routes = manyRoutes(300) },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(on("GET", "/resource-0", token(object{"scope": "read"})))
				if err != nil {
					return err.Error()
				}
				if n := len(readAnswer(t, answer).policyText); n > 50_000 {
					return fmt.Sprint(n, " bytes")
				}
				return "below 50 KB"
			},
		},
		{
			line:   42,
			name:   "300 routes, all allowed: one statement",
			want:   "one resource",
			change: func(s *setup) { s.routes = manyRoutes(300) },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(on("GET", "/resource-0", token(object{"scope": "read write"})))
				if err != nil {
					return err.Error()
				}
				if a := readAnswer(t, answer); len(a.policy.Statements) != 1 || len(a.policy.Statements[0].Resource) != 1 {
					return a.policyText
				}
				return "one resource"
			},
		},
		{
			line:   42,
			name:   "a policy too large",
			want:   fault,
			change: longRoutes(1200),
			do: func(t *testing.T, f *fixture) string {
				got := f.outcome(t, on("GET", "/x", token(object{"scope": "read"})))
				if log := f.log.String(); !strings.Contains(
					log,
					`"reason":"policy","error":"policycompiler: the policy is too large`,
				) {
					t.Error("the log does not say so: ", log)
				}
				return got
			},
		},
		{
			line: 45,
			name: "REQUEST with TTL > 0 and no identity source",
			want: ofSynth,
			do:   synthRefuses("cache_without_identity_source"),
		},
	}
	// These cases are line 37 with an answer for one request, and with one for the API. The latter names routes and not
	// paths. Line 36 compares its bytes, so here it only must not allow more.
	for _, path := range []string{
		"/orders/*",
		"/orders/?",
		"/*",
		"/orders/${aws:username}",
		"/orders/x*",
		"/orders/$%7Bx}",
		"/ord?rs",
	} {
		rules = append(
			rules,
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

// longRoutes adds routes with long names. A scope permits every other one of them.
func longRoutes(n int) func(*setup) {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(
			`{"route":"GET /%s-%d","requires":[{"kind":"scope","anyOf":[%q]}]}`,
			strings.Repeat("x", 200),
			i,
			[...]string{"read", "write"}[i%2],
		)
	}
	return routes(list...)
}

// sentTo returns an administrator's REQUEST event for a path that API Gateway has matched to a resource.
func sentTo(resource, path string) []byte {
	headers := http.Header{"Authorization": {"Bearer " + token(object{"scope": "admin"})}}
	return bytes.Replace(
		authztest.RequestEvent("GET", path, headers, nil),
		[]byte(`"resource":"`+path+`"`),
		[]byte(`"resource":"`+resource+`"`),
		1,
	)
}

// userRoutes are two routes. A caller may call only the shorter one.
func userRoutes(s *setup) {
	routes(`{"route":"GET /user/{id}","requires":[{"kind":"scope","anyOf":["orders:read"]}]}`,
		`{"route":"GET /user/{id}/admin","requires":[{"kind":"scope","anyOf":["admin"]}]}`)(s)
}

// literalRoutes are two routes. An administrator may call only the one with the parameter.
func literalRoutes(s *setup) {
	routes(`{"route":"GET /user/{id}","requires":[{"kind":"scope","anyOf":["admin"]}]}`,
		`{"route":"GET /user/me","requires":[{"kind":"scope","anyOf":["orders:read"]}]}`)(s)
}

func eventRules() []rule {
	good, other := token(nil), token(object{"sub": "user-2"})
	request := func(headers, query http.Header) []byte {
		return authztest.RequestEvent("GET", "/orders", headers, query)
	}
	bearer := func(t string) http.Header { return http.Header{"Authorization": {"Bearer " + t}} }
	in := func(sources ...TokenSource) func(*setup) { return func(s *setup) { s.config.TokenSources = sources } }
	inQuery := in(TokenSource{Header, "Authorization"}, TokenSource{QueryString, "access_token"})
	inCookie := in(TokenSource{Cookie, "session"})
	cookie := func(values ...string) []byte { return request(http.Header{"cookie": values}, nil) }
	context := func(name, want string, claim any) rule {
		if want == "" {
			want = "dropped"
		}
		return rule{
			line:   46,
			name:   name,
			want:   want,
			change: func(s *setup) { s.config.ContextClaims = []string{"claim"} },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"claim": claim})))
				if err != nil {
					return err.Error()
				}
				if got, there := readAnswer(t, answer).context["claim"]; there {
					return got
				}
				return "dropped"
			},
		}
	}
	principal := func(sub, want string) rule {
		return rule{
			line: 47,
			name: fmt.Sprintf("%.30q is sanitized", sub),
			want: want,
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"sub": sub})))
				if err != nil {
					return err.Error()
				}
				return readAnswer(t, answer).principal
			},
		}
	}
	return []rule{
		{
			line:  43,
			name:  "the header in lower case",
			want:  allow,
			event: request(http.Header{"authorization": {"Bearer " + good}}, nil),
		},
		{
			line:   43,
			name:   "in the first of two places",
			want:   allow,
			change: inQuery,
			event:  request(bearer(good), nil),
		},
		{
			line:  43,
			name:  "the header in mixed case",
			want:  allow,
			event: request(http.Header{"aUTHORIZATION": {"bearer " + good}}, nil),
		},
		{
			line:  43,
			name:  "two different values",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer " + good, "Bearer " + other}}, nil),
		},
		{
			line:  43,
			name:  "two different values, the good one last",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer x.y.z", "Bearer " + good}}, nil),
		},
		{
			line:  43,
			name:  "two spellings with different values",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer " + good}, "authorization": {"Bearer " + other}}, nil),
		},
		{
			line:  43,
			name:  "the same value twice",
			want:  allow,
			event: request(http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}, nil),
		},
		{
			line: 43,
			name: "the single value differs from the list",
			want: reject,
			event: []byte(
				`{"type":"REQUEST","methodArn":"` + authztest.ARN(
					"GET",
					"/orders",
				) + `","headers":{"Authorization":"Bearer ` + other + `"},"multiValueHeaders":{"Authorization":["Bearer ` +
					good + `"]}}`,
			),
		},
		{
			line: 43,
			name: "single values only",
			want: allow,
			event: []byte(
				`{"type":"REQUEST","methodArn":"` + authztest.ARN(
					"GET",
					"/orders",
				) + `","headers":{"Authorization":"Bearer ` + good + `"}}`,
			),
		},
		{
			line:  43,
			name:  "a header that looks like it",
			want:  reject,
			event: request(http.Header{"Authorızation": {"Bearer " + good}, "X-Authorization": {"Bearer " + good}}, nil),
		},
		{
			line:  44,
			name:  "a token in the query string, not configured",
			want:  reject,
			event: request(nil, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "a token in the query string, configured",
			want:   allow,
			change: inQuery,
			event:  request(nil, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "header and query string agree",
			want:   allow,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "header and query string differ",
			want:   reject,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {other}}),
		},
		{
			line:   44,
			name:   "a bad header beside a good query string",
			want:   reject,
			change: inQuery,
			event:  request(http.Header{"Authorization": {"Basic eDp5"}}, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "twice in the query string",
			want:   reject,
			change: inQuery,
			event:  request(nil, http.Header{"access_token": {good, good}}),
		},
		{
			line:   44,
			name:   "the parameter in another case",
			want:   reject,
			change: inQuery,
			event:  request(nil, http.Header{"Access_Token": {good}}),
		},
		{
			line:   44,
			name:   "an empty parameter",
			want:   reject,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {""}}),
		},
		{line: 44, name: "a cookie, not configured", want: reject, event: cookie("session=" + good)},
		{line: 44, name: "a cookie", want: allow, change: inCookie, event: cookie("a=b; session=" + good + "; c=d")},
		{line: 44, name: "a cookie's name in another case", want: reject, change: inCookie, event: cookie("Session=" + good)},
		{
			line:   44,
			name:   "two cookies of one name",
			want:   reject,
			change: inCookie,
			event:  cookie("session=" + good + "; session=" + other),
		},
		{
			line:   44,
			name:   "two cookies of one name in two headers",
			want:   reject,
			change: inCookie,
			event:  cookie("session="+good, "session="+other),
		},
		{
			line:   44,
			name:   "a cookie, and another Cookie header to cache it by",
			want:   reject,
			change: inCookie,
			event:  cookie("session="+good, "a=b"),
		},
		{
			line:   44,
			name:   "a cookie after another Cookie header",
			want:   reject,
			change: inCookie,
			event:  cookie("a=b", "session="+good),
		},
		{
			line:   44,
			name:   "two spellings of the Cookie header",
			want:   reject,
			change: inCookie,
			event:  request(http.Header{"Cookie": {"session=" + good}, "cookie": {"a=b"}}, nil),
		},
		{
			line:   44,
			name:   "a cookie whose name only ends so",
			want:   reject,
			change: inCookie,
			event:  cookie("my-session=" + good),
		},
		{
			line:   44,
			name:   "a cookie within another's value",
			want:   reject,
			change: inCookie,
			event:  cookie(`a="session=` + good + `"`),
		},
		{line: 44, name: "an empty cookie", want: reject, change: inCookie, event: cookie("session=")},
		{
			line:   44,
			name:   "a header where a cookie is asked for",
			want:   reject,
			change: inCookie,
			event:  request(bearer(good), nil),
		},

		context("a string", "text", "text"),
		context("a number as it stands", "12.50", number("12.50")),
		context("a boolean", "true", true),
		context("an object", "", object{"a": 1}),
		context("null", "", authztest.Null),
		context("missing", "", nil),
		context("an array", "a b 1 false", []any{"a", "b", 1, false}),
		context("an array of objects", "", []any{object{}, authztest.Null}),
		context("an array with other things in it", "a", []any{object{}, "a", []string{"b"}}),
		context("an array's value with a space", "a%20b c", []string{"a b", "c"}),
		context("an empty array", "", []string{}),
		context("a string of 2,048 bytes", strings.Repeat("x", 2048), strings.Repeat("x", 2048)),
		context("a string of 2,049 bytes", "", strings.Repeat("x", 2049)),
		context("a number of 2,049 digits", "", number("0."+strings.Repeat("1", 2047))),
		context("quotes and control characters", "a\"\\\n\x00\x7f", "a\"\\\n\x00\x7f"),

		principal("user-1", "user-1"),
		principal("auth0|5f7c8ec7c33c6c004bbafe82", "auth0|5f7c8ec7c33c6c004bbafe82"),
		principal("a\"b\\c", "a%22b%5Cc"),
		principal("line\nfeed\x00\x7f", "line%0Afeed%00%7F"),
		principal("Zoë", "Zo%C3%AB"),
		principal("100%", "100%25"),
		principal("a b,c", "a%20b%2Cc"),
		principal(strings.Repeat("u", 256), strings.Repeat("u", 256)),
		{
			line:   47,
			name:   "another claim is the principal",
			want:   "client-7",
			change: func(s *setup) { s.config.Issuers[0].PrincipalClaim = "act.client" },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"sub": nil, "act": object{"client": "client-7"}})))
				if err != nil {
					return err.Error()
				}
				return readAnswer(t, answer).principal
			},
		},

		{
			line: 48,
			name: "an unknown type",
			want: fault,
			event: []byte(
				`{"type":"HTTP","methodArn":"` + authztest.ARN("GET", "/orders") + `","authorizationToken":"Bearer ` + good + `"}`,
			),
		},
		{
			line:  48,
			name:  "no type",
			want:  fault,
			event: []byte(`{"methodArn":"` + authztest.ARN("GET", "/orders") + `","authorizationToken":"Bearer ` + good + `"}`),
		},
		{
			line:  48,
			name:  "no method ARN",
			want:  fault,
			event: []byte(`{"type":"TOKEN","authorizationToken":"Bearer ` + good + `"}`),
		},
		{line: 48, name: "not JSON", want: fault, event: []byte("Bearer " + good)},
		{line: 48, name: "nothing", want: fault, event: nil},
		{line: 48, name: "null", want: fault, event: []byte("null")},
		{line: 48, name: "an array", want: fault, event: []byte("[]")},
		{
			line: 48,
			name: "a member twice",
			want: fault,
			event: []byte(
				`{"type":"TOKEN","type":"TOKEN","methodArn":"` + authztest.ARN(
					"GET",
					"/orders",
				) + `","authorizationToken":"Bearer ` + good + `"}`,
			),
		},
		{line: 48, name: "six megabytes", want: fault, event: get(strings.Repeat("x", 6<<20))},
		{
			line: 48,
			name: "an event of API Gateway version 2.0",
			want: fault,
			event: []byte(
				`{"version":"2.0","type":"REQUEST","routeArn":"` + authztest.ARN(
					"GET",
					"/orders",
				) + `","headers":{"authorization":"Bearer ` + good + `"}}`,
			),
		},
		{
			line:   48,
			name:   "a panic",
			want:   fault,
			change: func(s *setup) { s.options.Now = panicsIn(s.options.Now, "(*Authorizer).verify") },
			event:  get(good),
			do: func(t *testing.T, f *fixture) string {
				got := f.outcome(t, get(good))
				if log := f.log.String(); !strings.Contains(log, `"reason":"panic","error":"a value of type string, `) ||
					!strings.Contains(log, "authz.(*Authorizer).decide:") {
					t.Errorf("the log does not say where: %s", log)
				}
				return got
			},
		},
	}
}
