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

// chromium is the browser of all tests of a package: to load Playwright takes half a second of processor time, and to
// start Chromium about as much.
var chromium struct {
	sync.Mutex
	peer *Peer // nil until a test needs it
}

// Browse runs a script that uses Chromium, which all tests of a package share. The script is a file of JavaScript. It
// has require, the arguments as args, and newContext, which makes a context of Playwright: cookies and storage of its
// own, until the test ends. It returns a promise of the function that answers a line that the test says, with what
// becomes the JSON of the answer. [CloseBrowser] ends Chromium.
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
	browser := theBrowser(t)
	conn, err := net.Dial("tcp", browser.Ready)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := &Peer{stdin: conn, stdout: bufio.NewReader(conn), stderr: browser.stderr}
	p.Ready = p.Say(t, string(first))
	return p
}

// NeedBrowser skips the test if Chromium, what drives it, or one of these modules is missing. It returns Chromium's
// path.
func NeedBrowser(t testing.TB, modules ...string) (path string) {
	t.Helper()
	path = Browser(t)
	Need(t, append(modules, "playwright-core")...)
	return path
}

// theBrowser starts Chromium if no test has started it.
func theBrowser(t testing.TB) *Peer {
	t.Helper()
	path := NeedBrowser(t)
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.peer == nil {
		chromium.peer = begin(t, node(chromiumScript, path))
	}
	return chromium.peer
}

// CloseBrowser ends the Chromium of [Browse], if a test started it. It is for TestMain.
func CloseBrowser() {
	chromium.Lock()
	defer chromium.Unlock()
	if chromium.peer != nil {
		chromium.peer.end()
		chromium.peer = nil
	}
}
