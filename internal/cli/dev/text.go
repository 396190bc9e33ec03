package dev

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// textReporter writes lines for people.
type textReporter struct {
	out   *lines
	now   func() time.Time
	style style
	names names // nil until the gateway exists

	mu       sync.Mutex
	trimmers map[trimmed]*stack.Lines // shorten the stacks in functions' output
}

// trimmed identifies a writer whose lines arrive in order.
type trimmed struct {
	function, request string
	stream            lambdaruntime.Stream
}

func (t *textReporter) announced(a announcement) {
	say := []string{string(a.routes.Routes())}
	if t.style.terminal {
		say = append(narrow(a.routes.Rows()), "")
	}
	for _, s := range a.stages {
		say = append(say, s.String())
	}
	say = append(say, a.problems.lines()...)
	if len(a.examples) > 0 {
		say = append(say, "\n"+tryIt(a.examples)+"\n")
		for _, e := range a.examples {
			say = append(say, "# "+outcome(e)+": "+e.Why, e.Curl())
		}
		say = append(say, "")
	}
	for _, r := range a.revokers {
		say = append(say, "# revokes a token of "+r.issuer, "curl -d token=TOKEN "+tryout.Quote(r.url))
	}
	for _, k := range a.keys {
		of, arguments := "key", "--user "+tryout.Quote(k.ID+":"+k.Secret)
		if k.SessionToken != "" {
			of = "temporary credentials"
			arguments += " -H " + tryout.Quote(tryout.SecurityToken+": "+k.SessionToken)
		}
		say = append(say, "# the "+of+" of "+tryout.Owner(k), arguments)
	}
	say = append(say, "the console is at "+a.console)
	if a.watched != "" {
		say = append(say, "watching "+a.watched+" for changes")
	}
	say = append(say, "listening on "+a.url)
	for _, app := range a.apps {
		say = append(say, app.String())
	}
	t.out.announce(say...)
}

// tryIt introduces the examples, which may have signatures or sessions instead of tokens.
func tryIt(examples []tryout.Example) string {
	hasToken := func(e tryout.Example) bool {
		return slices.ContainsFunc(e.Headers, func(h string) bool { return strings.HasPrefix(h, "Authorization: ") })
	}
	if slices.ContainsFunc(examples, hasToken) {
		return "Try it (these tokens are valid for an hour; \"gatehouse token\" prints others):"
	}
	return "Try it:"
}

func (t *textReporter) unannounced() { t.out.announce() }

func (t *textReporter) answered(r *apigateway.Record) {
	event := requestOf(r)
	columns := []string{
		r.Time.Format(clock),
		fmt.Sprint(event.Status),
		event.Verb + " " + event.Path,
		"[" + orDash(event.Route) + "]",
		guard(r.Verdict),
		orDash(event.Principal),
		duration(r.Took),
	}
	if event.Reason != "" {
		columns = append(columns, event.Reason)
	}
	for i, c := range columns {
		columns[i] = printable(strings.ReplaceAll(strings.TrimSpace(c), "\n", "; "))
	}
	columns[1] = t.style.status(event.Status, columns[1])
	say := []string{strings.Join(columns, "  ")}
	if v := event.Browser; v != nil {
		text := browser.Verdict{
			Applies: true, Readable: v.Readable, Preflight: v.Preflight, Why: v.Why, Prop: v.Prop, Fix: v.Fix,
		}.String()
		say = append(say, "    "+t.style.verdict(v, printable(text)))
	}
	t.out.write(say...)
}

// guard describes the authorizer with its cache and its time: "TOKEN MISS 12ms".
func guard(v checks.Verdict) string {
	if v.Authorizer == "" {
		return "-"
	}
	words := []string{v.Authorizer}
	if v.Cache != "" {
		words = append(words, v.Cache)
	}
	if v.AuthorizerTime > 0 {
		words = append(words, duration(v.AuthorizerTime))
	}
	return strings.Join(words, " ")
}

