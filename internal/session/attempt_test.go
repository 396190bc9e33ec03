package session

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func goodAttempt() *Attempt {
	return &Attempt{State: "a state", Nonce: "a nonce", Verifier: "a verifier", Return: "/orders?page=2", Started: t0}
}

func TestAttempt(t *testing.T) {
	f := newFixture(t)
	set, err := f.SealAttempt(t.Context(), goodAttempt())
	if err != nil {
		t.Fatal(err)
	}
	name := attemptCookie("a state")
	if len(set) != 1 || !isAttemptCookie(name) || !strings.HasPrefix(set[0], name+"=A") ||
		!strings.HasSuffix(set[0], "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600") {
		t.Errorf("%q", set)
	}
	got, err := f.another(t).OpenAttempt(t.Context(), "a state", "a=b; "+browser("", set...))
	if diff := cmp.Diff(goodAttempt(), got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	want := name + "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
	if clear := f.ClearAttempt("a state"); clear != want {
		t.Errorf("cleared by %q", clear)
	}
}

func TestAttemptsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	good := browser("", must(f.SealAttempt(t.Context(), goodAttempt()))...)
	sealed := value(good, attemptCookie("a state"))
	x := value(f.sealed(t, goodSession()), testCookie)
	for _, c := range []struct {
		name, state string
		headers     []string
		passed      time.Duration
		want        error
	}{
		{"no cookie", "a state", nil, 0, ErrNoSession},
		{"no state", "", []string{good}, 0, ErrNoSession},
		{"another state", "b state", []string{good}, 0, ErrNoSession},
		{"a state of 300 bytes", strings.Repeat("s", 300), []string{good}, 0, ErrNoSession},
		{"another attempt's cookie under this name", "b state", []string{attemptCookie("b state") + "=" + sealed},
			0, ErrForged},
		{"a session's cookie", "a state", []string{attemptCookie("a state") + "=" + x}, 0, ErrForged},
		{"the cookie twice", "a state", []string{good + "; " + good}, 0, ErrForged},
		{"the header twice", "a state", []string{good, good}, 0, ErrForged},
		{"a tampered byte", "a state", []string{good[:len(good)-3] + "AAA"}, 0, ErrForged},
		{"too long", "a state", []string{good + strings.Repeat("A", 4096)}, 0, ErrForged},
		{"a second before its end", "a state", []string{good}, 10*time.Minute - time.Second, nil},
		{"at its end", "a state", []string{good}, 10 * time.Minute, ErrEnded},
		{"the clock put back", "a state", []string{good}, -time.Hour, ErrEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.clock.Advance(c.passed)
			defer f.clock.Advance(-c.passed)
			if _, err := f.OpenAttempt(t.Context(), c.state, c.headers...); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	otherHost := f.another(t, func(o *Options) { o.Host = "www.example.com" })
	if _, err := otherHost.OpenAttempt(t.Context(), "a state", good); !errors.Is(err, ErrForged) {
		t.Errorf("at another host: %v", err)
	}
	f.vault.fail(errDown)
	if _, err := f.another(t).OpenAttempt(t.Context(), "a state", good); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without keys: %v", err)
	}
}

// TestThreeAttemptsAreAlive checks that the newest three open and the others are cleared, in any order.
// A cookie that the secret sealed as something else than an attempt is no attempt.
func TestSealedTextsThatAreNoAttempts(t *testing.T) {
	f := newFixture(t)
	w := writer{b: []byte{anAttempt}}
	w.time("Started", t0)
	for _, text := range []string{"a state", "nonce", "verifier", "/"} {
		w.text(text)
	}
	for _, c := range []struct {
		name string
		text string
		want error
	}{
		{"an attempt", string(w.b), nil},
		{"of another kind", "t" + string(w.b[1:]), ErrForged},
		{"with something after it", string(w.b) + "x", ErrForged},
		{"cut off", string(w.b[:len(w.b)-1]), ErrForged},
		{"empty", "", ErrForged},
		{"that returns to another host", strings.Replace(string(w.b), "\x00\x01/", "\x00\x06//evil", 1), ErrForged},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := attemptCookie("a state")
			value := must(f.seal(t.Context(), attemptInfo, name, []byte(c.text)))
			a, err := f.OpenAttempt(t.Context(), "a state", name+"="+value)
			if !errors.Is(err, c.want) || (a == nil) != (c.want != nil) {
				t.Errorf("got %v, %v, want %v", a, err, c.want)
			}
		})
	}
}

