package nodepeer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScriptsShareABrowser checks that each script has separate cookies, and that the failure of one is reported and
// does not affect another.
func TestScriptsShareABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it starts a browser")
	}
	NeedBrowser(t)
	defer CloseBrowser()
	script := filepath.Join(t.TempDir(), "script.cjs")
	err := os.WriteFile(script, []byte(`
return newContext().then(context => async line => {
  if (line === 'fail') throw new Error('no room')
  if (line === 'set') await context.addCookies([{name: 'of', value: args[0], url: 'http://localhost'}])
  return (await context.cookies()).map(c => c.value)
})`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	one, other := Browse(t, script, "one"), Browse(t, script, "other")
	for _, c := range []struct {
		peer       *Peer
		line, want string
	}{
		{one, "set", `["one"]`}, {other, "get", `[]`}, {other, "set", `["other"]`}, {one, "get", `["one"]`},
	} {
		if got := c.peer.Say(t, c.line); got != c.want {
			t.Errorf("%s: got %s, want %s", c.line, got, c.want)
		}
	}
	if said := ended(t, func(t testing.TB) { one.Say(t, "fail") }); !strings.Contains(said, "no room") ||
		!strings.Contains(said, "script.cjs:3") {
		t.Errorf("got %q", said)
	}
	if got := other.Say(t, "get"); got != `["other"]` {
		t.Errorf("after the other script failed: got %s", got)
	}
}
