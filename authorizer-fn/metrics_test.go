package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
	"github.com/gatehouse-cdk/gatehouse/internal/monitor/monitortest"
)

// The built function writes every authorizer metric that an alarm or dashboard in the snapshots uses, with the same
// dimensions and reasons.
func TestWatchedMetricsAreWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the function")
	}
	written := monitortest.Written{}
	if err := written.Read(logOfAllOutcomes(t)); err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	for file, uses := range monitortest.Snapshots(t, "../test/testdata") {
		for _, u := range uses {
			function := u.Dimensions[metrics.Function]
			if u.Namespace != metrics.Namespace || !strings.Contains(function, "AuthorizerFunction") {
				continue
			}
			if missing := written.Missing(u, metrics.Function); missing != "" {
				t.Errorf("%s: %s", file, missing)
			}
			checked[u.String()] = true
		}
	}
	want := []string{
		"allowed by functionName",
		"denied by functionName",
		"denied by functionName, reason",
		"failed by functionName",
		"failed by functionName, reason",
		"keyFetchFailures by functionName",
		"keyFetchFailures by functionName, issuer",
		"keyFetchMs by functionName",
		"keyFetches by functionName",
		"unauthorized by functionName",
		"unauthorized by functionName, reason",
		"verifyMs by functionName",
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(checked)); !slices.Equal(got, want) {
		t.Errorf("metrics in the snapshots: got\n%q, want\n%q", got, want)
	}
}

// logOfAllOutcomes invokes the built function with requests for every outcome, and for every reason that has an alarm.
// It returns the log. Each fetch of keys logs whether it failed.
func logOfAllOutcomes(t *testing.T) string {
	t.Helper()
	key, other, stranger := authztest.RSA("rsa-1", 2048), authztest.RSA("rsa-1-other", 2048), authztest.RSA("rsa-9", 2048)
	issuer := authztest.NewIssuer("", key)
	api, log := launch(t, issuer, func(c *authz.Config) { c.Issuers[0].TokenUse = "access" })
	now := time.Now().Unix()
	claims := authztest.Object{
		"iss": issuer.URL, "sub": "user-1", "aud": audience, "iat": now, "exp": now + 300, "scope": "orders:read",
		"token_use": "access", "client_id": audience,
	}
	token := func(by *authztest.Key, changes authztest.Object) string {
		return by.Token("RS256", claims.With(changes))
	}
	ask := func(verb, token, want string) {
		t.Helper()
		got := invoke(t, api, authztest.TokenEvent(authztest.ARN(verb, "/orders"), "Bearer "+token))
		if got != want {
			t.Errorf("%s: got %s, want %s", verb, got, want)
		}
	}
	ask("GET", token(key, nil), "allowed")
	ask("POST", token(key, nil), "403")
	for _, bad := range []string{
		token(key, authztest.Object{"exp": now - 300, "iat": now - 600}), // expired
		token(key, authztest.Object{"client_id": nil, "aud": nil}),       // audience
		token(key, authztest.Object{"client_id": "elsewhere"}),
		token(key, authztest.Object{"iss": "https://elsewhere.example.com"}),
		token(key, authztest.Object{"token_use": "id"}),
		token(stranger, nil),
		forged(token(key, nil), token(other, nil)),
	} {
		ask("GET", bad, "401")
	}
	if got := invoke(t, api, []byte("x")); got != "500" {
		t.Errorf("payload that is not an event: got %s, want 500", got)
	}
	return log.String()
}

// forged returns the token with the signature of the other token.
func forged(token, other string) string {
	return token[:strings.LastIndexByte(token, '.')] + other[strings.LastIndexByte(other, '.'):]
}
