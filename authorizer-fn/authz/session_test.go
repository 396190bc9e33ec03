package authz

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// TestSessionContract checks the authorizer's answers to requests with encrypted sessions in cookies.
func TestSessionContract(t *testing.T) {
	good := token(nil)
	request := func(verb, path string, change ...func(http.Header)) func(*testing.T, *sessionFixture) []byte {
		return func(t *testing.T, f *sessionFixture) []byte {
			return browses(verb, path, f.sealed(t, f.store, f.opened(token(object{"scope": writing}))), change...)
		}
	}
	cookie := func(make func(t *testing.T, f *sessionFixture) string) func(*testing.T, *sessionFixture) []byte {
		return func(t *testing.T, f *sessionFixture) []byte { return browses("GET", "/orders", make(t, f)) }
	}
	split := func(t *testing.T, f *sessionFixture) []byte {
		return browses("GET", "/orders", "", with("Cookie", "a=b", f.sealed(t, f.store, f.opened(good))))
	}
	for _, c := range []struct {
		name, want, reason string
		only               string // the mode of the case; "" for both
		change             func(*setup)
		event              func(*testing.T, *sessionFixture) []byte
	}{
		{name: "a session", want: allow, event: request("GET", "/orders")},
		{name: "without the scope", want: deny, reason: "rights", event: cookie(func(t *testing.T, f *sessionFixture) string {
			return f.sealed(t, f.store, f.opened(token(object{"scope": "other"})))
		})},
		{name: "no Cookie header", want: reject, reason: "session", event: request("GET", "/orders", without("Cookie"))},
		{name: "only other cookies", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "a=b"))},
		{name: "an empty cookie", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "__Host-session="))},
		{name: "a bare access token in the cookie", want: reject, reason: "session",
			event: request("GET", "/orders", with("Cookie", "__Host-session="+good))},
		{name: "only an access token in Authorization", want: reject, reason: "session",
			event: request("GET", "/orders", without("Cookie"), with("Authorization", "Bearer "+good))},
		{name: "Authorization beside a session is ignored", want: allow,
			event: request("GET", "/orders", with("Authorization", "Bearer x"))},
		{name: "forged", want: reject, reason: "session", event: cookie(func(t *testing.T, f *sessionFixture) string {
			header := f.sealed(t, f.store, f.opened(good))
			return header[:40] + "AAAA" + header[44:]
		})},
		{name: "sealed for another host", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.storeOf(t, session.Options{Host: "evil.example.com"}), f.opened(good))
			})},
		{name: "sealed for another cookie", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				header := f.sealed(t, f.storeOf(t, session.Options{Cookie: "__Host-other"}), f.opened(good))
				return strings.Replace(header, "__Host-other", "__Host-session", 1)
			})},
		{name: "a cookie of the configured name", want: allow,
			change: func(s *setup) { s.config.Session.Cookie = "__Host-other" },
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.storeOf(t, session.Options{Cookie: "__Host-other"}), f.opened(good))
			})},
		{name: "ended by idle", want: reject, reason: "session_ended",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Active, x.Started = x.Active.Add(-time.Hour), x.Started.Add(-time.Hour)
				return f.sealed(t, f.store, x)
			})},
		{name: "ended by age", want: reject, reason: "session_ended",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Started = x.Started.Add(-12 * time.Hour)
				return f.sealed(t, f.store, x)
			})},
		{name: "ended by the configured idle time-out", want: reject, reason: "session_ended",
			change: func(s *setup) { s.config.Session.IdleTimeout = time.Minute },
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Active = x.Active.Add(-time.Minute)
				return f.sealed(t, f.store, x)
			})},
		{name: "the access token has expired", want: reject, reason: "expired",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(token(object{"exp": t0.Unix()})))
			})},
		{name: "the access token has expired by expires_in", want: reject, reason: "expired",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Expires = f.clock.Now()
				return f.sealed(t, f.store, x)
			})},
		{name: "the access token is of another issuer", want: reject, reason: "issuer",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(token(object{"iss": "https://evil.example.com"})))
			})},
		{name: "the access token is forged", want: reject, reason: "signature",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				return f.sealed(t, f.store, f.opened(good[:len(good)-8]+"AAAAAAAA"))
			})},
		{name: "the cookie twice", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				header := f.sealed(t, f.store, f.opened(good))
				return header + "; " + header
			})},
		{name: "the Cookie header twice", want: reject, reason: "session",
			event: func(t *testing.T, f *sessionFixture) []byte {
				header := f.sealed(t, f.store, f.opened(good))
				return browses("GET", "/orders", "", with("Cookie", header, header))
			}},
		// API Gateway caches by one of the headers. If it cached by the header a=b, other callers with that header would get
		// this caller's answer.
		{name: "the Cookie header twice, once without the session", want: reject, reason: "session", only: "cached",
			event: split},
		// Browsers may split the header like this for HTTP/2.
		{name: "the Cookie header twice, once without the session", want: allow, only: "per request", event: split},
		{name: "the Cookie header twice, in two cases", want: reject, reason: "session",
			event: request("GET", "/orders", with("cookie", "a=b"))},
		{name: "other cookies beside the session", want: allow, event: cookie(func(t *testing.T, f *sessionFixture) string {
			return "a=b; session=c; " + f.sealed(t, f.store, f.opened(good)) + "; __host-session=d; e"
		})},
		{name: "a session in two cookies", want: allow, event: cookie(func(t *testing.T, f *sessionFixture) string {
			x := f.opened(good)
			x.Refresh = strings.Repeat("Zx81-canary ", 300)
			header := f.sealed(t, f.store, x)
			if !strings.Contains(header, "__Host-session-2=") {
				t.Fatalf("got %s, want two cookies", header)
			}
			return header
		})},
		{name: "only the first of two cookies", want: reject, reason: "session",
			event: cookie(func(t *testing.T, f *sessionFixture) string {
				x := f.opened(good)
				x.Refresh = strings.Repeat("Zx81-canary ", 300)
				first, _, _ := strings.Cut(f.sealed(t, f.store, x), "; ")
				return first
			})},
		{name: "Sec-Fetch-Site is missing", want: reject, reason: "session",
			event: request("GET", "/orders", without("Sec-Fetch-Site"))},
		{name: "Sec-Fetch-Site is empty", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", ""))},
		{name: "Sec-Fetch-Site twice", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "same-origin", "same-origin"))},
		{name: "Sec-Fetch-Site twice, with different values", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "cross-site", "same-origin"))},
		{name: "Sec-Fetch-Site twice, in two cases", want: reject, reason: "session",
			event: request("GET", "/orders", with("sec-fetch-site", "same-origin"))},
		{name: "Sec-Fetch-Site as a list", want: reject, reason: "session",
			event: request("GET", "/orders", with("Sec-Fetch-Site", "same-origin,same-origin"))},
		{name: "the session keys are not available", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				event := request("GET", "/orders")(t, f)
				f.vault.answerWith(func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
				return event
			}},
		{name: "no permission for the keys", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				event := request("GET", "/orders")(t, f)
				f.vault.answerWith(func(w http.ResponseWriter) {
					w.WriteHeader(http.StatusBadRequest)
					w.Write([]byte(`{"__type":"AccessDeniedException","Message":"Zx81-canary"}`))
				})
				return event
			}},
		{name: "a TOKEN event", want: reject, reason: "session", event: func(t *testing.T, f *sessionFixture) []byte {
			return authztest.TokenEvent(authztest.ARN("GET", "/orders"), "Bearer "+good)
		}},
		{name: "the issuer's keys are not available", want: fault, reason: "unavailable",
			event: func(t *testing.T, f *sessionFixture) []byte {
				f.issuer.AnswerWith(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusBadGateway)
				})
				return request("GET", "/orders")(t, f)
			}},
	} {
		for _, mode := range []string{"cached", "per request"} {
			if c.only != "" && c.only != mode {
				continue
			}
			inBubble(t, c.name+", "+mode, func(t *testing.T) {
				f := newSessions(t, func(s *setup) {
					if mode == "per request" {
						onePerRequest(s)
					}
					if c.change != nil {
						c.change(s)
					}
				})
				if got := f.outcome(t, c.event(t, f)); got != c.want || f.reason() != c.reason {
					t.Errorf("got %s, %q, want %s, %q; log: %s", got, f.reason(), c.want, c.reason, f.log)
				}
				f.checkSecrets(t)
			})
		}
	}
}

