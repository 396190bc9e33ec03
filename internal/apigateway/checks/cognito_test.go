package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestCognito(t *testing.T) {
	const seenExpired = "https://github.com/aws-amplify/amplify-js/issues/6060"
	const tooOld = `401 UnauthorizedException {"message":"The incoming token has expired"}`
	old := map[string]any{"exp": t0.Unix() - 1, "iat": t0.Unix() - 3600}
	scope := func(s string) map[string]any { return map[string]any{"scope": s} }
	for _, c := range []struct {
		source string
		name   string
		scopes []string
		header string
		want   string
		asked  string // for tokens of this use
	}{
		{docCognito, "an ID token", nil, signed("id", nil), "ok", "[id]"},
		{
			docCognito,
			"an access token for a method without scopes",
			nil,
			signed("access", scope("orders/read")),
			unauthorized401,
			"[id]",
		},
		{
			docCognito,
			"an access token with the scope",
			[]string{"orders/read"},
			signed("access", scope("orders/read")),
			"ok",
			"[access]",
		},
		{
			docCognito,
			"an access token with one of the scopes",
			[]string{"orders/read", "orders/write"},
			signed("access", scope("openid orders/write")),
			"ok",
			"[access]",
		},
		{
			docCognito,
			"an access token with another scope",
			[]string{"orders/read"},
			signed("access", scope("orders/readonly")),
			unauthorized401,
			"[access]",
		},
		{
			docCognito,
			"an access token without a scope",
			[]string{"orders/read"},
			signed("access", nil),
			unauthorized401,
			"[access]",
		},
		{
			docCognito,
			"an ID token for a method with scopes",
			[]string{"orders/read"},
			signed("id", scope("orders/read")),
			unauthorized401,
			"[access]",
		},
		{seenExpired, "an expired ID token", nil, signed("id", old), tooOld, "[id]"},
		{seenExpired, "an expired access token", []string{"a"}, signed("access", old), tooOld, "[access]"},
		{docCognito, "with Bearer", nil, "Bearer " + signed("id", nil), "ok", "[id]"},
		{docCognito, "with bearer", nil, "bearer " + signed("id", nil), "ok", "[id]"},
		{docCognito, "with Basic", nil, "Basic " + signed("id", nil), unauthorized401, "[id]"},
		{docCognito, "missing", nil, "", unauthorized401, "[]"},
		{docCognito, "Bearer alone", nil, "Bearer", unauthorized401, "[id]"},
		{docCognito, "no token", nil, "x.y.z", unauthorized401, "[id]"},
		{docCognito, "of another client", nil, signed("id", map[string]any{"aud": "other"}), unauthorized401, "[id]"},
		{
			docCognito,
			"of another issuer",
			nil,
			signed("id", map[string]any{"iss": "https://example.com"}),
			unauthorized401,
			"[id]",
		},
		{docCognito, "changed", nil, signed("id", nil) + "x", unauthorized401, "[id]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", withPools)
			m := guarded(g.userPools(poolURL))
			m.Scopes = c.scopes
			g.Guard = New(g.options)
			want(t, c.source, g.check(m, "GET /", "Authorization: "+c.header), c.want)
			if got := fmt.Sprint(g.options.Tokens.(*pools).asked); got != c.asked {
				t.Errorf("got %s, want %s (%s)", got, c.asked, c.source)
			}
		})
	}
}

