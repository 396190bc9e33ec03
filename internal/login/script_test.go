package login

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

func TestScriptIsSmall(t *testing.T) {
	if n := len(sessionScript); n > 2048 {
		t.Errorf("%d bytes, want at most 2048", n)
	}
	if regexp.MustCompile(`\beval\b|new Function|innerHTML|import\b`).MatchString(sessionScript) {
		t.Error("it uses what a strict policy forbids")
	}
}

// The script is the same for all callers, so that a browser may keep it for a while.
func TestScriptIsServed(t *testing.T) {
	f := newFixture(t)
	p := f.browser.Fetch(t, shop, "GET", auth+"session.js")
	f.want(p, 200, "")
	if f.log.last(t).Route != "script" || p.Body != sessionScript ||
		p.Header.Get("Content-Type") != "text/javascript; charset=utf-8" ||
		p.Header.Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("%d, header %v, %d bytes", p.Status, p.Header, len(p.Body))
	}
}

// TestScriptIsExplained checks that docs/login-pages.md explains the parts of the script.
func TestScriptIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../docs/login-pages.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`(?m)^  (?:const|let) (\w+)`).FindAllStringSubmatch(sessionScript, -1) {
		if name[1] != "session" && !strings.Contains(string(text), "`"+name[1]+"`") &&
			!strings.Contains(string(text), " "+name[1]+" = ") {
			t.Errorf("docs/login-pages.md does not explain %s", name[1])
		}
	}
}

// The cases are in testdata/script.cjs. It runs the script in several tabs of a simulated browser.
func TestScript(t *testing.T) {
	nodepeer.Need(t)
	out, err := exec.Command("node", "-e", "require('./testdata/script.cjs')", "--", "session.js").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, l := range lines {
		if !strings.HasPrefix(l, "ok ") && l != "done" {
			t.Error(l)
		}
	}
	if len(lines) < 15 || lines[len(lines)-1] != "done" {
		t.Errorf("it did not get to its end: %s", out)
	}
}
