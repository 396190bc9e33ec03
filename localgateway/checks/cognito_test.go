package checks

import (
	"fmt"
	"testing"
	"time"
)

func TestCognito(t *testing.T) {
	uses, expired, forms := behaviour{14, docCognito}, behaviour{14, "https://github.com/aws-amplify/amplify-js/issues/6060"}, behaviour{14, docCognito}
	const tooOld = `401 UnauthorizedException {"message":"The incoming token has expired"}`
	old := map[string]any{"exp": t0.Unix() - 1, "iat": t0.Unix() - 3600}
	scope := func(s string) map[string]any { return map[string]any{"scope": s} }
	for _, c := range []struct {
		behaviour
		name   string
		scopes []string
		header string
		want   string
		asked  string // for tokens of this use
	}{
		{uses, "an ID token", nil, signed("id", nil), "ok", "[id]"},
		{uses, "an access token where there are no scopes", nil, signed("access", scope("orders/read")), unauthorized401, "[id]"},
		{uses, "an access token with the scope", []string{"orders/read"}, signed("access", scope("orders/read")), "ok", "[access]"},
		{uses, "an access token with one of the scopes", []string{"orders/read", "orders/write"}, signed("access", scope("openid orders/write")), "ok", "[access]"},
		{uses, "an access token with another scope", []string{"orders/read"}, signed("access", scope("orders/readonly")), unauthorized401, "[access]"},
		{uses, "an access token without a scope", []string{"orders/read"}, signed("access", nil), unauthorized401, "[access]"},
		{uses, "an ID token where there are scopes", []string{"orders/read"}, signed("id", scope("orders/read")), unauthorized401, "[access]"},
		{expired, "an expired ID token", nil, signed("id", old), tooOld, "[id]"},
		{expired, "an expired access token", []string{"a"}, signed("access", old), tooOld, "[access]"},
		{forms, "with Bearer", nil, "Bearer " + signed("id", nil), "ok", "[id]"},
		{forms, "with bearer", nil, "bearer " + signed("id", nil), "ok", "[id]"},
		{forms, "with Basic", nil, "Basic " + signed("id", nil), unauthorized401, "[id]"},
		{forms, "missing", nil, "", unauthorized401, "[]"},
		{forms, "Bearer alone", nil, "Bearer", unauthorized401, "[id]"},
		{forms, "no token", nil, "x.y.z", unauthorized401, "[id]"},
		{forms, "of another client", nil, signed("id", map[string]any{"aud": "other"}), unauthorized401, "[id]"},
		{forms, "of another issuer", nil, signed("id", map[string]any{"iss": "https://example.com"}), unauthorized401, "[id]"},
		{forms, "changed", nil, signed("id", nil) + "x", unauthorized401, "[id]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("", withPools)
			m := guarded(g.userPools(poolURL))
			m.Scopes = c.scopes
			g.Guard = New(g.options)
			want(t, c.behaviour, g.check(m, "GET /", "Authorization: "+c.header), c.want)
			if got := fmt.Sprint(g.options.Tokens.(*pools).asked); got != c.asked {
				t.Errorf("got %s, want %s (%s)", got, c.asked, c.behaviour)
			}
		})
	}
}

func TestCognitoClaims(t *testing.T) {
	g := newGate("", withPools)
	m := guarded(g.userPools(poolURL))
	g.Guard = New(g.options)
	token := signed("id", map[string]any{"email_verified": true, "auth_time": 1513492092, "cognito:groups": []string{"a", "b"}, "address": map[string]any{"x": 1}})
	v := g.check(m, "GET /", "Authorization: "+token)
	want(t, behaviour{14, docCognito}, v, "ok")
	for name, value := range map[string]string{
		"sub": "alice", "iat": "Wed Mar 04 05:06:07 UTC 2026", "exp": "Wed Mar 04 06:06:07 UTC 2026", "email_verified": "true",
		"auth_time": "1513492092", "cognito:groups": "a,b", "address": `{"x":1}`,
	} {
		if got := v.Caller.Claims[name]; got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	if v.Principal != "alice" {
		t.Errorf("got the principal %q", v.Principal)
	}
}

// TestUserPools has an authorizer with two pools: the token's own pool decides, wherever it stands.
func TestUserPools(t *testing.T) {
	const other = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Zz9Yy8Xx7"
	from := behaviour{14, docCognito}
	for _, order := range [][]string{{poolURL, other}, {other, poolURL}} {
		g := newGate("", withPools)
		m := guarded(g.userPools(order...))
		g.Guard = New(g.options)
		want(t, from, g.check(m, "GET /", "Authorization: "+signed("id", nil)), "ok")
		want(t, from, g.check(m, "GET /", "Authorization: "+signed("id", map[string]any{"iss": "https://example.com"})), unauthorized401)
		g.now = t0.Add(2 * time.Hour)
		want(t, from, g.check(m, "GET /", "Authorization: "+signed("id", nil)), `401 UnauthorizedException {"message":"The incoming token has expired"}`)
	}
	t.Run("an expression for the audience is a problem", func(t *testing.T) {
		g := newGate("", withPools)
		a := g.userPools(poolURL)
		a.Validation = "client"
		if New(g.options).Problems()[a.ID] == "" {
			t.Error("it is ignored")
		}
	})
}
