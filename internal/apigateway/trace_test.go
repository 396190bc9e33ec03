package apigateway

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestTrace reads the trace of a request's checks, step by step. It must explain the decision to a developer.
func TestTrace(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", object{"AuthorizerResultTtlInSeconds": 300, "IdentityValidationExpression": "Bearer .+"})
	addAuthorizer(
		r,
		"Asked",
		object{"Type": "REQUEST", "IdentitySource": "method.request.header.Answer, method.request.querystring.tenant"},
	)
	addPool(r)
	addRoute(r, "GET /open", mock("open"))
	addRoute(r, "GET /orders/{id}", mock("order"), guardedBy("Auth"))
	addRoute(r, "GET /asked", mock("asked"), guardedBy("Asked"))
	pooled := object{"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth")}
	addRoute(r, "GET /scoped", mock("scoped"), pooled, object{"AuthorizationScopes": []any{"shop/read", "shop/write"}})
	addRoute(r, "GET /signed", mock("signed"), object{"AuthorizationType": "AWS_IAM"})
	addRoute(r, "GET /closed", mock("closed"))
	r["Api"].(object)["Properties"].(object)["Policy"] = object{"Version": "2012-10-17", "Statement": []any{
		rule(
			"Allow",
			"execute-api:/*",
			object{"Sid": "Here", "Condition": object{"IpAddress": object{"aws:SourceIp": "127.0.0.0/8"}}},
		),
		rule("Deny", "execute-api:/prod/GET/closed"),
	}}
	s := serve(t, r)
	arn := "arn:aws:execute-api:eu-west-1:123456789012:API"
	here := `+ resource policy: statement 1 "Here" of the resource policy allows it: ` + arn + `/prod/GET%s matches ` +
		arn + `/*, under the condition IpAddress aws:SourceIp 127.0.0.0/8`
	identified := `+ identity source: method.request.header.Authorization has a value, ` +
		`which the validation expression Bearer .+ matches`
	answered := `+ authorizer: the function answered in 0s: the principal is "alice", and its policy has 1 statement`
	token := func(t *testing.T, scopes ...string) string {
		return bearer(
			s.Token(devissuer.TokenRequest{Use: devissuer.Access, Subject: "bob", Scopes: scopes, Expires: time.Hour}),
		)
	}
	for _, c := range []struct {
		name   string
		after  time.Duration
		target string
		header string
		want   []string
	}{
		{"open", 0, "GET /prod/open", "", []string{fmt.Sprintf(here, "/open")}},
		{
			"closed",
			0,
			"GET /prod/closed",
			"",
			[]string{`- resource policy: statement 2 of the resource policy denies it: ` + arn + `/prod/GET/closed matches ` +
				arn + `/prod/GET/closed`},
		},
		{
			"the first request",
			0,
			"GET /prod/orders/7",
			bearer("everything"),
			[]string{fmt.Sprintf(here, "/orders/7"), identified,
				`+ cache: MISS: there is no answer for this identity yet; the next one is cached for 5m`, answered,
				`+ policy: statement 1 "Tests" of the authorizer's policy for "alice" allows it: ` + arn +
					`/prod/GET/orders/7 matches *`},
		},
		{
			"from the cache",
			12 * time.Second,
			"GET /prod/orders/7",
			bearer("everything"),
			[]string{fmt.Sprintf(here, "/orders/7"), identified,
				`+ cache: HIT: the function's answer for this identity is 12s old, and answers are cached for 5m`,
				`+ policy: statement 1 "Tests" of the authorizer's policy for "alice" allows it: ` + arn +
					`/prod/GET/orders/7 matches *`},
		},
		{
			"no longer in the cache",
			5 * time.Minute,
			"GET /prod/orders/7",
			bearer("everything"),
			[]string{fmt.Sprintf(here, "/orders/7"), identified,
				`+ cache: MISS: the answer for this identity was 5m12s old, and answers are cached for 5m`, answered,
				`+ policy: statement 1 "Tests" of the authorizer's policy for "alice" allows it: ` + arn +
					`/prod/GET/orders/7 matches *`},
		},
		{"denied", 0, "GET /prod/orders/8", bearer("deny"), []string{fmt.Sprintf(here, "/orders/8"), identified,
			`+ cache: MISS: there is no answer for this identity yet; the next one is cached for 5m`, answered,
			`- policy: statement 1 "Tests" of the authorizer's policy for "alice" denies it: ` + arn +
				`/prod/GET/orders/8 matches ` + arn + `/prod/GET/orders/8`}},
		{
			"silent, and the resource policy allows",
			0,
			"GET /prod/orders/9",
			bearer("other"),
			[]string{fmt.Sprintf(here, "/orders/9"), identified,
				`+ cache: MISS: there is no answer for this identity yet; the next one is cached for 5m`, answered,
				`+ policy: the statement of the authorizer's policy for "alice" does not match ` + arn +
					`/prod/GET/orders/9, but statement 1 of the resource policy allows it`},
		},
		{"no token", 0, "GET /prod/orders/7", "", []string{fmt.Sprintf(here, "/orders/7"),
			`- identity source: the header Authorization is missing or empty, so API Gateway does not invoke the authorizer`}},
		{
			"another token",
			0,
			"GET /prod/orders/7",
			"Authorization: Basic YWxpY2U6c2VjcmV0",
			[]string{fmt.Sprintf(here, "/orders/7"),
				"- identity source: the header Authorization does not match the validation expression Bearer .+, " +
					"so API Gateway does not invoke the authorizer"},
		},
		{
			"a token alone",
			0,
			"GET /prod/orders/7",
			"Authorization: YWxpY2U6c2VjcmV0",
			[]string{fmt.Sprintf(here, "/orders/7"),
				`- identity source: the header Authorization has a token without "Bearer " before it, ` +
					"so API Gateway does not invoke the authorizer"},
		},
		{
			"a REQUEST authorizer without caching, which fails",
			0,
			"GET /prod/asked",
			"Answer: error:no database",
			[]string{
				fmt.Sprintf(here, "/asked"),
				`+ identity source: method.request.header.Answer, method.request.querystring.tenant: ` +
					`with caching off the function runs, with or without it`,
				`+ cache: caching is off, so the function runs for every request`,
				`- authorizer: the function failed: errorString: no database`,
			},
		},
		{
			"scopes",
			0,
			"GET /prod/scoped",
			token(t, "shop/write", "shop/delete"),
			[]string{
				`+ identity source: the header Authorization has a token`,
				`+ token: a valid access token of ISSUER for "bob", valid for another 54m48s`,
				`+ scopes: the method requires one of the scopes shop/read, shop/write, ` +
					`and the token has shop/write, shop/delete: shop/write is enough`,
				fmt.Sprintf(here, "/scoped"),
			},
		},
		{
			"no scope of those",
			0,
			"GET /prod/scoped",
			token(t),
			[]string{`+ identity source: the header Authorization has a token`,
				`+ token: a valid access token of ISSUER for "bob", valid for another 54m48s`,
				`- scopes: the method requires one of the scopes shop/read, shop/write, and the token has none`},
		},
		{
			"unsigned",
			0,
			"GET /prod/signed",
			"",
			[]string{`- signature: Missing Authentication Token: ` +
				`neither an Authorization header nor X-Amz-Algorithm in the query`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.clock.Advance(c.after)
			var headers []string
			if c.header != "" {
				headers = append(headers, c.header)
			}
			got := s.send(t, c.target, headers...)
			var lines []string
			for _, step := range got.record.Verdict.Trace {
				lines = append(lines, map[bool]string{true: "+ ", false: "- "}[step.Passed]+step.Check+": "+step.Detail)
			}
			text := strings.NewReplacer(s.apiID, "API", s.Issuer().Issuers()[0].URL, "ISSUER").Replace(strings.Join(lines, "\n"))
			if want := strings.Join(c.want, "\n"); text != want {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
		})
	}
}

// TestIdentity checks that the secret values of a request are known to code that writes requests, even if no route
// matched.
func TestIdentity(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", object{})
	addAuthorizer(
		r,
		"Asked",
		object{
			"Type":           "REQUEST",
			"IdentitySource": "method.request.header.X-Shop, method.request.querystring.tenant, context.path",
		},
	)
	addRoute(r, "GET /orders", mock("orders"), guardedBy("Auth"))
	addRoute(r, "GET /asked", mock("asked"), guardedBy("Asked"))
	s := serve(t, r)
	for _, target := range []string{"GET /prod/orders", "GET /prod/nothing", "GET /nowhere/orders"} {
		got := slices.Sorted(slices.Values(s.send(t, target).record.Identity))
		if want := []string{"Authorization", "X-Shop", "tenant"}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
	}
}