func TestLongestState(t *testing.T) {
	f := newFixture(t)
	a := goodAttempt()
	a.State = strings.Repeat("s", maxState)
	header := browser("", must(f.SealAttempt(t.Context(), a))...)
	if _, err := f.OpenAttempt(t.Context(), a.State, header); err != nil {
		t.Error(err)
	}
}

func TestThreeAttemptsAreAlive(t *testing.T) {
	f := newFixture(t)
	header := "a=b"
	for i := range 6 {
		a := goodAttempt()
		a.State, a.Started = fmt.Sprint("state ", i), f.clock.Now()
		header = browser(header, must(f.SealAttempt(t.Context(), a, header))...)
		f.clock.Advance(time.Second)
	}
	for i := range 6 {
		_, err := f.OpenAttempt(t.Context(), fmt.Sprint("state ", i), header)
		if want := map[bool]error{true: nil, false: ErrNoSession}[i >= 3]; !errors.Is(err, want) {
			t.Errorf("attempt %d: %v, want %v", i, err, want)
		}
	}
	if !strings.HasPrefix(header, "a=b; ") {
		t.Errorf("other cookies were cleared: %q", header)
	}
}

func TestOutdatedAttempts(t *testing.T) {
	f := newFixture(t)
	attempt := func(state string) string {
		a := goodAttempt()
		a.State, a.Started = state, f.clock.Now()
		return browser("", must(f.SealAttempt(t.Context(), a))...)
	}
	old := attempt("old")
	f.clock.Advance(10 * time.Minute)
	forged := attemptPrefix + "0123456789abcdef=x"
	var many []string
	for i := range 20 {
		many = append(many, attempt(fmt.Sprint(i)))
	}
	fresh := attempt("fresh")
	for _, c := range []struct {
		name    string
		headers []string
		want    int // that are cleared
	}{
		{"none", nil, 0},
		{"one that is alive", []string{fresh}, 0},
		{"one that has ended", []string{old}, 1},
		{"one that does not open", []string{forged}, 1},
		{"its own name", []string{attemptCookie("new") + "=x"}, 0},
		{"a name that only looks like one", []string{attemptPrefix + "0123456789abcdeF=x; " + attemptPrefix + "0=x"}, 0},
		{"the same one twice", []string{forged + "; " + forged, forged}, 1},
		{"too many to open", []string{strings.Join(many, "; ")}, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := goodAttempt()
			a.State, a.Started = "new", f.clock.Now()
			set, err := f.SealAttempt(t.Context(), a, c.headers...)
			if err != nil || len(set)-1 != c.want {
				t.Errorf("got %d cleared, %v, want %d", len(set)-1, err, c.want)
			}
			for _, s := range set[1:] {
				if !strings.HasSuffix(s, "; SameSite=Lax; Max-Age=0") {
					t.Errorf("cleared by %q", s)
				}
			}
		})
	}
}

func TestSealAttemptErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Attempt)
		want   string
	}{
		{"no state", func(a *Attempt) { a.State = "" }, "the state of an attempt has 0 bytes"},
		{"a long state", func(a *Attempt) { a.State = strings.Repeat("s", 257) }, "257 bytes"},
		{"no nonce", func(a *Attempt) { a.Nonce = "" }, "no nonce"},
		{"no verifier", func(a *Attempt) { a.Verifier = "" }, "no verifier"},
		{"a return to another host", func(a *Attempt) { a.Return = "//evil.example" }, "would name a host"},
		{"no time", func(a *Attempt) { a.Started = time.Time{} }, "the time of Started"},
		{"too large", func(a *Attempt) { a.Nonce = strings.Repeat("n", 4000) }, ErrTooLarge.Error()},
	} {
		a := goodAttempt()
		c.change(a)
		if set, err := newFixture(t).SealAttempt(t.Context(), a); err == nil || set != nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v, want %s", c.name, set, err, c.want)
		}
	}
}

func TestSealAttemptWithoutKeys(t *testing.T) {
	f := newFixture(t)
	f.vault.fail(errDown)
	if set, err := f.SealAttempt(t.Context(), goodAttempt()); !errors.Is(err, ErrUnavailable) || set != nil {
		t.Errorf("got %q, %v, want %v", set, err, ErrUnavailable)
	}
}
