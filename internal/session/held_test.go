package session

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestItems checks that a value that was sealed for an item opens only for that item, and never as a cookie.
func TestItems(t *testing.T) {
	f := newFixture(t)
	sealed, err := f.SealItem(t.Context(), "key-1", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.OpenItem(t.Context(), "key-1", sealed); string(got) != "text" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"under another key": func() ([]byte, error) { return f.OpenItem(t.Context(), "key-2", sealed) },
		"cut off":           func() ([]byte, error) { return f.OpenItem(t.Context(), "key-1", sealed[:30]) },
		"empty":             func() ([]byte, error) { return f.OpenItem(t.Context(), "key-1", nil) },
		"at another host": func() ([]byte, error) {
			return f.another(t, func(o *Options) { o.Host = "other.example.com" }).OpenItem(t.Context(), "key-1", sealed)
		},
		"with another cookie": func() ([]byte, error) {
			return f.another(t, func(o *Options) { o.Cookie = "__Host-other" }).OpenItem(t.Context(), "key-1", sealed)
		},
		"as a cookie": func() ([]byte, error) {
			return f.open(t.Context(), sessionInfo, testCookie, base64.RawURLEncoding.EncodeToString(sealed))
		},
	} {
		if got, err := open(); !errors.Is(err, ErrForged) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	f.vault.rotate("the second secret, of more than 32 bytes")
	f.clock.Advance(keysFor)
	if _, err := f.OpenItem(t.Context(), "key-1", sealed); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}

func TestHandle(t *testing.T) {
	f := newFixture(t)
	set := f.SetHandle("handle")
	want := []string{
		"__Host-session=handle; Path=/; Secure; HttpOnly; SameSite=Strict",
		"__Host-session-2=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0",
	}
	if d := cmp.Diff(want, set); d != "" {
		t.Error(d)
	}
	header := browser("", set...)
	for _, tt := range []struct {
		headers []string
		value   string
		err     error
	}{
		{[]string{header}, "handle", nil},
		{[]string{"a=b; " + header + "; c=d"}, "handle", nil},
		{nil, "", ErrNoSession},
		{[]string{"a=b"}, "", ErrNoSession},
		{[]string{header, "a=b"}, "", ErrForged},
		{[]string{header + "; " + header}, "", ErrForged},
	} {
		if got, err := f.Handle(tt.headers...); got != tt.value || !errors.Is(err, tt.err) {
			t.Errorf("%q: got %q, %v, want %q, %v", tt.headers, got, err, tt.value, tt.err)
		}
	}
}
