package session

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	claims := goodSession()
	claims.Token, claims.Claims, claims.Refresh = "", []byte(`{"iss":"https://id.example.com","sub":"user-1"}`), ""
	long := goodSession()
	long.Token = strings.Repeat("a long token ", 350)
	bare := &Session{Token: "t", Started: t0, Active: t0, Got: t0, Expires: t0}
	for name, x := range map[string]*Session{"token": goodSession(), "claims": claims, "two cookies": long, "bare": bare} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for _, header := range []string{
				f.sealed(t, x),
				"a=1;\t" + f.sealed(t, x) + " ;b",
				"session=1; __host-session=2; " + f.sealed(t, x) + "; __Host-session-3=4; =",
			} {
				got, err := f.another(t).Open(t.Context(), header)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(x, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestSetCookies(t *testing.T) {
	f := newFixture(t)
	set, err := f.Seal(t.Context(), goodSession())
	if err != nil {
		t.Fatal(err)
	}
	const attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict"
	if len(set) != 2 || !strings.HasPrefix(set[0], "__Host-session=A") || !strings.HasSuffix(set[0], attributes) ||
		set[1] != "__Host-session-2="+attributes+"; Max-Age=0" {
		t.Errorf("%q", set)
	}
	for _, text := range []string{"header.payload", "refresh token", "user-1", "Ada", "example.com"} {
		if strings.Contains(strings.Join(set, ""), text) {
			t.Errorf("%q has %q", set, text)
		}
	}
	want := []string{"__Host-session=" + attributes + "; Max-Age=0", "__Host-session-2=" + attributes + "; Max-Age=0"}
	if diff := cmp.Diff(want, f.Clear()); diff != "" {
		t.Error(diff)
	}
	if again, _ := f.Seal(t.Context(), goodSession()); again[0] == set[0] {
		t.Error("the same session is sealed to the same bytes")
	}
	if got := browser(browser("", set...), f.Clear()...); got != "" {
		t.Errorf("after Clear the browser sends %q", got)
	}
}

// TestForgeries checks that each is refused by a store that opens the original. Quotes that browsers do not treat as
// quotes are not treated as such.
func TestForgeries(t *testing.T) {
	f := newFixture(t)
	good := f.sealed(t, goodSession())
	long := goodSession()
	long.Token = strings.Repeat("a long token ", 350)
	first, second := f.sealed(t, long), f.sealed(t, long)
	one, two := value(first, testCookie), value(first, testCookie+"-2")
	otherOne, otherTwo := value(second, testCookie), value(second, testCookie+"-2")
	chunks := func(a, b string) string { return testCookie + "=" + a + "; " + testCookie + "-2=" + b }
	attempt, err := f.SealAttempt(t.Context(), goodAttempt())
	if err != nil {
		t.Fatal(err)
	}
	attemptValue := value(browser("", attempt[0]), attemptCookie(goodAttempt().State))
	otherName := f.another(t, func(o *Options) { o.Cookie = "__Host-other" })
	otherHost := f.another(t, func(o *Options) { o.Host = "www.example.com" })
	otherKey := newFixture(t)
	otherKey.vault.rotate("quite another secret of 32 bytes or more")
	sealedBy := func(s *Store) string {
		set, err := s.Seal(t.Context(), goodSession())
		if err != nil {
			t.Fatal(err)
		}
		return testCookie + "=" + value(browser("", set...), s.cookie)
	}
	sealed := value(good, testCookie)
	for _, c := range []struct {
		name    string
		headers []string
		want    error
	}{
		{"no Cookie header", nil, ErrNoSession},
		{"no cookies", []string{""}, ErrNoSession},
		{"other cookies alone", []string{"a=b; session=" + sealed}, ErrNoSession},
		{"the name in another case", []string{"__host-Session=" + sealed}, ErrNoSession},
		{"a name that other parsers trim: a no-break space", []string{"\u00a0" + good}, ErrNoSession},
		{"a name that other parsers trim: a byte of Latin-1", []string{"\x85" + good}, ErrNoSession},
		{"a name that other parsers trim: a form feed", []string{"\f" + good}, ErrNoSession},
		{"in the syntax of RFC 2109", []string{"$Version=1," + good}, ErrNoSession},
		{"within the value of another cookie", []string{`a="b; ` + good + `; "`}, nil},
		{"within the name of another cookie", []string{"a=b,c " + good}, ErrNoSession},
		{"an equals sign in front, as of a cookie without a name", []string{"=" + good}, ErrNoSession},
		{"an empty value", []string{testCookie + "="}, ErrForged},
		{"no value", []string{testCookie}, ErrForged},
		{"not base64", []string{testCookie + "=????"}, ErrForged},
		{"padding", []string{good + "="}, ErrForged},
		{"base64 of another alphabet", []string{testCookie + "=" +
			strings.NewReplacer("-", "+", "_", "/").Replace(sealed) + "+"},
			ErrForged},
		{"a line break within", []string{testCookie + "=" + sealed[:20] + "\n" + sealed[20:]}, ErrForged},
		{"in quotes", []string{testCookie + `="` + sealed + `"`}, ErrForged},
		{"too short", []string{testCookie + "=" + sealed[:30]}, ErrForged},
		{"cut off", []string{good[:len(good)-1]}, ErrForged},
		{"another byte", []string{good + "A"}, ErrForged},
		{"another character", []string{good + "!"}, ErrForged},
		{"a carriage return in front", []string{testCookie + "=\r" + sealed}, ErrForged},
		{"a line feed behind", []string{good + "\n"}, ErrForged},
		{"a text that is not a session", []string{testCookie + "=" +
			must(f.seal(t.Context(), sessionInfo, testCookie, []byte("text")))}, ErrForged},
		{"the Cookie header twice", []string{good, good}, ErrForged},
		{"the Cookie header twice, once without it", []string{good, "a=b"}, ErrForged},
		{"the cookie twice", []string{good + "; " + good}, ErrForged},
		{"the cookie twice, once empty", []string{good + "; " + testCookie + "="}, ErrForged},
		{"the second cookie twice", []string{first + "; " + testCookie + "-2=" + two}, ErrForged},
		{"the first cookie of two alone", []string{testCookie + "=" + one}, ErrForged},
		{"the second cookie of two alone", []string{testCookie + "-2=" + two}, ErrForged},
		{"an empty second cookie", []string{good + "; " + testCookie + "-2="}, ErrForged},
		{"a second cookie after one that is not full", []string{good + "; " + testCookie + "-2=" + two}, ErrForged},
		{"one cookie cut in two", []string{chunks(sealed[:60], sealed[60:])}, ErrForged},
		{"both cookies in one", []string{testCookie + "=" + one + two}, ErrForged},
		{"the two cookies swapped", []string{chunks(two, one)}, ErrForged},
		{"the second cookie of another generation", []string{chunks(one, otherTwo)}, ErrForged},
		{"the first cookie of another generation", []string{chunks(otherOne, two)}, ErrForged},
		{"another cookie's name", []string{sealedBy(otherName)}, ErrForged},
		{"another host", []string{sealedBy(otherHost)}, ErrForged},
		{"another secret", []string{sealedBy(otherKey.Store)}, ErrForged},
		{"an attempt's cookie", []string{testCookie + "=" + attemptValue}, ErrForged},
		{"another version", []string{testCookie + "=B" + sealed[1:]}, ErrForged},
		{"more than two cookies hold", []string{testCookie + "=" + strings.Repeat("A", 9000)}, ErrForged},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := f.Open(t.Context(), c.headers...)
			if !errors.Is(err, c.want) || (x != nil) != (c.want == nil) {
				t.Errorf("got %v, %v, want %v", x, err, c.want)
			}
		})
	}
	if _, err := f.Open(t.Context(), good); err != nil {
		t.Error(err)
	}
	if _, err := f.Open(t.Context(), testCookie+"-2="+two+"; "+testCookie+"="+one); err != nil {
		t.Errorf("the order of cookies counts: %v", err)
	}
}

