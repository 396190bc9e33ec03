package apigateway

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestDecisions(t *testing.T) {
	line := func(id, rest string) string {
		return `{"timestamp":"x","message":"decision","requestId":"` + id + `","traceId":"1-a",` + rest + `}`
	}
	one := func(rest string) []string { return []string{line("1-a", rest)} }
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a refused token", one(`"outcome":"unauthorized","reason":"expired"`),
			"the authorizer refused the token: expired, its exp has passed"},
		{"a value that is not the one that is wanted",
			one(`"outcome":"unauthorized","reason":"audience","got":"api://x","want":"api://orders"`),
			`the authorizer refused the token: audience, its aud, or client_id, is not this API's: got "api://x", want "api://orders"`},
		{"a time that has passed",
			one(`"outcome":"unauthorized","reason":"expired","got":"2023-11-14T22:12:20Z","want":"after 2023-11-14T22:13:20Z"`),
			`the authorizer refused the token: expired, its exp has passed: got "2023-11-14T22:12:20Z", want "after 2023-11-14T22:13:20Z"`},
		{
			"missing rights",
			one(`"outcome":"denied","reason":"rights","missing":"scope x"`),
			"the caller lacks scope x",
		},
		{"rights that are not enough", one(`"outcome":"denied","reason":"rights","missing":"scope x","got":"y, z"`),
			"the caller lacks scope x and has y, z"},
		{"the hook", one(`"outcome":"denied","reason":"hook"`), "the authorizer's hook denied it"},
		{"no session", one(`"outcome":"unauthorized","reason":"session"`), sessionGlosses["session"]},
		{"a session that has ended", one(`"outcome":"unauthorized","reason":"session_ended"`),
			sessionGlosses["session_ended"]},
		{"a write from another site", one(`"outcome":"denied","reason":"cross_site"`), fromAnotherSite},
		{"no route of its own", one(`"outcome":"denied","reason":"route"`), "the authorizer says: route"},
		{
			"a reason without words",
			one(`"outcome":"unauthorized","reason":"critical"`),
			"the authorizer refused the token: critical",
		},
		{
			"a failure",
			one(`"outcome":"failed","reason":"unavailable","error":"no keys"`),
			"the authorizer failed: unavailable no keys",
		},
		{"allowed", one(`"outcome":"allowed"`), ""},
		{"another invocation", []string{line("1-b", `"outcome":"unauthorized","reason":"expired"`)}, ""},
		{"another invocation first", []string{
			line("1-b", `"outcome":"unauthorized","reason":"expired"`),
			line("1-a", `"outcome":"denied","reason":"hook"`),
		}, "the authorizer's hook denied it"},
		{"other lines", []string{"decision", `{"message":"decision"`, `{"message":"fetch","traceId":"1-a"}`}, ""},
		{"no line", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decisionIn(c.lines, "1-a").why(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestIsIncluded(t *testing.T) {
	if f := (&apimodel.Function{Environment: map[string]string{authz.ConfigVariable: "{}"}}); !isIncluded(f) {
		t.Error("the included authorizer is not recognized")
	}
	if isIncluded(&apimodel.Function{}) {
		t.Error("another function is taken for the included authorizer")
	}
}

func TestSessionReasons(t *testing.T) {
	call := func(verb, site string) *checks.Call {
		return &checks.Call{Request: &exchange.Request{Verb: verb,
			Headers: exchange.Headers{{Name: "Sec-Fetch-Site", Value: site}}}}
	}
	twice := func(name string) *checks.Call {
		c := call("GET", "same-origin")
		c.Headers = append(c.Headers, exchange.Header{Name: "Cookie", Value: "a=b"}, exchange.Header{Name: name, Value: "c"})
		return c
	}
	const expired = refusedToken + "expired, its exp has passed"
	for _, c := range []struct {
		name, login, why, by string
		call                 *checks.Call
		want                 string
	}{
		{"from the cache", "/auth", "", "policy", call("POST", "cross-site"),
			fromAnotherSite + ": Sec-Fetch-Site is cross-site"},
		{"by the authorizer", "/auth", fromAnotherSite, "policy", call("PUT", "none"),
			fromAnotherSite + ": Sec-Fetch-Site is none"},
		{"a read", "/auth", "", "policy", call("GET", "cross-site"), ""},
		{"of the own origin", "/auth", "", "policy", call("POST", "same-origin"), ""},
		{"not by the policy", "/auth", "", "authorizer", call("POST", "cross-site"), ""},
		{"a token that has expired", "/auth", expired, "authorizer", call("GET", "same-origin"),
			"the token of the session has expired: POST /auth/refresh gets a new one"},
		{"of a login that is not known", "", expired, "authorizer", call("GET", "same-origin"), expired},
		{"no cookie", "/auth", "", "identity source", call("GET", "same-origin"),
			"no session cookie: log in first, at /auth/login"},
		{"no cookie, of a login that is not known", "", "", "identity source", call("GET", "none"),
			"no session cookie: log in first"},
		{"a cookie that does not open", "/auth", sessionGlosses["session"], "authorizer", call("GET", "same-origin"),
			"no session cookie: none of the request's cookies is one of the login's for this host, or two are: log in first"},
		{"two Sec-Fetch-Site", "/auth", sessionGlosses["session"], "authorizer", twice("Sec-Fetch-Site"),
			"no session: the header Sec-Fetch-Site is in the request 2 times, and browsers send it once"},
		{"two Cookie headers", "/auth", sessionGlosses["session"], "authorizer", twice("Cookie"),
			"no session: the header Cookie is in the request 2 times, and a guard with a cache accepts it only once"},
		{"another reason", "/auth", "the caller lacks x", "policy", call("POST", "same-origin"), "the caller lacks x"},
	} {
		if got := (&sessionGuard{login: c.login}).explainDenial(c.why, c.by, c.call); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	const want = "the token of the session has expired, and there is no refresh token to renew it with: log in again, at " +
		"/auth/login"
	got := (&sessionGuard{"/auth", true}).explainDenial(expired, "authorizer", call("GET", "same-origin"))
	if got != want {
		t.Errorf("of a table: got %q, want %q", got, want)
	}
}
