package authz

import (
	"context"
	"strings"
	"testing"
)

const customerKey = "customer-4711-0000-0000"

// The usage key is the claim's value, if an API key can have that value. Otherwise, the answer has no usage key.
func TestUsageKey(t *testing.T) {
	keyed := func(s *setup) { s.config.UsageKeyClaim = "key" }
	nested := func(s *setup) { s.config.UsageKeyClaim = "plan.key" }
	long := strings.Repeat("k", maxUsageKey)
	for _, c := range []struct {
		name   string
		setup  func(*setup)
		claims object
		want   string
	}{
		{"a key", keyed, object{"key": customerKey}, customerKey},
		{"a nested claim", nested, object{"plan": object{"key": customerKey}}, customerKey},
		{"the shortest", keyed, object{"key": long[:minUsageKey]}, long[:minUsageKey]},
		{"the longest", keyed, object{"key": long}, long},
		{"no claim", keyed, object{}, ""},
		{"the claim's name in another case", keyed, object{"Key": customerKey}, ""},
		{"null", keyed, object{"key": nil}, ""},
		{"a number", keyed, object{"key": 12345678901234567890.0}, ""},
		{"a list", keyed, object{"key": []string{customerKey}}, ""},
		{"empty", keyed, object{"key": ""}, ""},
		{"too short", keyed, object{"key": long[:minUsageKey-1]}, ""},
		{"too long", keyed, object{"key": long + "k"}, ""},
		{"a space", keyed, object{"key": "customer 4711 0000 0000"}, ""},
		{"a line break", keyed, object{"key": customerKey + "\n"}, ""},
		{"a quote", keyed, object{"key": customerKey + `","x":"`}, ""},
		{"letters beyond ASCII", keyed, object{"key": "customer-4711-0000-éééé"}, ""},
		{"not configured", func(*setup) {}, object{"key": customerKey, "usageIdentifierKey": customerKey}, ""},
	} {
		for _, perRequest := range []bool{false, true} {
			f := newFixture(t, c.setup, func(s *setup) { s.config.PerRequest = perRequest })
			answer, err := f.invoke(get(token(c.claims)))
			if err != nil {
				t.Errorf("%s, per request %v: got %v, want an answer", c.name, perRequest, err)
				continue
			}
			if got := readAnswer(t, answer).usageKey; got != c.want {
				t.Errorf("%s, per request %v: got %q, want %q", c.name, perRequest, got, c.want)
			}
			if log := f.log.String(); c.want != "" && strings.Contains(log, c.want) {
				t.Errorf("%s: the log contains the key: %s", c.name, log)
			}
		}
	}
}

// A hook cannot change the usage key. Requests of callers that it denies also count.
func TestUsageKeyWithHook(t *testing.T) {
	for name, hook := range map[string]Hook{
		"adds": func(_ context.Context, c *Caller) error {
			c.Context["key"], c.Context["usageIdentifierKey"] = "another-customer-0000", "another-customer-0000"
			return nil
		},
		"denies": func(context.Context, *Caller) error { return ErrDenied },
	} {
		f := newFixture(t, withHook(hook), func(s *setup) { s.config.UsageKeyClaim = "key" })
		answer, err := f.invoke(get(token(object{"key": customerKey})))
		if err != nil {
			t.Fatal(err)
		}
		if got := readAnswer(t, answer).usageKey; got != customerKey {
			t.Errorf("%s: got %q, want %q", name, got, customerKey)
		}
	}
}

// The usage key may also be a claim of a session, or of the introspection answer about an opaque token.
func TestUsageKeyOfOtherCallers(t *testing.T) {
	want := func(t *testing.T, f *fixture, event []byte) {
		t.Helper()
		answer, err := f.invoke(event)
		if err != nil {
			t.Fatal(err)
		}
		if got := readAnswer(t, answer).usageKey; got != customerKey {
			t.Errorf("got %q, want %q", got, customerKey)
		}
	}
	keyed := func(s *setup) { s.config.UsageKeyClaim = "key" }
	t.Run("a session", func(t *testing.T) {
		f := newSessions(t, keyed)
		want(t, f.fixture, browses("GET", "/orders", f.sealed(t, f.store, f.opened(token(object{"key": customerKey})))))
	})
	t.Run("a session of claims", func(t *testing.T) {
		f := newSessions(t, keyed)
		x := f.opened("")
		x.Claims = []byte(object{"iss": testIssuer, "sub": "alice", "key": customerKey}.String())
		want(t, f.fixture, browses("GET", "/orders", f.sealed(t, f.store, x)))
	})
	t.Run("an opaque token", func(t *testing.T) {
		a, f := newAsked(t, keyed)
		a.know("opaque", goodAnswer().With(object{"key": customerKey}))
		want(t, f, get("opaque"))
	})
}
