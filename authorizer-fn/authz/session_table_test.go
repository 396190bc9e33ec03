//go:build !lambda.norpc || gatehouse_table

package authz

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/driver"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession/memory"
)

// tablesOf has the tests' tables by name. The authorizer opens them like tables of DynamoDB.
var tablesOf sync.Map

func init() {
	driver.Open = func(_ func(string) string, name string) (tablesession.Table, error) {
		if table, ok := tablesOf.Load(name); ok {
			return table.(tablesession.Table), nil
		}
		return nil, errors.New("no such table")
	}
}

// brokenTable is a table that a test can make unavailable.
type brokenTable struct {
	tablesession.Table
	broken atomic.Bool
}

func (b *brokenTable) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	if b.broken.Load() {
		return nil, errors.New("the table does not answer")
	}
	return b.Table.Get(ctx, keys...)
}

// renewals is the provider's token endpoint, which renews tokens.
type renewals struct {
	answer atomic.Value // func(http.ResponseWriter, url.Values)
	asked  atomic.Int64
}

func (p *renewals) will(answer func(w http.ResponseWriter, form url.Values)) { p.answer.Store(answer) }

// gives makes the endpoint answer with the access token and with new refresh tokens.
func (p *renewals) gives(accessToken string) {
	p.will(func(w http.ResponseWriter, form url.Values) {
		if form.Get("grant_type") != "refresh_token" || !strings.HasPrefix(form.Get("refresh_token"), refreshToken) {
			p.refuses("invalid_request")
			return
		}
		io.WriteString(w, object{
			"access_token": accessToken, "token_type": "Bearer", "expires_in": 300,
			"refresh_token": refreshToken + fmt.Sprint(p.asked.Load()),
		}.String())
	})
}

func (p *renewals) refuses(code string) {
	p.will(func(w http.ResponseWriter, _ url.Values) {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, object{"error": code}.String())
	})
}

func (p *renewals) fails() {
	p.will(func(w http.ResponseWriter, _ url.Values) { w.WriteHeader(http.StatusServiceUnavailable) })
}

func (p *renewals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked.Add(1)
	w.Header().Set("Content-Type", "application/json")
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.answer.Load().(func(http.ResponseWriter, url.Values))(w, r.PostForm)
}

// tableFixture is an authorizer with sessions in a table, its provider, and the store of a login.
type tableFixture struct {
	*sessionFixture
	table    *brokenTable
	provider *renewals
	sessions *tablesession.Store
}