func TestEveryTamperedByteIsRefused(t *testing.T) {
	f := newFixture(t)
	sealed := value(f.sealed(t, goodSession()), testCookie)
	for i := range len(sealed) {
		for _, c := range []byte{'A', 'Q', '_', sealed[i] ^ 1, ' ', 0, 0xff} {
			b := []byte(sealed)
			if b[i] == c {
				continue
			}
			b[i] = c
			if _, err := f.Open(t.Context(), testCookie+"="+string(b)); !errors.Is(err, ErrForged) {
				t.Fatalf("byte %d as %q: %v", i, c, err)
			}
		}
	}
}

func TestEnds(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		name           string
		passed, active time.Duration // the second since t0 at the last renewal
		want           error
	}{
		{"at once", 0, 0, nil},
		{"a second before the idle time-out", hour - time.Second, 0, nil},
		{"at the idle time-out", hour, 0, ErrEnded},
		{"renewed", hour, hour - 1*time.Second, nil},
		{"a second before the longest age", 12*hour - time.Second, 12*hour - time.Second, nil},
		{"at the longest age", 12 * hour, 12*hour - time.Second, ErrEnded},
		{"renewed after the longest age", 12*hour + time.Minute, 12*hour + time.Minute, ErrEnded},
		{"the clock put back by what clocks differ", -time.Minute, 0, nil},
		{"the clock put back further", -time.Minute - time.Second, 0, ErrEnded},
		{"renewed by a clock that was put back since", 0, 2 * time.Minute, ErrEnded},
		{"the clock put back by years", -10_000 * hour, 0, ErrEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			x := goodSession()
			x.Active = t0.Add(c.active)
			header := f.sealed(t, x)
			f.clock.Advance(c.passed)
			if _, err := f.Open(t.Context(), header); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	f := newFixture(t)
	for started, want := range map[time.Duration]error{
		Skew: nil, Skew + time.Second: ErrEnded, 11*hour + time.Minute: ErrEnded,
	} {
		x := goodSession()
		x.Started = t0.Add(started)
		if _, err := f.Open(t.Context(), f.sealed(t, x)); !errors.Is(err, want) {
			t.Errorf("begun %v from now: got %v, want %v", started, err, want)
		}
	}
	x := goodSession()
	idle, longest := f.Ends(x)
	if !idle.Equal(t0.Add(hour)) || !longest.Equal(t0.Add(12*hour)) {
		t.Errorf("ends at %v and %v", idle, longest)
	}
	x.Active = t0.Add(11*hour + 30*time.Minute)
	if idle, _ := f.Ends(x); !idle.Equal(longest) {
		t.Errorf("idle until %v, after the longest age", idle)
	}
}

// TestSizes checks to the byte whether a session fits into one cookie, two, or none.
func TestSizes(t *testing.T) {
	f := newFixture(t)
	length := func(n int) *Session {
		x := goodSession()
		x.Token = strings.Repeat("x", n)
		return x
	}
	header := func(n int) string { return browser("", must(f.Seal(t.Context(), length(n)))...) }
	one, two := 0, 0
	for n := 1; ; n++ {
		set, err := f.Seal(t.Context(), length(n))
		if errors.Is(err, ErrTooLarge) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range set {
			pair, _, _ := strings.Cut(s, "; ")
			if len(pair)-1 > 4096 {
				t.Fatalf("a cookie of %d bytes", len(pair)-1)
			}
		}
		if two = n; strings.HasPrefix(set[1], testCookie+"-2=;") {
			one = n
		}
	}
	others := headerSize + tagSize + 1 + 4*8 + 5*2 +
		len("a refresh token") + len("user-1") + len("Ada Lovelace") + len("ada@example.com")
	if want := (4096-len(testCookie))*3/4 - others; one != want {
		t.Errorf("one cookie has room for a token of %d bytes, want %d", one, want)
	}
	if want := (2*4096-len(testCookie)-len(testCookie+"-2"))*3/4 - others; two != want {
		t.Errorf("two cookies have room for a token of %d bytes, want %d", two, want)
	}
	for _, n := range []int{one - 1, one, one + 1, one + 2, two} {
		if x, err := f.Open(t.Context(), header(n)); err != nil || len(x.Token) != n {
			t.Errorf("a token of %d bytes: %v", n, err)
		}
	}
	if _, err := f.Seal(t.Context(), length(70_000)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	// A session that becomes smaller leaves no second cookie behind.
	before := header(two)
	after := browser(before, must(f.Seal(t.Context(), length(10)))...)
	if x, err := f.Open(t.Context(), after); err != nil || len(x.Token) != 10 {
		t.Errorf("after a larger session: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSealErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Session)
		want   string
	}{
		{"neither token nor claims", func(x *Session) { x.Token = "" }, "one of the two alone"},
		{"token and claims", func(x *Session) { x.Claims = []byte("{}") }, "one of the two alone"},
		{"no start", func(x *Session) { x.Started = time.Time{} }, "the time of Started"},
		{"no renewal", func(x *Session) { x.Active = time.Time{} }, "the time of Active"},
		{"no answer of the provider", func(x *Session) { x.Got = time.Time{} }, "the time of Got"},
		{"no expiry", func(x *Session) { x.Expires = time.Time{} }, "the time of Expires"},
		{"a time after the year 9999", func(x *Session) { x.Expires = time.Unix(maxTime+1, 0) }, "the time of Expires"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := goodSession()
			c.change(x)
			set, err := newFixture(t).Seal(t.Context(), x)
			if err == nil || set != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %q, %v, want %s", set, err, c.want)
			}
		})
	}
	f := newFixture(t, func(o *Options) { o.Random = strings.NewReader("too short") })
	if set, err := f.Seal(t.Context(), goodSession()); !errors.Is(err, io.ErrUnexpectedEOF) || set != nil {
		t.Errorf("without randomness: %q, %v", set, err)
	}
}

func TestShortestTimes(t *testing.T) {
	o := Options{Host: testHost, Keys: NewKeys(newVault().fetch, nil), IdleTimeout: time.Minute, MaxAge: time.Minute}
	if _, err := New(o); err != nil {
		t.Error(err)
	}
}

// TestDecodeCutOff checks that a truncated encoding, or one with additional bytes, is invalid.
func TestDecodeCutOff(t *testing.T) {
	x := goodSession()
	x.Refresh, x.Name, x.Email = "", "", ""
	b, err := Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(b); err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if x, err := Decode(b[:n]); err == nil {
			t.Errorf("the first %d of %d bytes: got %+v", n, len(b), x)
		}
	}
	if x, err := Decode(append(b, 0)); err == nil {
		t.Errorf("a further byte: got %+v", x)
	}
	noTime := bytes.Clone(b)
	clear(noTime[1:9])
	if x, err := Decode(noTime); err == nil {
		t.Errorf("no start: got %+v", x)
	}
	x.Token = "a"
	b, err = Encode(x)
	if err != nil {
		t.Fatal(err)
	}
	noToken := bytes.Replace(b, []byte("\x00\x01a"), []byte("\x00\x00"), 1)
	if x, err := Decode(noToken); err == nil || len(noToken) != len(b)-1 {
		t.Errorf("no token: got %+v", x)
	}
}

