package nodepeer

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// failing is a test that records how it ended.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}

func (f *failing) Fatal(a ...any) { f.end(fmt.Sprint(a...)) }

func (f *failing) Fatalf(format string, a ...any) { f.end(fmt.Sprintf(format, a...)) }

func (f *failing) Skip(a ...any) { f.end("skipped: " + fmt.Sprint(a...)) }

func (f *failing) end(text string) {
	f.said = text
	runtime.Goexit()
}

// ended runs a function with a test of its own and returns the message that ended the test.
func ended(t *testing.T, run func(testing.TB)) string {
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(f)
	}()
	<-done
	return f.said
}

func TestAPeerAnswersLines(t *testing.T) {
	p := Start(
		t,
		`
console.log('ready ' + process.argv[1])
const lines = require('readline').createInterface({input: process.stdin})
lines.on('line', l => console.log(l.toUpperCase())).on('close', () => process.exit())`,
		nil,
		"now",
	)
	if p.Ready != "ready now" {
		t.Errorf("ready: %q", p.Ready)
	}
	if got := p.Say(t, "hello"); got != "HELLO" {
		t.Errorf("got %q", got)
	}
}

func TestWhatAPeerDiesOfIsTold(t *testing.T) {
	Need(t)
	said := ended(t, func(t testing.TB) { Start(t, `throw new Error('no room')`, nil) })
	if !strings.Contains(said, "no room") {
		t.Errorf("got %q", said)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	Need(t)
	for name, c := range map[string]struct {
		all  string
		want string
	}{
		"here":  {"", "skipped: no-such-module is not installed: run npm ci"},
		"in CI": {"1", "no-such-module is not installed: run npm ci"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GATEHOUSE_TEST_ALL", c.all)
			if said := ended(t, func(t testing.TB) { Need(t, "no-such-module") }); !strings.HasPrefix(said, c.want) {
				t.Errorf("got %q", said)
			}
		})
	}
	t.Run("a browser", func(t *testing.T) {
		t.Setenv("CHROMIUM", "/nowhere/chromium")
		t.Setenv("GATEHOUSE_TEST_ALL", "")
		if said := ended(t, func(t testing.TB) { Browser(t) }); !strings.HasPrefix(said,
			"skipped: there is no /nowhere/chromium") {
			t.Errorf("got %q", said)
		}
	})
}