func newTableFixture(t testing.TB, changes ...func(*setup)) *tableFixture {
	t.Helper()
	f := &tableFixture{provider: new(renewals), table: &brokenTable{}}
	f.provider.fails()
	name := t.Name()
	tablesOf.Store(name, f.table)
	t.Cleanup(func() { tablesOf.Delete(name) })
	f.sessionFixture = newSessions(t, append([]func(*setup){func(s *setup) {
		f.table.Table = memory.New(s.options.Now)
		s.config.Session.Table = &SessionTable{Name: name, ClientID: "web", SecretARN: secretName}
		others := s.options.Transport
		s.options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", "application/json")
			switch {
			case r.URL.Path == "/.well-known/openid-configuration":
				io.WriteString(w, object{
					"issuer": testIssuer, "authorization_endpoint": testIssuer + "/authorize",
					"token_endpoint": testIssuer + "/token", "jwks_uri": testIssuer + "/keys",
				}.String())
			case r.URL.Path == "/token":
				f.provider.ServeHTTP(w, r)
			default:
				return others.RoundTrip(r)
			}
			return w.Result(), nil
		})
	}}, changes...)...)
	var err error
	f.sessions, err = tablesession.New(tablesession.Options{
		Host: sessionHost, Table: f.table, Now: f.clock.Now,
		Keys: session.KeysOf(sessionSecret, f.clock.Now),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// logIn creates a session and returns its Cookie header.
func (f *tableFixture) logIn(t testing.TB, x *session.Session) string {
	t.Helper()
	set, err := f.sessions.Create(t.Context(), x, testIssuer, "sid-1")
	if err != nil {
		t.Fatal(err)
	}
	cookie, _, _ := strings.Cut(set[0], ";")
	_, value, _ := strings.Cut(cookie, "=")
	f.seals = append(f.seals, value, x.Token)
	return cookie
}

// expiring returns a session whose token expires after the given time.
func (f *tableFixture) expiring(in time.Duration) *session.Session {
	x := f.opened(token(object{"exp": f.clock.Now().Add(in).Unix(), "sub": "user-1"}))
	x.Expires, x.Got = f.clock.Now().Add(in), x.Got.Add(-time.Minute)
	return x
}

// newer returns a token that the provider issues at a renewal.
func (f *tableFixture) newer(changes object) string {
	all := object{"exp": f.clock.Now().Add(5 * time.Minute).Unix(), "jti": "newer"}
	for name, value := range changes {
		all[name] = value
	}
	return token(all)
}

// TestTableSessionContract checks the authorizer's answers to requests with session handles.
func TestTableSessionContract(t *testing.T) {
	for _, c := range []struct {
		name, want, reason string
		cookie             func(*testing.T, *tableFixture) string
		asks               int64 // requests to the token endpoint
	}{
		{"a session", allow, "", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.opened(token(nil)))
		}, 0},
		{"no cookie", reject, "session", func(t *testing.T, f *tableFixture) string { return "a=b" }, 0},
		{"an encrypted session in the cookie", reject, "session", func(t *testing.T, f *tableFixture) string {
			return f.sealed(t, f.store, f.opened(token(nil)))
		}, 0},
		{"an unknown handle", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			return cookie[:len(cookie)-6] + "AAAAAA"
		}, 0},
		{"logged out", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			o, err := f.sessions.Open(t.Context(), cookie)
			if err == nil {
				err = f.sessions.End(t.Context(), o)
			}
			if err != nil {
				t.Fatal(err)
			}
			return cookie
		}, 0},
		{"ended by the provider", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			if n, err := f.sessions.EndSID(t.Context(), testIssuer, "sid-1"); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			return cookie
		}, 0},
		{"ended with all sessions of its subject", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			if n, err := f.sessions.EndSubject(t.Context(), testIssuer, "user-1"); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			return cookie
		}, 0},
		{"idle", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			f.clock.Advance(time.Hour)
			return cookie
		}, 0},
		{"an expired token is renewed", allow, "", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(nil))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"a token that expires soon is renewed", allow, "", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(nil))
			return f.logIn(t, f.expiring(renewAhead))
		}, 1},
		{"a token that expires later is not renewed", allow, "", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.expiring(renewAhead+time.Second))
		}, 0},
		{"the renewed token lacks the scope", deny, "rights", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(object{"scope": "other"}))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the renewed token is of another issuer", reject, "issuer", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(object{"iss": "https://evil.example.com"}))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the provider refuses the refresh token", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
			f.provider.refuses("invalid_grant")
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the provider does not answer", fault, "provider", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the provider refuses the client", fault, "provider", func(t *testing.T, f *tableFixture) string {
			f.provider.refuses("unauthorized_client")
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the provider does not answer, and the token is still valid", allow, "", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.expiring(5*time.Second))
		}, 1},
		{"no refresh token", reject, "expired", func(t *testing.T, f *tableFixture) string {
			x := f.expiring(0)
			x.Refresh = ""
			return f.logIn(t, x)
		}, 0},
		{"the table does not answer", fault, "unavailable", func(t *testing.T, f *tableFixture) string {
			cookie := f.logIn(t, f.opened(token(nil)))
			f.table.broken.Store(true)
			return cookie
		}, 0},
		{"the keys are not available", fault, "unavailable", func(t *testing.T, f *tableFixture) string {
			f.vault.answerWith(func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) })
			return f.logIn(t, f.opened(token(nil)))
		}, 0},
	} {
		for _, mode := range []string{"cached", "per request"} {
			inBubble(t, c.name+", "+mode, func(t *testing.T) {
				f := newTableFixture(t, func(s *setup) {
					if mode == "per request" {
						onePerRequest(s)
					}
				})
				cookie := c.cookie(t, f)
				if got := f.outcome(t, browses("GET", "/orders", cookie)); got != c.want || f.reason() != c.reason {
					t.Errorf("got %s, %q, want %s, %q; log: %s", got, f.reason(), c.want, c.reason, f.log)
				}
				if got := f.provider.asked.Load(); got != c.asks {
					t.Errorf("got %d token requests, want %d", got, c.asks)
				}
				f.checkSecrets(t)
			})
		}
	}
}

// If the provider refuses a refresh token, the session ends. Later requests do not call the provider.
func TestRefusedSessionStaysEnded(t *testing.T) {
	f := newTableFixture(t)
	f.provider.refuses("invalid_grant")
	cookie := f.logIn(t, f.expiring(0))
	for range 3 {
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != reject || f.reason() != "session_ended" {
			t.Errorf("got %s, %q, want %s, session_ended", got, f.reason(), reject)
		}
	}
	if n := f.provider.asked.Load(); n != 1 {
		t.Errorf("got %d token requests, want 1", n)
	}
}

// While the provider is down, the authorizer fails. The session continues after the outage.
func TestSessionSurvivesProviderOutage(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		f := newTableFixture(t)
		cookie := f.logIn(t, f.expiring(0))
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != fault {
			t.Errorf("during the outage: got %s, want %s", got, fault)
		}
		time.Sleep(time.Second) // lets the goroutines read the clock
		f.clock.Advance(time.Minute)
		f.provider.gives(f.newer(nil))
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != allow {
			t.Errorf("after the outage: got %s, want %s; log: %s", got, allow, f.log)
		}
	})
}

