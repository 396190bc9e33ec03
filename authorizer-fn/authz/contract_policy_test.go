package authz

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// on returns a TOKEN event for a request.
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

// cachedAt sends a token that expires after 300 s. It returns which requests the cached policy allows after the given
// time.
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
			arn := authztest.ARN("GET", path)
			d := policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn, Context: now})
			if d.Outcome == iampolicy.Allowed {
				out = append(out, "GET "+path)
			}
		}
		return strings.Join(out, ", ")
	}
}

// policyRules has the rules on rights and on cached policies: lines 34 to 36, 41, 42, 45, 57 and 58.
func policyRules() []rule {
	write := token(object{"scope": "orders:write"})
	both := token(object{"scope": "orders:read orders:write"})
	arn := authztest.ARN("GET", "/orders")
	return []rule{
		{line: 34, name: "the required scope", want: allow, event: on("GET", "/orders/7", token(nil))},
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
			name:  "the group without the scope",
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
		{line: 34, name: "an unknown route", want: deny, change: perRequest, event: on("GET", "/nowhere", both)},
		{line: 34, name: "an unknown verb", want: deny, change: perRequest, event: on("PUT", "/orders", both)},
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
			name:   "a cached policy, when the token expires",
			want:   "",
			change: endsWithToken,
			do:     cachedAt(300 * time.Second),
		},
		{
			line:   57,
			name:   "a cached policy of one request, when the token expires",
			want:   "",
			change: func(s *setup) { endsWithToken(s); perRequest(s) },
			do:     cachedAt(300 * time.Second),
		},
		{
			line: 57,
			name: "by default, a cached policy holds for its TTL",
			want: "GET /orders, GET /orders/7",
			do:   cachedAt(300 * time.Second),
		},
		{
			line:   57,
			name:   "a policy that only denies does not expire",
			want:   deny,
			change: endsWithToken,
			event:  on("POST", "/orders", token(object{"scope": nil})),
		},
		{line: 58, name: "a tenant", want: allow, change: withTenants,
			event: on("GET", "/documents", token(object{"org": "acme"}))},
		{line: 58, name: "no tenant", want: deny, change: withTenants, event: on("GET", "/documents", token(nil))},
		{line: 58, name: "a list of tenants", want: deny, change: withTenants,
			event: on("GET", "/documents", token(object{"org": []string{"acme"}}))},
		{line: 58, name: "a tenant that Lambda refuses", want: deny, change: withTenants,
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
		{line: 36, name: "the answer to other requests: the same bytes", want: "the same", do: func(
			t *testing.T, f *fixture,
		) string {
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
			got := a.policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn})
			if got.Outcome == iampolicy.Allowed {
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
				const want = `"reason":"policy","error":"policycompiler: the policy is too large`
				if log := f.log.String(); !strings.Contains(log, want) {
					t.Errorf("got log %s, want %s in it", log, want)
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
}

// longRoutes sets n routes with long paths. Each of two scopes permits every other route.
func longRoutes(n int) func(*setup) {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"route":"GET /%s-%d","requires":[{"kind":"scope","anyOf":[%q]}]}`,
			strings.Repeat("x", 200), i, [...]string{"read", "write"}[i%2])
	}
	return routes(list...)
}