func (t *textReporter) knows(n names) { t.names = n }

// short returns a function's name in a line.
func (t *textReporter) short(function string) string {
	if t.names == nil {
		return function
	}
	return t.names.ShortName(function)
}

func (t *textReporter) logged(line lambdaruntime.LogLine) {
	if t.names != nil && t.names.Repeats(line) {
		return
	}
	before := t.style.dim("    " + t.short(line.Function) + " |")
	var say []string
	for _, text := range t.trim(line) {
		text = printable(functionlog.WithoutMetrics(credentials.MaskTokens(text)))
		if strings.HasPrefix(text, "    at ") {
			text = t.style.bold(text)
		}
		say = append(say, before+" "+text)
	}
	t.out.write(say...)
}

// mostTrimmers is how many are kept. If they are dropped in the middle of a stack, the stack is shown longer, but
// correctly.
const mostTrimmers = 1000

// trim returns a line of a function with shortened stacks.
func (t *textReporter) trim(line lambdaruntime.LogLine) []string {
	if line.Stream == lambdaruntime.Platform || t.names == nil {
		return []string{line.Text}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	of := trimmed{line.Function, line.RequestID, line.Stream}
	if t.trimmers[of] == nil {
		if t.trimmers == nil || len(t.trimmers) >= mostTrimmers {
			t.trimmers = map[trimmed]*stack.Lines{}
		}
		t.trimmers[of] = t.names.Trimmer(line.Function)
	}
	return t.trimmers[of].Next(line.Text)
}

func (t *textReporter) slow(p pending) {
	t.out.write(t.now().Format(clock) + "  " + t.style.yellow("...") + "  " + printable(slowText(p, t.now())))
}

func (t *textReporter) stopping(w waits) { t.end(stoppingText(w)) }

func (t *textReporter) stopped(w waits) { t.end(stoppedText(w)) }

// end writes a line over the "^C" that a terminal shows.
func (t *textReporter) end(text string) {
	t.out.write(t.style.lineStart() + t.now().Format(clock) + "  " + printable(text))
}

func (t *textReporter) started(function string, pid int) {
	t.say(fmt.Sprintf("%s runs as process %d: dlv attach %d", printable(t.short(function)), pid, pid))
}

func (t *textReporter) refused(r front.Refusal) {
	what := "not understood: "
	switch r.Status {
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong,
		http.StatusRequestHeaderFieldsTooLarge:
		what = "refused: "
	}
	t.say(fmt.Sprint(r.Status) + "  " + what + printable(credentials.MaskTokens(r.Reason)))
}

func (t *textReporter) panicked(value any, stack []byte) { t.say(panickedText(value, stack)) }

func (t *textReporter) noticed(text string) { t.say(printable(text)) }

func (t *textReporter) changed(c change) { t.say(printable(c.String())) }

func (t *textReporter) reloaded(r reloaded) {
	t.say(r.String())
	for _, line := range r.accessLines() {
		t.out.write("    " + line)
	}
	for _, s := range r.stages {
		t.out.write(s.String())
	}
	t.out.write(r.problems.lines()...)
}

func (t *textReporter) reloadFailed(err error) { t.say(reloadFailedText(err)) }

func (t *textReporter) unserved(files []string) { t.say(unservedText(files)) }

// clock is the time format at the beginning of a line.
const clock = "15:04:05.000"

func (t *textReporter) say(text string) { t.out.write(t.now().Format(clock) + "  " + text) }

// printable returns a text that stays on its line and controls no terminal: tabs become spaces, and other characters
// that are not printable are escaped as in Go.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString("  ")
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// duration formats a duration. Below 10 ms it has a decimal.
func duration(d time.Duration) string {
	if d < 10*time.Millisecond {
		return strconv.FormatFloat(milliseconds(d), 'f', 1, 64) + "ms"
	}
	return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + "ms"
}