func TestJoin(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no header", "", ""},
		{"one", "a=b", "a=b"},
		{"two", "a=b|c=d", "a=b; c=d"},
		{"three", "a=b|c=d; e=f|g", "a=b; c=d; e=f; g"},
	} {
		if got := strings.Join(Join(strings.Split(c.in, "|")), "|"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := Join(nil); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestOptionsThatAreRefused(t *testing.T) {
	keys := NewKeys(newVault().fetch, nil)
	for _, c := range []struct {
		name, want string
		change     func(*Options)
	}{
		{"no prefix", `cookie "session"`, func(o *Options) { o.Cookie = "session" }},
		{"prefix in another case", `cookie "__host-a"`, func(o *Options) { o.Cookie = "__host-a" }},
		{"a space", `cookie "__Host-a b"`, func(o *Options) { o.Cookie = "__Host-a b" }},
		{"a semicolon", `cookie "__Host-a;b"`, func(o *Options) { o.Cookie = "__Host-a;b" }},
		{"too long", "up to 128", func(o *Options) { o.Cookie = "__Host-" + strings.Repeat("a", 122) }},
		{"an attempt's name", "attempts to log in", func(o *Options) { o.Cookie = "__Host-login-x" }},
		{"no host", `host ""`, func(o *Options) { o.Host = "" }},
		{"an origin", `host "https://a.example.com"`, func(o *Options) { o.Host = "https://a.example.com" }},
		{"a line break", `host "a\nb"`, func(o *Options) { o.Host = "a\nb" }},
		{"any host", `host "*"`, func(o *Options) { o.Host = "*" }},
		{"a short idle time-out", "idle time-out is 59s", func(o *Options) { o.IdleTimeout = 59 * time.Second }},
		{"an idle time-out below zero", "idle time-out is -1h", func(o *Options) { o.IdleTimeout = -time.Hour }},
		{"an age below the idle time-out", "longest age 30m", func(o *Options) { o.MaxAge = 30 * time.Minute }},
		{"no keys", "no keys", func(o *Options) { o.Keys = nil }},
	} {
		o := Options{Host: testHost, Keys: keys}
		c.change(&o)
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