func TestCognitoClaims(t *testing.T) {
	g := newGate("", withPools)
	m := guarded(g.userPools(poolURL))
	g.Guard = New(g.options)
	token := signed(
		"id",
		map[string]any{
			"email_verified": true,
			"auth_time":      1513492092,
			"cognito:groups": []string{"a", "b"},
			"address":        map[string]any{"x": 1},
			"numbers":        []int{1, 2},
		},
	)
	v := g.check(m, "GET /", "Authorization: "+token)
	want(t, docCognito, v, "ok")
	for name, value := range map[string]string{
		"sub":            "alice",
		"iat":            "Wed Mar 04 05:06:07 UTC 2026",
		"exp":            "Wed Mar 04 06:06:07 UTC 2026",
		"email_verified": "true",
		"auth_time":      "1513492092",
		"cognito:groups": "a,b",
		"address":        `{"x":1}`,
		"numbers":        `[1,2]`,
	} {
		if got := v.Caller.Claims[name]; got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	if v.Principal != "alice" {
		t.Errorf("got the principal %q", v.Principal)
	}
}

// TestUserPools has an authorizer with two pools. The pool of the token decides, in any order of the pools.
func TestUserPools(t *testing.T) {
	const other = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Zz9Yy8Xx7"
	source := docCognito
	for _, order := range [][]string{{poolURL, other}, {other, poolURL}} {
		g := newGate("", withPools)
		m := guarded(g.userPools(order...))
		g.Guard = New(g.options)
		want(t, source, g.check(m, "GET /", "Authorization: "+signed("id", nil)), "ok")
		want(
			t,
			source,
			g.check(m, "GET /", "Authorization: "+signed("id", map[string]any{"iss": "https://example.com"})),
			unauthorized401,
		)
		g.now = t0.Add(2 * time.Hour)
		want(
			t,
			source,
			g.check(m, "GET /", "Authorization: "+signed("id", nil)),
			`401 UnauthorizedException {"message":"The incoming token has expired"}`,
		)
	}
}

// docAudience: "For COGNITO_USER_POOLS authorizers, API Gateway will match the aud field of the incoming token from the
// client against the specified regular expression."
const docAudience = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html"

// seenAccess: access tokens have no aud, so an authorizer with an expression answers 401 to all access tokens.
const seenAccess = "https://github.com/awsdocs/amazon-api-gateway-developer-guide/pull/54"

func TestCognitoAudience(t *testing.T) {
	access := signed("access", map[string]any{"scope": "orders/read"})
	for _, c := range []struct {
		source     string
		name       string
		expression string
		scopes     []string
		token      string
		want       string
		why        string // the step "audience"; "" if it is not reached
	}{
		{
			docAudience,
			"the client",
			"^(client)$",
			nil,
			signed("id", nil),
			"ok",
			`the token's aud "client" matches the authorizer's expression "^(client)$"`,
		},
		{
			docAudience,
			"one of two",
			"^(other|client)$",
			nil,
			signed("id", nil),
			"ok",
			`the token's aud "client" matches the authorizer's expression "^(other|client)$"`,
		},
		{
			docAudience,
			"another client",
			"^(other)$",
			nil,
			signed("id", nil),
			unauthorized401,
			`the token's aud "client" does not match the authorizer's expression "^(other)$"`,
		},
		{
			strict,
			"a part of the client's id",
			"lien",
			nil,
			signed("id", nil),
			unauthorized401,
			`the token's aud "client" does not match the authorizer's expression "lien"`,
		},
		{docAudience, "no expression", "", nil, signed("id", nil), "ok", ""},
		{
			docAudience,
			"an expression for everything",
			".*",
			nil,
			signed("id", nil),
			"ok",
			`the token's aud "client" matches the authorizer's expression ".*"`,
		},
		{docAudience, "a bad token", "^(client)$", nil, signed("id", nil) + "x", unauthorized401, ""},
		{seenAccess, "an access token with the scope", "^(client)$", []string{"orders/read"}, access, unauthorized401,
			`the authorizer compares aud with "^(client)$", and the token has no aud that is a text, as Amazon Cognito's ` +
				`access tokens have none: leave its IdentityValidationExpression out for methods with scopes`},
		{seenAccess, "an access token and no expression", "", []string{"orders/read"}, access, "ok", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", withPools)
			a := g.userPools(poolURL)
			a.Validation = c.expression
			m := guarded(a)
			m.Scopes = c.scopes
			g.Guard = New(g.options)
			v := g.check(m, "GET /", "Authorization: "+c.token)
			want(t, c.source, v, c.want)
			why := ""
			for _, step := range v.Trace {
				if step.Check == "audience" {
					why = step.Detail
				}
			}
			if why != c.why {
				t.Errorf("got  %s\nwant %s", why, c.why)
			}
		})
	}
	t.Run("an expression that is not understood is a problem of the authorizer, and matches nothing", func(t *testing.T) {
		g := newGate("", withPools)
		a := g.userPools(poolURL)
		a.Validation = "(?=client)"
		m := guarded(a)
		g.Guard = New(g.options)
		if why := g.Problems()[a.ID]; !strings.Contains(
			why,
			`its validation expression "(?=client)" is not supported here`,
		) {
			t.Errorf("got the problem %q", why)
		}
		want(t, strict, g.check(m, "GET /", "Authorization: "+signed("id", nil)), unauthorized401)
	})
}

// TestCognitoReasons checks that the reason for a 401 has the received and the expected value.
func TestCognitoReasons(t *testing.T) {
	const other = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Zz9Yy8Xx7"
	const id = "not a valid id token of the user pools, which a method without scopes requires: "
	for _, c := range []struct {
		name   string
		scopes []string
		token  string
		want   string
	}{
		{"audience", nil, signed("id", map[string]any{"aud": "other"}),
			id + `the audience has none of the issuer's audiences, or the wrong form: got "other", want "client"`},
		{"issuer", nil, signed("id", map[string]any{"iss": "https://example.com"}),
			id + `iss names no configured issuer: got "https://example.com", want "` + poolURL + ", " + other + `"`},
		{"expiry", nil, signed("id", map[string]any{"exp": t0.Unix() - 60, "iat": t0.Unix() - 120}),
			`the token has expired: got "2026-03-04T05:05:07Z", want "after 2026-03-04T05:06:07Z"`},
		{
			"use",
			nil,
			signed("access", nil),
			id + `token_use is not the one the issuer is configured for: got "access", want "id"`,
		},
		{"scope", []string{"orders/read"}, signed("access", map[string]any{"scope": "orders/write openid"}),
			"the method requires one of the scopes orders/read, and the token has orders/write, openid"},
		{"what has no such value", nil, "x.y.z", id + "not canonical base64url without padding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", withPools)
			m := guarded(g.userPools(poolURL, other))
			m.Scopes = c.scopes
			g.Guard = New(g.options)
			v := g.check(m, "GET /", "Authorization: "+c.token)
			if v.Denial == nil || v.Denial.Reason != c.want || v.Trace[len(v.Trace)-1].Detail != c.want {
				t.Errorf("got %+v\nwant %s", v, c.want)
			}
		})
	}
}
