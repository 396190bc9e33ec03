package logintest

import (
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

//go:embed testdata/tabs.cjs
var tabsScript string

// testTabs runs the pages' script in two tabs. Each tab sends five requests at the moment when the token has expired.
func testTabs(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	tabs := []*Browser{a.Browser, a.Tab()}
	// The server here sends the requests of a tab on behalf of its page.
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tab := tabs[r.Header.Get("Tab")[0]-'0']
		page := tab.Fetch(t, shop, r.Method, shop+r.URL.Path)
		w.Header().Set("Date", a.clock.now().UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Type", page.Header.Get("Content-Type"))
		w.WriteHeader(page.Status)
		io.WriteString(w, page.Body)
	}))
	defer here.Close()
	script := a.Open(t, shop+"/auth/session.js").Body
	if len(script) > 2048 {
		t.Errorf("the script has %d bytes", len(script))
	}
	node := nodepeer.Start(t, tabsScript, nil, here.URL, shop+"/auth/session.js", script)
	for _, c := range []struct {
		name, end string
		advance   time.Duration
		prepare   func()
		status    int // of all requests
		refreshes int // at the provider
	}{
		{"a token that is good", "", 0, func() {}, 200, 0},
		{"an expired token", "", 61 * time.Second, func() {}, 200, 1},
		{"an expired token again", "", 61 * time.Second, func() {}, 200, 1},
		{"the provider is down", "", 61 * time.Second, func() { p.Down(503) }, 401, 0},
		{"the provider is back", "", 0, func() { p.Up() }, 200, 1},
		{"the session is over at the provider", "", 61 * time.Second, func() { p.Forget(t) }, 401, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "a token that is good" {
				p.TTL(t, time.Minute)
				a.loggedIn(t, a.Browser, "ada")
			}
			a.clock.advance(c.advance)
			// The next tokens must be good by this clock, which is ahead of the provider's.
			p.TTL(t, time.Minute+time.Duration(a.clock.ahead.Load()))
			c.prepare()
			p.Requests()
			var statuses []int
			if err := json.Unmarshal([]byte(node.Say(t, "GET /orders")), &statuses); err != nil || len(statuses) != 10 {
				t.Fatalf("%v %v", statuses, err)
			}
			for _, status := range statuses {
				if status != c.status {
					t.Errorf("the ten requests get %d, want %d\n%s", statuses, c.status, a.log)
					break
				}
			}
			n := 0
			for _, r := range Grants(p.Requests(), "refresh_token") {
				if r.Status == 200 || r.Status == 400 {
					n++
				}
			}
			if n != c.refreshes {
				t.Errorf("%d refreshes at the provider, want %d", n, c.refreshes)
			}
			if kept := a.Jar.Names("__Host-session") != nil; kept != (c.name != "the session is over at the provider") {
				t.Errorf("the cookie is kept: %t", kept)
			}
		})
	}
}

// testRace refreshes twice at the same moment without the script's lock, as two requests of a hand-written client
// would. Both have the same refresh token, and the provider accepts it once. This is why the script has a lock.
func testRace(t *testing.T, p *peer) {
	a := newApp(t, p.Provider)
	p.TTL(t, time.Minute)
	a.loggedIn(t, a.Browser, "ada")
	a.clock.advance(50 * time.Second)
	cookie := "__Host-session=" + a.session(a.Browser)[0]
	p.Requests()
	var both sync.WaitGroup
	both.Add(2)
	p.Before(func(path string) {
		if strings.HasSuffix(path, "/token") {
			both.Done()
			both.Wait()
		}
	})
	defer p.Before(nil)
	var statuses [2]int
	var done sync.WaitGroup
	for i := range statuses {
		done.Go(func() {
			statuses[i] = a.raw(t, "POST", "/auth/refresh", "Cookie", cookie, "Sec-Fetch-Site", "same-origin").Status
		})
	}
	done.Wait()
	if got := len(Grants(p.Requests(), "refresh_token")); got != 2 || statuses[0]+statuses[1] != 200+401 {
		t.Errorf("%d refreshes at the provider, answered with %v", got, statuses)
	}
}
