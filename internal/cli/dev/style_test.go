package dev

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/command"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

func TestColoured(t *testing.T) {
	for _, c := range []struct {
		name, why, goos string
		environ         []string
		want            bool
	}{
		{"a terminal", "", "linux", []string{"TERM=xterm-256color"}, true},
		{"NO_COLOR", "whatever its value", "linux", []string{"TERM=xterm", "NO_COLOR=0"}, false},
		{"an empty NO_COLOR", "https://no-color.org: present and not an empty string", "linux", []string{"NO_COLOR="}, true},
		{"a dumb terminal", "it shows the codes as text", "linux", []string{"TERM=dumb"}, false},
		{"the old console of Windows", "it does too", "windows", nil, false},
		{"the terminal of Windows", "", "windows", []string{"WT_SESSION=1"}, true},
	} {
		if got := coloured(c.environ, c.goos); got != c.want {
			t.Errorf("%s: got %t, want %t: %s", c.name, got, c.want, c.why)
		}
	}
}

// TestNoTerminal checks that a pipe and a file get plain text, also through the writer that detects a closed pipe.
func TestNoTerminal(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, f := range []*os.File{write, file} {
		p := &command.Process{Stdout: f, Environ: func() []string { return []string{"TERM=xterm"} }}
		if styleOf(p) != (style{}) || styleOf(untilUnread(p, func() {})) != (style{}) {
			t.Errorf("%s is coloured", f.Name())
		}
	}
}

// TestColours has each line with its colours. Tokens have no colour, and nothing else changes.
func TestColours(t *testing.T) {
	plain, coloured := &bytes.Buffer{}, &bytes.Buffer{}
	for _, out := range []*bytes.Buffer{plain, coloured} {
		r := &textReporter{out: &lines{out: out}, now: func() time.Time { return noon }}
		if out == coloured {
			r.style = style{terminal: true, colours: true}
		}
		for _, status := range []int{200, 304, 401, 502} {
			r.answered(record(func(r *apigateway.Record) {
				r.Answer.Status, r.Browser = status, browser.Verdict{Applies: true, Readable: status == 200}
			}))
		}
		r.slow(waiting("/a", "F", time.Second))
		r.logged(lambdaruntime.LogLine{Function: "F", Text: "    at main.go:1 (f)"})
		r.stopped(waits{})
	}
	for _, want := range []string{
		"\x1b[32m200\x1b[0m", "\x1b[36m304\x1b[0m", "\x1b[33m401\x1b[0m", "\x1b[31m502\x1b[0m", "\x1b[33m...\x1b[0m",
		"    \x1b[2mreadable by the page\x1b[0m", "    \x1b[31mblocked by the browser\x1b[0m", "\x1b[2m    F |\x1b[0m ",
		"\x1b[1m    at main.go:1 (f)\x1b[0m", "\r12:00:00.123  stopped",
	} {
		if !strings.Contains(coloured.String(), want) {
			t.Errorf("%q lacks %q", coloured, want)
		}
	}
	without := coloured.String()
	for _, code := range []string{"0", bold, dim, red, green, yellow, cyan} {
		without = strings.ReplaceAll(without, "\x1b["+code+"m", "")
	}
	if without = strings.ReplaceAll(without, "\r", ""); without != plain.String() {
		t.Errorf("got  %q\nwant %q", without, plain)
	}
}

// named knows one function.
type named struct{}

func (named) ShortName(function string) string { return strings.TrimPrefix(function, "Shop-") }

func (named) Trimmer(string) *stack.Lines { return &stack.Lines{} }

func (named) Repeats(line lambdaruntime.LogLine) bool { return line.Text == "as the record says" }

// TestLogged writes what functions write: by their short names, and with the function's own part of a stack.
func TestLogged(t *testing.T) {
	var b bytes.Buffer
	r := &textReporter{out: &lines{out: &b}, now: time.Now}
	r.knows(named{})
	for _, line := range []struct{ request, text string }{
		{"1", "goroutine 1 [running]:"},
		{"1", "as the record says"},
		{"1", "net/http.F(...)"},
		{"2", "of another request"},
		{"1", "\tnet/http/server.go:1"},
		{"1", "main.serve(0x1)"},
		{"1", "\tshop/orders-fn/main.go:42 +0x1"},
	} {
		r.logged(lambdaruntime.LogLine{Function: "Shop-Orders", RequestID: line.request, Text: line.text})
	}
	r.logged(lambdaruntime.LogLine{Function: "Shop-Orders", Stream: lambdaruntime.Platform, Text: "    at it ends"})
	const want = "    Orders | goroutine 1 [running]:\n    Orders | of another request\n" +
		"    Orders |     at shop/orders-fn/main.go:42 (serve)\n    Orders |     at it ends\n"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", &b, want)
	}
	for n := range mostTrimmers + 1 {
		r.logged(lambdaruntime.LogLine{Function: "Shop-Orders", RequestID: strings.Repeat("x", n+3), Text: "a line"})
	}
	if n := len(r.trimmers); n > mostTrimmers {
		t.Errorf("%d trimmers are kept, want at most %d", n, mostTrimmers)
	}
}
