package reasons

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

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
	expired := refusedAs("expired")
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
		if got := (&sessions{login: c.login}).why(c.why, c.by, c.call); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	const want = "the token of the session has expired, and there is no refresh token to renew it with: " +
		"log in again, at /auth/login"
	got := (&sessions{"/auth", true}).why(expired, "authorizer", call("GET", "same-origin"))
	if got != want {
		t.Errorf("of a table: got %q, want %q", got, want)
	}
}