// TestSessionSites tests each value of Sec-Fetch-Site with each verb. A cached answer also serves other requests with
// the same cookies and site, so the test checks the whole policy.
func TestSessionSites(t *testing.T) {
	everything := object{"scope": writing, "groups": []string{"admins"}, "roles": []string{"auditor"}}
	may := []string{
		"GET /orders", "POST /orders", "GET /orders/7", "DELETE /orders/7", "GET /me", "GET /reports",
		"PUT /any", "PATCH /any", "HEAD /any", "OPTIONS /any",
	}
	anyRoute := func(s *setup) {
		s.routes = strings.Replace(s.routes, `{"route":"GET /me"`, `{"route":"ANY /any"},{"route":"GET /me"`, 1)
	}
	var safe []string
	for _, r := range may {
		if verb, _, _ := strings.Cut(r, " "); session.SafeVerb(verb) {
			safe = append(safe, r)
		}
	}
	f := newSessions(t, anyRoute)
	header := f.sealed(t, f.store, f.opened(token(everything)))
	for site, want := range map[string][]string{
		"same-origin": may, "same-site": safe, "cross-site": safe, "none": safe, "tomorrow": safe, "Same-Origin": safe,
	} {
		for _, r := range may {
			verb, path, _ := strings.Cut(r, " ")
			event := browses(verb, path, header, with("Sec-Fetch-Site", site), with("Origin", siblingPage))
			if got := f.rightsOn(t, event, may...); got != strings.Join(want, ", ") {
				t.Errorf("%s from %s, cached: got a policy for %s, want %s", r, site, got, want)
			}
			wantReason := ""
			if !slices.Contains(want, r) {
				wantReason = "cross_site"
			}
			if f.reason() != wantReason {
				t.Errorf("%s from %s, cached: got the reason %q, want %q", r, site, f.reason(), wantReason)
			}
		}
	}
	single := newSessions(t, onePerRequest, anyRoute)
	header = single.sealed(t, single.store, single.opened(token(everything)))
	for _, c := range []struct {
		site    string
		origins []string
		want    []string
	}{
		{"same-origin", nil, may},
		{"same-origin", []string{"https://shop.example.com"}, may},
		{"same-site", nil, safe},
		{"same-site", []string{siblingPage}, may},
		{"same-site", []string{"https://shop2.example.com"}, may},
		{"same-site", []string{"https://evil.example.com"}, safe},
		{"same-site", []string{siblingPage, siblingPage}, safe},
		{"same-site", []string{"https://evil.example.com", siblingPage}, safe},
		{"same-site", []string{siblingPage + " " + siblingPage}, safe},
		{"same-site", []string{"null"}, safe},
		{"same-site", []string{"*"}, safe},
		{"cross-site", []string{siblingPage}, safe},
		{"none", []string{siblingPage}, safe},
		{"tomorrow", []string{siblingPage}, safe},
	} {
		for _, r := range append(may, "PUT /orders", "HEAD /me") {
			verb, path, _ := strings.Cut(r, " ")
			event := browses(verb, path, header, with("Sec-Fetch-Site", c.site), with("Origin", c.origins...))
			want := deny
			if slices.Contains(c.want, r) {
				want = allow
			}
			if got := single.outcome(t, event); got != want {
				t.Errorf("%s from %s with the origins %q: got %s, want %s", r, c.site, c.origins, got, want)
			}
		}
	}
	f.checkSecrets(t)
	single.checkSecrets(t)
}
