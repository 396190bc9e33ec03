package login

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// faultyTable is a table that a test can make unavailable.
type faultyTable struct {
	tablesession.Table
	away   atomic.Bool // all of it
	frozen atomic.Bool // it does not take writes
	unread atomic.Bool // it does not list partitions

	listing func() // runs before a partition is listed, if not nil
}

var errAway = errors.New("the table is away")

func (t *faultyTable) Get(ctx context.Context, keys ...tablesession.Key) ([]*tablesession.Item, error) {
	if t.away.Load() {
		return nil, errAway
	}
	return t.Table.Get(ctx, keys...)
}

func (t *faultyTable) Put(ctx context.Context, item *tablesession.Item, version int64) error {
	if t.away.Load() || t.frozen.Load() {
		return errAway
	}
	return t.Table.Put(ctx, item, version)
}

func (t *faultyTable) Delete(ctx context.Context, key tablesession.Key, version int64) (*tablesession.Item, error) {
	if t.away.Load() || t.frozen.Load() {
		return nil, errAway
	}
	return t.Table.Delete(ctx, key, version)
}

func (t *faultyTable) Query(ctx context.Context, partition string) ([]*tablesession.Item, error) {
	if t.away.Load() || t.unread.Load() {
		return nil, errAway
	}
	if t.listing != nil {
		t.listing()
	}
	return t.Table.Query(ctx, partition)
}

func (f *fixture) openTable(_ func(string) string, name string) (tablesession.Table, error) {
	if name != "sessions" {
		f.t.Errorf("the table %q is opened", name)
	}
	return f.table, nil
}

// TestInTable runs tests of sessions in cookies for sessions in a table. To a browser both are the same.
func TestInTable(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"AccessTokenThatTheGuardRejects": TestAccessTokenThatTheGuardRejects,
		"AuthTime":                       TestAuthTime,
		"AuthTimeAtARefresh":             TestAuthTimeAtARefresh,
		"CallbackAttacks":                TestCallbackAttacks,
		"CallbackErrors":                 TestCallbackErrors,
		"Claims":                         TestClaims,
		"ClaimsWithoutIDToken":           TestClaimsWithoutIDToken,
		"ClientAuthentication":           TestClientAuthentication,
		"Cognito":                        TestCognito,
		"CookieKeyRotation":              TestCookieKeyRotation,
		"CrossSite":                      TestCrossSite,
		"Headers":                        TestHeaders,
		"IDTokens":                       TestIDTokens,
		"KeyRotation":                    TestKeyRotation,
		"Login":                          TestLogin,
		"LoginAgain":                     TestLoginAgain,
		"LoginWhileTheProviderFails":     TestLoginWhileTheProviderFails,
		"LoginWithoutKeys":               TestLoginWithoutKeys,
		"Logout":                         TestLogout,
		"LogoutByForm":                   TestLogoutByForm,
		"OpaqueAccessTokens":             TestOpaqueAccessTokens,
		"ParallelRefreshes":              TestParallelRefreshes,
		"Refresh":                        TestRefresh,
		"RefreshOfShortTokens":           TestRefreshOfShortTokens,
		"RefreshThatFails":               TestRefreshThatFails,
		"SecretRotation":                 TestSecretRotation,
		"SessionEnds":                    TestSessionEnds,
		"SeveralTabs":                    TestSeveralTabs,
	} {
		t.Run(name, test)
	}
}

// TestTheCookieHasAHandle checks that the cookie has a handle, whose length does not depend on the provider's tokens.
func TestTheCookieHasAHandle(t *testing.T) {
	f := newTableFixture(t)
	for _, size := range []int{0, 5000} {
		f.idp.set(func() {
			f.idp.access = func(claims map[string]any) { claims["padding"] = strings.Repeat("p", size) }
		})
		f.logIn()
		_, value, _ := strings.Cut(f.browser.Jar.Header(mustURL(shop+"/"), true, true, "GET"), "=")
		if len(value) != 86 || strings.Contains(value, ".") {
			t.Errorf("the cookie has %d characters", len(value))
		}
	}
	if names := f.browser.Jar.Names("__Host-"); len(names) != 1 {
		t.Errorf("cookies %q", names)
	}
}

