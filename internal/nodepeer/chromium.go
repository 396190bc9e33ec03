package nodepeer

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"net"
	"os"
	"sync"
	"testing"
)

//go:embed chromium.cjs
var chromiumScript string

// chromium is the browser that all tests of a package share. Loading Playwright takes half a second of processor time,
// and starting Chromium about as much.
var chromium struct {
	sync.Mutex
	peer *Peer // nil until a test needs it
}

// Browse runs a script that uses Chromium. All tests of a package share Chromium until [CloseBrowser] ends it.
//
// The script is a file of JavaScript. It can use require, args (the arguments) and newContext, which makes a context of
// Playwright with separate cookies and storage. The context ends with the test. The script returns a promise of a
// function. The function gets each line of [Peer.Say], and the answer is its result as JSON.
func Browse(t testing.TB, script string, args ...string) *Peer {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(map[string]any{"script": string(text), "name": script, "args": args})
	if err != nil {
		t.Fatal(err)
	}
	browser := sharedBrowser(t)
	conn, err := net.Dial("tcp", browser.Ready)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := &Peer{stdin: conn, stdout: bufio.NewReader(conn), stderr: browser.stderr}
	p.Ready = p.Say(t, string(first))
	return p
}

// NeedBrowser returns the path of Chromium. It skips the test if Chromium, its driver or one of these modules is
// missing.
func NeedBrowser(t testing.TB, modules ...string) (path string) {
	t.Helper()
	path = Browser(t)
	Need(t, append(modules, "playwright-core")...)
	return path
}

// sharedBrowser returns the shared Chromium and starts it if necessary.
func sharedBrowser(t testing.TB) *Peer {
	t.Helper()
	path := NeedBrowser(t)
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.peer == nil {
		chromium.peer = begin(t, node(chromiumScript, path))
	}
	return chromium.peer
}

// CloseBrowser ends the Chromium of [Browse] if a test has started it. Call it in TestMain.
func CloseBrowser() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.peer != nil {
		chromium.peer.end()
		chromium.peer = nil
	}
}