// Of several concurrent requests, one renews the token. The renewed token decides all of them, and the function behind
// the guard gets it.
func TestConcurrentRequestsRenewOnce(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		f := newTableFixture(t, onePerRequest)
		newer := f.newer(nil)
		f.provider.gives(newer)
		cookie := f.logIn(t, f.expiring(0))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				answer, err := f.invoke(browses("GET", "/me", cookie))
				doc, _ := strictjson.Parse(answer)
				if got, _ := doc.Get("context").Get("accessToken").Text(); err != nil || got != newer {
					t.Errorf("accessToken in the context: got %q, %v, want the renewed token", got, err)
				}
			})
		}
		wg.Wait()
		if n := f.provider.asked.Load(); n != 1 {
			t.Errorf("got %d token requests, want 1", n)
		}
		o, err := f.sessions.Open(t.Context(), cookie)
		if err != nil || o.Token != newer || o.Refresh == refreshToken {
			t.Errorf("session in the table: got %v or old tokens, want the provider's new tokens", err)
		}
		f.checkSecrets(t)
	})
}

// Requests keep a session active beyond its idle time-out, without a refresh.
func TestRequestsKeepSessionActive(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		f := newTableFixture(t)
		time.Sleep(time.Second) // lets the authorizer fetch the first keys
		x := f.opened(token(object{"exp": t0.Add(4 * time.Hour).Unix()}))
		x.Expires = t0.Add(4 * time.Hour)
		cookie := f.logIn(t, x)
		for range 4 {
			f.clock.Advance(40 * time.Minute)
			f.issuer.Publish(goodKey())
			if got := f.outcome(t, browses("GET", "/orders", cookie)); got != allow {
				t.Fatalf("after %s: got %s, want %s; log: %s", f.clock.Now().Sub(t0), got, allow, f.log)
			}
		}
		f.clock.Advance(time.Hour)
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != reject || f.reason() != "session_ended" {
			t.Errorf("after an idle hour: got %s, %q, want %s, session_ended", got, f.reason(), reject)
		}
	})
}

// A session without an access token is renewed with an ID token.
func TestSessionTableRenewsIDToken(t *testing.T) {
	f := newTableFixture(t, func(s *setup) {
		s.config.Session.Table.ClientID, s.config.Session.Table.Claims = testAudience, []string{"scope"}
	})
	x := f.expiring(0)
	x.Token, x.Claims = "", []byte(object{"iss": testIssuer, "sub": "user-1"}.String())
	cookie := f.logIn(t, x)
	id := token(object{"exp": t0.Unix() + 300, "aud": testAudience, "scope": "orders:read"})
	f.provider.will(func(w http.ResponseWriter, _ url.Values) {
		io.WriteString(w, object{"access_token": "Zx81-canary-opaque", "token_type": "Bearer", "id_token": id}.String())
	})
	if got := f.outcome(t, browses("GET", "/orders", cookie)); got != allow {
		t.Errorf("got %s, %q, want %s; log: %s", got, f.reason(), allow, f.log)
	}
	f.checkSecrets(t)
}

func TestSessionTableErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup, *SessionTable)
		want   string
	}{
		{"no name", func(_ *setup, t *SessionTable) { t.Name = "" }, "session.table: name is empty"},
		{"no client", func(_ *setup, t *SessionTable) { t.ClientID = "" }, "session.table: clientId is empty"},
		{"no secret", func(_ *setup, t *SessionTable) { t.SecretARN = "x" }, `session.table: secretArn "x" is not the ARN`},
		{"a secret and a pool", func(_ *setup, t *SessionTable) { t.UserPoolID = "eu-west-1_AbCdEfGhI" },
			"session.table: both userPoolId and secretArn are set"},
		{"two issuers", func(s *setup, _ *SessionTable) {
			s.config.Issuers = append(s.config.Issuers, Issuer{URL: "https://other.example.com", Audiences: []string{"a"}})
		}, "session.table: there are 2 issuers"},
		{"a host instead of a pool", func(_ *setup, t *SessionTable) {
			t.Name, t.SecretARN, t.UserPoolID = "refused", "", "evil.example.com/_a"
		}, `userPoolId "evil.example.com/_a" is not a user pool's id`},
		{"an unknown authentication method", func(_ *setup, t *SessionTable) { t.ClientAuth = "none" }, `"none"`},
		{"a table that cannot be opened", func(*setup, *SessionTable) {}, "no such table"},
		{"a wrong host", func(s *setup, t *SessionTable) {
			t.Name = "refused"
			s.config.Session.Host = "*"
		}, `host "*"`},
	} {
		tablesOf.Store("refused", memory.New(nil))
		_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
			s.config.Session.Table = &SessionTable{Name: "nowhere", ClientID: "web", SecretARN: secretName}
			if c.name == "an unknown authentication method" {
				s.config.Session.Table.Name = "refused"
			}
			c.change(s, s.config.Session.Table)
		})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrConfig with %s", c.name, err, c.want)
		}
	}
}

func TestSessionTableWithoutTag(t *testing.T) {
	before := tables
	defer func() { tables = before }()
	tables.read, tables.open = nil, nil
	_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
		s.config.Session.Table = &SessionTable{Name: "x", ClientID: "web", SecretARN: secretName}
	})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+TableTag) {
		t.Errorf("got %v, want ErrConfig with the tag", err)
	}
}