// A logout ends the session for every copy of its cookie, whether or not the provider can be reached.
func TestLogoutEndsTheSessionInTheTable(t *testing.T) {
	for name, change := range map[string]func(*fixture){
		"the provider is well": func(*fixture) {},
		"the provider is away": func(f *fixture) {
			*f.Handler = *f.newHandler(testConfig())
			aws := network{"secretsmanager.eu-central-1.amazonaws.com": f.aws}
			f.net.use(aws)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newTableFixture(t)
			f.logIn()
			copied := f.copied()
			change(f)
			if p := f.post("logout"); p.Status != 200 {
				t.Errorf("logout: %d", p.Status)
			}
			f.want(copied.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
			if names := copied.Jar.Names("__Host-session"); len(names) != 0 {
				t.Errorf("cookies %q", names)
			}
		})
	}
}

// copied returns a browser with a copy of the cookies. Later changes in one browser do not reach the other.
func (f *fixture) copied() *logintest.Browser {
	b := f.browser.Tab()
	b.Jar = f.browser.Jar.Copy()
	return b
}

// The browser is logged out although the session could not be ended. The log says so, and names this before any failure
// at the provider.
func TestLogoutWithoutTheTable(t *testing.T) {
	for reason, change := range map[string]func(*fixture){
		"table":     func(f *fixture) { f.table.away.Store(true) },
		"not_ended": func(f *fixture) { f.table.frozen.Store(true) },
	} {
		f := newTableFixture(t)
		f.logIn()
		f.idp.set(func() {
			f.idp.instead["/revoke"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		})
		change(f)
		f.want(f.post("logout"), 200, reason)
		if got := f.log.last(t); got.Level != "WARN" || !strings.Contains(got.Error, errAway.Error()) {
			t.Errorf("log %+v", got)
		}
		if names := f.browser.Jar.Names("__Host-"); len(names) != 0 {
			t.Errorf("cookies %q", names)
		}
	}
}

// While the table is unavailable, no route answers as if there were no session, and the browser keeps its cookie.
func TestTheTableIsAway(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.table.away.Store(true)
	f.want(f.browser.Fetch(t, shop, "GET", auth+"session"), http.StatusServiceUnavailable, "table")
	f.want(f.browser.Fetch(t, shop, "GET", auth+"sessions"), http.StatusServiceUnavailable, "table")
	f.want(f.post("refresh"), http.StatusServiceUnavailable, "table")
	f.want(f.post("logout-all"), http.StatusServiceUnavailable, "table")
	f.want(f.other().Open(t, auth+"login"), http.StatusServiceUnavailable, "table")
	f.table.away.Store(false)
	f.table.frozen.Store(true)
	f.clock.Advance(10 * time.Minute)
	f.want(f.post("refresh"), http.StatusServiceUnavailable, "table")
	f.want(f.post("logout-all"), http.StatusServiceUnavailable, "table")
	f.table.frozen.Store(false)
	if p := f.post("refresh"); p.Status != 200 {
		t.Errorf("once the table is back: %d, %+v", p.Status, f.log.last(t))
	}
}

// TestSessionThatEndsDuringARefresh checks that a session which ends while the provider answers is not revived, and
// that the browser loses its cookie.
func TestSessionThatEndsDuringARefresh(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	f.idp.set(func() {
		f.idp.tokens = func(map[string]any) {
			if n, err := f.sessions.(*inTable).store.EndSubject(t.Context(), idpOrigin, "user-1"); n != 1 || err != nil {
				t.Errorf("ended %d, %v", n, err)
			}
		}
	})
	f.want(f.post("refresh"), http.StatusUnauthorized, "session_ended")
	if names := f.browser.Jar.Names("__Host-session"); len(names) != 0 {
		t.Errorf("cookies %q", names)
	}
}

// TestRefreshWhileTheTableTakesNoWrites checks that a session is not extended if its use cannot be recorded.
func TestRefreshWhileTheTableTakesNoWrites(t *testing.T) {
	f := newTableFixture(t)
	f.idp.lifetime = time.Hour
	f.logIn()
	f.clock.Advance(10 * time.Minute)
	f.table.frozen.Store(true)
	f.want(f.post("refresh"), http.StatusServiceUnavailable, "table")
	f.table.frozen.Store(false)
	if p := f.post("refresh"); p.Status != 200 || f.log.last(t).Outcome != "extended" {
		t.Errorf("once the table is back: %d, %+v", p.Status, f.log.last(t))
	}
}

// TestOneRefreshForAll checks that of several requests with the same expired token, one asks the provider, and all get
// its answer.
func TestOneRefreshForAll(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.clock.Advance(10 * time.Minute)
	var tabs sync.WaitGroup
	for range 10 {
		tab := f.copied()
		tabs.Go(func() {
			if p := tab.Fetch(t, shop, "POST", auth+"refresh"); p.Status != 200 {
				t.Errorf("refresh: %d %s", p.Status, p.Body)
			}
		})
	}
	tabs.Wait()
	if n := f.idp.count("/token"); n != 2 {
		t.Errorf("%d token requests, want those of the login and of one refresh", n)
	}
}

// A cookie from before a refresh leads to the newest tokens. Unlike with sessions in cookies, a race loses nothing.
func TestAnOldCookieAfterARefresh(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	old := f.copied()
	f.post("refresh")
	if p := old.Fetch(t, shop, "POST", auth+"refresh"); p.Status != 200 {
		t.Errorf("refresh: %d %+v", p.Status, f.log.last(t))
	}
	if n := f.idp.count("/token"); n != 2 {
		t.Errorf("%d token requests, want 2", n)
	}
}

// If the provider refuses the refresh token, the session ends in the table, also for a copy of its cookie.
func TestARefusedRefreshEndsTheSession(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	f.clock.Advance(5 * time.Minute)
	copied := f.copied()
	f.idp.set(func() { clear(f.idp.refresh) })
	f.want(f.post("refresh"), http.StatusUnauthorized, "invalid_grant")
	f.want(copied.Fetch(t, shop, "GET", auth+"session"), http.StatusUnauthorized, "session_ended")
}

// A handle that the login did not issue is refused.
func TestForgedHandles(t *testing.T) {
	f := newTableFixture(t)
	f.logIn()
	good := f.browser.Jar.Header(mustURL(shop+"/"), true, true, "GET")
	name, value, _ := strings.Cut(good, "=")
	for what, c := range map[string]struct {
		headers []string
		reason  string
	}{
		"another id":      {[]string{name + "=" + value[:50] + strings.Repeat("A", 36)}, "session_ended"},
		"another subject": {[]string{name + "=" + strings.Repeat("A", 40) + value[40:]}, "session_ended"},
		"cut":             {[]string{good[:len(good)-1]}, "session_forged"},
		"longer":          {[]string{good + "A"}, "session_forged"},
		"not base64url":   {[]string{name + "=" + strings.Repeat("+", 86)}, "session_forged"},
		"twice":           {[]string{good + "; " + good}, "session_forged"},
		"empty":           {[]string{name + "="}, "session_forged"},
	} {
		r, _ := http.NewRequest("GET", "/auth/session", nil)
		r.Header["Cookie"] = c.headers
		if status := f.serve(r); status != http.StatusUnauthorized || f.log.last(t).Reason != c.reason {
			t.Errorf("%s: %d, %+v", what, status, f.log.last(t))
		}
	}
}

// A function is built for one kind of session, and refuses the configuration of the other kind.
func TestTheOtherFunctionsConfiguration(t *testing.T) {
	getenv := func(string) string { return "" }
	config := testConfig()
	_, err := New(config, getenv, Options{Sessions: InTable(nil)})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "build login-fn instead") {
		t.Errorf("without a table: %v", err)
	}
	config.Table = "sessions"
	_, err = New(config, getenv, Options{})
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "build login-fn/table instead") {
		t.Errorf("with a table: %v", err)
	}
	_, err = New(config, getenv, Options{Sessions: InTable(func(func(string) string, string) (tablesession.Table, error) {
		return nil, errAway
	})})
	if !errors.Is(err, ErrConfig) || !errors.Is(err, errAway) || !strings.Contains(err.Error(), `table "sessions"`) {
		t.Errorf("a table that cannot be opened: %v", err)
	}
}
