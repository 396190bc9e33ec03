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

// tablesOf are the tables of the tests, by name. The authorizer opens them as it opens those of DynamoDB.
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

// renewals is the provider's token endpoint.
type renewals struct {
	answer atomic.Value // func(http.ResponseWriter, url.Values)
	asked  atomic.Int64
}

func (p *renewals) will(answer func(w http.ResponseWriter, form url.Values)) { p.answer.Store(answer) }

// gives makes the endpoint answer with an access token and with rotating refresh tokens.
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

// logIn begins a session and returns its Cookie header.
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

// newer returns a token with which the provider renews another.
func (f *tableFixture) newer(changes object) string {
	all := object{"exp": f.clock.Now().Add(5 * time.Minute).Unix(), "jti": "newer"}
	for name, value := range changes {
		all[name] = value
	}
	return token(all)
}

// TestTableSessionContract checks the authorizer's answers to requests with session handles, case by case.
func TestTableSessionContract(t *testing.T) {
	for _, c := range []struct {
		name, want, reason string
		cookie             func(*testing.T, *tableFixture) string
		asks               int64 // how often the provider is asked
	}{
		{"a session", allow, "", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.opened(token(nil)))
		}, 0},
		{"no cookie", reject, "session", func(t *testing.T, f *tableFixture) string { return "a=b" }, 0},
		{"a session sealed into the cookie", reject, "session", func(t *testing.T, f *tableFixture) string {
			return f.sealed(t, f.store, f.opened(token(nil)))
		}, 0},
		{"a handle that is not known", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
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
		{"ended with all of its subject", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
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
		{"its token has expired", allow, "", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(nil))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"its token expires within seconds", allow, "", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(nil))
			return f.logIn(t, f.expiring(renewAhead))
		}, 1},
		{"its token expires in some seconds more", allow, "", func(t *testing.T, f *tableFixture) string {
			return f.logIn(t, f.expiring(renewAhead+time.Second))
		}, 0},
		{"its newer token lacks the scope", deny, "rights", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(object{"scope": "other"}))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"its newer token is of another issuer", reject, "issuer", func(t *testing.T, f *tableFixture) string {
			f.provider.gives(f.newer(object{"iss": "https://evil.example.com"}))
			return f.logIn(t, f.expiring(0))
		}, 1},
		{"the provider refuses", reject, "session_ended", func(t *testing.T, f *tableFixture) string {
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
		{"no answer, and the token is still good", allow, "", func(t *testing.T, f *tableFixture) string {
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
		{"the keys cannot be had", fault, "unavailable", func(t *testing.T, f *tableFixture) string {
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
					t.Errorf("got %s, %q, want %s, %q: %s", got, f.reason(), c.want, c.reason, f.log)
				}
				if got := f.provider.asked.Load(); got != c.asks {
					t.Errorf("the provider was asked %d times, want %d", got, c.asks)
				}
				f.checkSecrets(t)
			})
		}
	}
}

// TestARefusedSessionStaysEnded checks that the provider is not asked again for the session.
func TestARefusedSessionStaysEnded(t *testing.T) {
	f := newTableFixture(t)
	f.provider.refuses("invalid_grant")
	cookie := f.logIn(t, f.expiring(0))
	for range 3 {
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != reject || f.reason() != "session_ended" {
			t.Errorf("got %s, %q", got, f.reason())
		}
	}
	if n := f.provider.asked.Load(); n != 1 {
		t.Errorf("the provider was asked %d times", n)
	}
}

// TestASessionOutlivesItsProvidersOutage checks that an outage costs one answer and not the session.
func TestASessionOutlivesItsProvidersOutage(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		f := newTableFixture(t)
		cookie := f.logIn(t, f.expiring(0))
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != fault {
			t.Errorf("during the outage: %s", got)
		}
		time.Sleep(time.Second) // until what runs in the background has seen this time
		f.clock.Advance(time.Minute)
		f.provider.gives(f.newer(nil))
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != allow {
			t.Errorf("after the outage: %s: %s", got, f.log)
		}
	})
}

// TestRenewedOnceForAll has requests at the same moment. One of them asks the provider, all are decided by the newer
// token, and the function behind the guard gets that token.
func TestRenewedOnceForAll(t *testing.T) {
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
					t.Errorf("%v: the context has %q", err, got)
				}
			})
		}
		wg.Wait()
		if n := f.provider.asked.Load(); n != 1 {
			t.Errorf("the provider was asked %d times", n)
		}
		o, err := f.sessions.Open(t.Context(), cookie)
		if err != nil || o.Token != newer || o.Refresh == refreshToken {
			t.Errorf("the session has not what the provider gave: %v", err)
		}
		f.checkSecrets(t)
	})
}

// TestActivityIsNoted checks that a session in use outlives its idle time-out without a refresh.
func TestActivityIsNoted(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		f := newTableFixture(t)
		time.Sleep(time.Second) // until the first keys are there
		x := f.opened(token(object{"exp": t0.Add(4 * time.Hour).Unix()}))
		x.Expires = t0.Add(4 * time.Hour)
		cookie := f.logIn(t, x)
		for range 4 {
			f.clock.Advance(40 * time.Minute)
			f.issuer.Publish(goodKey())
			if got := f.outcome(t, browses("GET", "/orders", cookie)); got != allow {
				t.Fatalf("after %s: %s: %s", f.clock.Now().Sub(t0), got, f.log)
			}
		}
		f.clock.Advance(time.Hour)
		if got := f.outcome(t, browses("GET", "/orders", cookie)); got != reject || f.reason() != "session_ended" {
			t.Errorf("idle: %s, %q", got, f.reason())
		}
	})
}

// TestIDTokensOfATable checks that a session of claims is renewed with an ID token.
func TestIDTokensOfATable(t *testing.T) {
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
		t.Errorf("got %s, %q: %s", got, f.reason(), f.log)
	}
	f.checkSecrets(t)
}

func TestTablesThatAreRefused(t *testing.T) {
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
		{"a host in the place of a pool", func(_ *setup, t *SessionTable) {
			t.Name, t.SecretARN, t.UserPoolID = "refused", "", "evil.example.com/_a"
		}, `userPoolId "evil.example.com/_a" is not a user pool's id`},
		{"an unknown way to authenticate", func(_ *setup, t *SessionTable) { t.ClientAuth = "none" }, `"none"`},
		{"a table that cannot be opened", func(*setup, *SessionTable) {}, "no such table"},
		{"a wrong host", func(s *setup, t *SessionTable) {
			t.Name = "refused"
			s.config.Session.Host = "*"
		}, `host "*"`},
	} {
		tablesOf.Store("refused", memory.New(nil))
		_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
			s.config.Session.Table = &SessionTable{Name: "nowhere", ClientID: "web", SecretARN: secretName}
			if c.name == "an unknown way to authenticate" {
				s.config.Session.Table.Name = "refused"
			}
			c.change(s, s.config.Session.Table)
		})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestBuiltWithoutTables(t *testing.T) {
	before := tables
	defer func() { tables = before }()
	tables.read, tables.open = nil, nil
	_, err := tryFixture(withSessions(&secretsManager{value: sessionSecret}), func(s *setup) {
		s.config.Session.Table = &SessionTable{Name: "x", ClientID: "web", SecretARN: secretName}
	})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+TableTag) {
		t.Error(err)
	}
}
