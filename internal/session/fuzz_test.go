package session

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sameSalts makes every process that fuzzes seal to the same bytes.
func sameSalts(o *Options) { o.Random = rand.NewChaCha8([32]byte{}) }

// FuzzOpen checks that a Cookie header opens if its cookie has the sealed value, and otherwise does not.
func FuzzOpen(f *testing.F) {
	fix := newFixture(f, sameSalts)
	long := goodSession()
	long.Token = strings.Repeat("a long token ", 350)
	issued := []string{fix.sealed(f, goodSession()), fix.sealed(f, long)}
	for _, header := range issued {
		f.Add(header)
		f.Add("a=b; " + header + "; c")
		f.Add(header + "; " + header)
		f.Add(header + "; " + testCookie + "-2=AAAA")
		f.Add(strings.ReplaceAll(header, "; ", ";"))
		f.Add(header[:len(header)/2])
	}
	for _, header := range []string{
		"", ";", "=", "; ; =;", testCookie, testCookie + "=", testCookie + "-2=", "\x00", "\"a=b\"",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		x, err := fix.Open(t.Context(), header)
		if err != nil {
			if x != nil || !errors.Is(err, ErrNoSession) && !errors.Is(err, ErrForged) {
				t.Fatalf("%v, %v", x, err)
			}
			return
		}
		one, two := value(header, testCookie), value(header, testCookie+"-2")
		if !slices.ContainsFunc(issued, func(h string) bool {
			return value(h, testCookie) == one && value(h, testCookie+"-2") == two
		}) {
			t.Fatalf("%q opens, and was not sealed", header)
		}
	})
}

// FuzzValue checks that a sealed value opens for the name that it was sealed for, and that no other text does.
func FuzzValue(f *testing.F) {
	fix := newFixture(f, sameSalts)
	sealed, err := fix.seal(f.Context(), sessionInfo, testCookie, []byte("text"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		sealed, "", "A", "AQ", sealed + "A", sealed[:28], strings.Repeat("A", 60), sealed + "\n", sealed + "=",
	} {
		f.Add(s, testCookie)
		f.Add(s, "__Host-other")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		got, err := fix.open(t.Context(), sessionInfo, name, text)
		if (err == nil) != (text == sealed && name == testCookie) || err == nil && string(got) != "text" {
			t.Fatalf("%q for %q: %q, %v", text, name, got, err)
		}
	})
}

// FuzzDecode checks that what decodes as a session or an attempt encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	claims := goodSession()
	claims.Token, claims.Claims = "", []byte("{}")
	for _, x := range []*Session{goodSession(), claims} {
		b, err := Encode(x)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(append(b, 0))
		f.Add(b[:len(b)-1])
		f.Add(append([]byte{'x'}, b[1:]...))
	}
	f.Add([]byte(nil))
	f.Add(bytes.Repeat([]byte{0xff}, 60))
	f.Add(append([]byte{anAttempt}, bytes.Repeat([]byte{0, 1}, 40)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		decodeAttempt(b)
		x, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Encode(x)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q decodes to %+v, which encodes to %q, %v", b, x, again, err)
		}
	})
}

// FuzzEncode checks that a sealed session opens unchanged.
func FuzzEncode(f *testing.F) {
	f.Add("token", "refresh", "sub", "name", "email", false, uint32(1))
	f.Add("{}", "", "", "", "", true, uint32(1<<31))
	f.Add("\x00\xff", "\n", ";", ",", "=", false, uint32(1_700_000_000))
	fix := newFixture(f, sameSalts)
	f.Fuzz(func(t *testing.T, main, refresh, subject, name, email string, isClaims bool, expires uint32) {
		x := &Session{
			Refresh: refresh, Subject: subject, Name: name, Email: email, Started: t0, Active: t0, Got: t0,
			Expires: time.Unix(int64(expires), 0),
		}
		if isClaims {
			x.Claims = []byte(main)
		} else {
			x.Token = main
		}
		set, err := fix.Seal(t.Context(), x)
		if err != nil {
			if main != "" && expires > 0 && !errors.Is(err, ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		got, err := fix.Open(t.Context(), browser("", set...))
		if diff := cmp.Diff(x, got); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
	})
}

// FuzzAttempts checks that no Cookie header and no state opens an attempt that was not sealed, or keeps more than three
// attempts.
func FuzzAttempts(f *testing.F) {
	fix := newFixture(f, sameSalts)
	issued := browser("", must(fix.SealAttempt(f.Context(), goodAttempt()))...)
	for _, header := range []string{
		"", issued, issued + "; " + issued, issued + "AAAA", attemptPrefix + "0123456789abcdef=", "a=b",
	} {
		f.Add(header, "a state")
		f.Add(header, "")
	}
	f.Fuzz(func(t *testing.T, header, state string) {
		if a, err := fix.OpenAttempt(t.Context(), state, header); err == nil {
			if name := attemptCookie(state); value(header, name) != value(issued, name) || !cmp.Equal(a, goodAttempt()) {
				t.Fatalf("%q opens for %q: %+v", header, state, a)
			}
		}
		a := goodAttempt()
		a.State = "another state"
		set, err := fix.SealAttempt(t.Context(), a, header)
		if err != nil {
			t.Fatal(err)
		}
		left := map[string]bool{}
		for name := range pairs(header) {
			if isAttemptCookie(name) {
				left[name] = true
			}
		}
		for _, s := range set {
			name, _, _ := strings.Cut(s, "=")
			if left[name] = true; strings.HasSuffix(s, "Max-Age=0") {
				delete(left, name)
			}
		}
		if len(left) > alive {
			t.Fatalf("%d attempts stay", len(left))
		}
	})
}

func FuzzCheckReturn(f *testing.F) {
	for _, s := range []string{
		"/", "/a?b#c", "//a", `/\a`, "/%2e%2e/a", "/.%2E/a", "/%09/a", "/a/../..//b", "/;@b",
		"/:80", "/?//a", "/#//a", "/a%2fb",
	} {
		f.Add(s)
	}
	f.Fuzz(staysBelow)
}

// FuzzParseSite checks that only the four values of the specification are a known site, and that a list is an error.
func FuzzParseSite(f *testing.F) {
	for _, s := range []string{
		"same-origin", "same-site", "cross-site", "none", "", ",", "same-origin,", "SAME-ORIGIN", "\x00",
	} {
		f.Add(s)
	}
	known := map[string]Site{"same-origin": SameOrigin, "same-site": SameSite, "cross-site": CrossSite, "none": None}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseSite([]string{s})
		if got != known[s] || (err != nil) != (s == "" || strings.Contains(s, ",")) {
			t.Fatalf("%q: %v, %v", s, got, err)
		}
	})
}
