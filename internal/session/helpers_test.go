package session

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/testclock"
)

const (
	testHost   = "shop.example.com"
	testCookie = "__Host-session"
)

// t0 is the start of the tests' clocks.
var t0 = time.Unix(1_700_000_000, 0)

// vault is a secret with versions, as in Secrets Manager.
type vault struct {
	mu                sync.Mutex
	current, previous string
	err               error
	fetches           int // of the current version
}

func newVault() *vault { return &vault{current: "the first secret, of more than 32 bytes"} }

func (v *vault) fetch(_ context.Context, stage string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if stage == "AWSCURRENT" {
		v.fetches++
	}
	switch {
	case v.err != nil:
		return nil, v.err
	case stage == "AWSCURRENT":
		return []byte(v.current), nil
	case stage == "AWSPREVIOUS" && v.previous != "":
		return []byte(v.previous), nil
	}
	return nil, ErrNoVersion
}

func (v *vault) rotate(secret string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.current, v.previous = secret, v.current
}

func (v *vault) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
}

func (v *vault) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fetches
}

var errDown = errors.New("the vault is down")

// fixture is a store with its clock and its secret.
type fixture struct {
	*Store
	clock *testclock.Clock
	vault *vault
}

func newFixture(t testing.TB, changes ...func(*Options)) *fixture {
	t.Helper()
	f := &fixture{clock: testclock.New(t0), vault: newVault()}
	o := Options{Host: testHost, Keys: NewKeys(f.vault.fetch, f.clock.Now), Now: f.clock.Now}
	for _, change := range changes {
		change(&o)
	}
	var err error
	if f.Store, err = New(o); err != nil {
		t.Fatal(err)
	}
	return f
}

// another returns a store for the same secret, as in another function.
func (f *fixture) another(t testing.TB, changes ...func(*Options)) *Store {
	t.Helper()
	o := Options{Host: testHost, Keys: NewKeys(f.vault.fetch, f.clock.Now), Now: f.clock.Now}
	for _, change := range changes {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func goodSession() *Session {
	return &Session{
		Token: "header.payload.signature", Refresh: "a refresh token", Subject: "user-1", Name: "Ada Lovelace",
		Email: "ada@example.com", Started: t0, Active: t0, Got: t0, Expires: t0.Add(5 * time.Minute),
	}
}

func (f *fixture) sealed(t testing.TB, x *Session) string {
	t.Helper()
	set, err := f.Seal(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return browser("", set...)
}

// browser returns the Cookie header that a browser sends after it received Set-Cookie headers, given its header before.
func browser(before string, setCookies ...string) string {
	var names []string
	values := map[string]string{}
	put := func(name, value string) {
		if _, known := values[name]; !known {
			names = append(names, name)
		}
		values[name] = value
	}
	if before != "" {
		for pair := range strings.SplitSeq(before, "; ") {
			name, value, _ := strings.Cut(pair, "=")
			put(name, value)
		}
	}
	gone := map[string]bool{}
	for _, set := range setCookies {
		pair, attributes, _ := strings.Cut(set, "; ")
		name, value, _ := strings.Cut(pair, "=")
		put(name, value)
		gone[name] = strings.Contains(attributes, "Max-Age=0")
	}
	var out []string
	for _, name := range names {
		if !gone[name] {
			out = append(out, name+"="+values[name])
		}
	}
	return strings.Join(out, "; ")
}

// value returns the value of a cookie in a Cookie header.
func value(header, name string) string {
	v, _, _ := cookie(header, name)
	return v
}
