package authz

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

func withHook(h Hook) func(*setup) { return func(s *setup) { s.options.Hook = h } }

func TestHook(t *testing.T) {
	fails := errors.New("the table of members is away")
	put := func(name, value string) Hook {
		return func(_ context.Context, c *Caller) error {
			c.Context[name] = value
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		hook  Hook
		event []byte
		want  string
		log   string // what the decision's line holds
	}{
		{"does nothing", func(context.Context, *Caller) error { return nil }, get(token(nil)), allow, `"hookMs":`},
		{"adds a scope", func(_ context.Context, c *Caller) error {
			c.Scopes = append(c.Scopes, "orders:write")
			return nil
		}, on("POST", "/orders", token(nil)), allow, `"outcome":"allowed"`},
		{"adds a group and a scope", func(_ context.Context, c *Caller) error {
			c.Scopes, c.Groups = append(c.Scopes, "orders:write"), append(c.Groups, "admins")
			return nil
		}, on("DELETE", "/orders/7", token(nil)), allow, `"outcome":"allowed"`},
		{"adds a role", func(_ context.Context, c *Caller) error {
			c.Roles = append(c.Roles, "auditor")
			return nil
		}, on("GET", "/reports", token(nil)), allow, `"outcome":"allowed"`},
		{"adds groups that no route requires", func(_ context.Context, c *Caller) error {
			c.Groups = append(c.Groups, "visitors", "\xff", "")
			return nil
		}, on("POST", "/orders", token(nil)), deny, `"reason":"rights","missing":"scope orders:write"`},
		{"removes the scope", func(_ context.Context, c *Caller) error {
			c.Scopes = nil
			return nil
		}, get(token(nil)), deny, `"reason":"rights"`},
		{
			"denies",
			func(context.Context, *Caller) error { return ErrDenied },
			get(token(nil)),
			deny,
			`"outcome":"denied","reason":"hook"`,
		},
		{
			"denies a route without requirements",
			func(context.Context, *Caller) error { return ErrDenied },
			on("GET", "/me", token(nil)),
			deny,
			`"reason":"hook"`,
		},
		{
			"denies with a reason",
			func(context.Context, *Caller) error { return fmt.Errorf("suspended: %w", ErrDenied) },
			get(token(nil)),
			deny,
			`"outcome":"denied","reason":"hook"`,
		},
		{
			"rejects the token",
			func(context.Context, *Caller) error { return fmt.Errorf("revoked: %w", ErrUnauthorized) },
			get(token(nil)),
			reject,
			`"outcome":"unauthorized","reason":"hook"`,
		},
		{
			"fails",
			func(context.Context, *Caller) error { return fails },
			get(token(nil)),
			fault,
			`"reason":"hook","error":"authz: the hook failed: the table of members is away"`,
		},
		{
			"panics",
			func(context.Context, *Caller) error { panic("Zx81-canary") },
			get(token(nil)),
			fault,
			`"reason":"hook","error":"authz: the hook failed: a value of type string, `,
		},
		{
			"panics in the runtime",
			func(_ context.Context, c *Caller) error { _ = c.Groups[7]; return nil },
			get(token(nil)),
			fault,
			`index out of range [7] with length 0, `,
		},
		{
			"ends its goroutine",
			func(context.Context, *Caller) error { runtime.Goexit(); return nil },
			get(token(nil)),
			fault,
			`it ended its goroutine`,
		},
		{
			"waits until its context ends",
			func(ctx context.Context, _ *Caller) error { <-ctx.Done(); return ctx.Err() },
			get(token(nil)),
			fault,
			`"reason":"hook_timeout"`,
		},
		{
			"ignores its context",
			func(context.Context, *Caller) error { time.Sleep(5 * time.Second); return nil },
			get(token(nil)),
			fault,
			`"reason":"hook_timeout"`,
		},
		{"a context value", put("tenant", "acme"), get(token(nil)), allow, `"outcome":"allowed"`},
		{"a context value whose name is taken", put("issuer", "x"), get(token(nil)), fault, `the name \"issuer\" is taken`},
		{
			"a context value with a name of API Gateway",
			put("principalId", "x"),
			get(token(nil)),
			fault,
			`the name \"principalId\" is taken`,
		},
		{"a context value with a claim's name", put("email", "x"), get(token(nil)), fault, `the name \"email\" is taken`},
		{"a context value without a name", put("", "x"), get(token(nil)), fault, `"reason":"hook"`},
		{"a context value that is not UTF-8", put("x", "\xff"), get(token(nil)), fault, `"reason":"hook"`},
		{
			"a context value that is too long",
			put("x", strings.Repeat("x", 2049)),
			get(token(nil)),
			fault,
			`has 2049 bytes, and may have 2048`,
		},
		{"too many context values", func(_ context.Context, c *Caller) error {
			for i := range 1000 {
				c.Context[fmt.Sprint("name-", i)] = "value"
			}
			return nil
		}, get(token(nil)), fault, `more than 4096 bytes`},
	} {
		inBubble(t, c.name, func(t *testing.T) {
			f := newFixture(t, withHook(c.hook), func(s *setup) {
				s.config.ContextClaims = []string{"email"}
				s.options.HookTimeout = 50 * time.Millisecond
			})
			if got := f.outcome(t, c.event); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if log := f.log.String(); !strings.Contains(log, c.log) || strings.Contains(log, "canary") {
				t.Errorf("got log %s, want %s in it, and not the panic's value", log, c.log)
			}
		})
	}
}

func TestHookReceivesCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen Caller
		claims := object{
			"groups":                  []string{"staff"},
			"roles":                   "auditor",
			"realm":                   object{"level": 3, "tags": []any{1, object{}}},
			"https://example.com/vip": true,
		}
		f := newFixture(t, withHook(func(ctx context.Context, c *Caller) error {
			seen = *c
			deadline, ok := ctx.Deadline()
			if left := time.Until(deadline); !ok || left != DefaultHookTimeout {
				t.Errorf("time until the deadline: got %v, want %v", left, DefaultHookTimeout)
			}
			for path, want := range map[string]string{
				"sub":                     "user-1",
				"realm.level":             "3",
				"https://example.com/vip": "true",
			} {
				if got, ok := c.Claim(path); !ok || got != want {
					t.Errorf("Claim(%q): got %q, %v, want %q", path, got, ok, want)
				}
			}
			for _, path := range []string{"realm", "groups", "missing", "", "realm.", "sub.x"} {
				if got, ok := c.Claim(path); ok {
					t.Errorf("Claim(%q): got %q, want no value", path, got)
				}
			}
			if got := string(c.ClaimJSON("realm.tags")); got != "[1,{}]" {
				t.Errorf("ClaimJSON(realm.tags): got %s, want [1,{}]", got)
			}
			if got := c.ClaimJSON("missing"); got != nil {
				t.Errorf("ClaimJSON(missing): got %s, want nil", got)
			}
			c.Principal, c.Issuer = "another principal", "another issuer"
			return nil
		}))
		answer, err := f.invoke(get(token(claims)))
		if err != nil {
			t.Fatal(err)
		}
		if a := readAnswer(t, answer); a.principal != "user-1" || a.context["issuer"] != testIssuer {
			t.Errorf("got %+v, want the token's principal and issuer, which a hook cannot change", a)
		}
		rights := fmt.Sprint(seen.Scopes, seen.Groups, seen.Roles)
		if seen.Issuer != testIssuer || seen.Principal != "user-1" || rights != "[orders:read] [staff] [auditor]" ||
			seen.Request != nil || seen.Expires != t0.Add(300*time.Second) || seen.Context == nil {
			t.Errorf("got the caller %+v, want user-1 of %s with the token's rights and expiry", seen, testIssuer)
		}
	})
}

func TestHookReceivesRequestPerRequest(t *testing.T) {
	var seen *Request
	f := newFixture(t, perRequest, withHook(func(_ context.Context, c *Caller) error {
		seen = c.Request
		return nil
	}))
	f.outcome(t, on("GET", "/orders/7%2F8", token(nil)))
	want := Request{Method: "GET", Path: "/orders/7%2F8", Route: "GET /orders/{id}"}
	if seen == nil || *seen != want {
		t.Errorf("got the request %+v, want %+v", seen, want)
	}
}

func TestHookIsNotCalledForRejectedTokens(t *testing.T) {
	f := newFixture(t, withHook(func(context.Context, *Caller) error { panic("asked") }))
	for _, event := range [][]byte{get(token(object{"exp": 1})), get(token(object{"sub": nil})), get("x.y.z"), nil} {
		f.outcome(t, event)
	}
	if log := f.log.String(); strings.Contains(log, "hook") {
		t.Errorf("got log %s, want no call of the hook", log)
	}
}

func TestHookIsCalledForEveryRequest(t *testing.T) {
	var asked atomic.Int64
	f := newFixture(t, withHook(func(context.Context, *Caller) error {
		if asked.Add(1) == 1 {
			return errors.New("not yet")
		}
		return nil
	}))
	event := get(token(nil))
	got := fmt.Sprint(f.outcome(t, event), " ", f.outcome(t, event), " ", f.outcome(t, event))
	if want := "500 allowed allowed"; got != want || asked.Load() != 3 {
		t.Errorf("got %s with %d calls, want %s with 3, because an error is not cached", got, asked.Load(), want)
	}
}

func TestTimedOutHookHasNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, over := make(chan struct{}), make(chan struct{})
		var calls atomic.Int64
		f := newFixture(
			t,
			func(s *setup) { s.options.HookTimeout = 20 * time.Millisecond },
			withHook(func(_ context.Context, c *Caller) error {
				if calls.Add(1) > 1 {
					return nil
				}
				<-release
				c.Scopes = append(c.Scopes, "orders:write")
				c.Context["tenant"] = "acme"
				close(over)
				return nil
			}),
		)
		event := on("POST", "/orders", token(nil))
		if got := f.outcome(t, event); got != fault {
			t.Errorf("when the hook times out: got %s, want %s", got, fault)
		}
		close(release)
		<-over
		if got := f.outcome(t, event); got != deny {
			t.Errorf("after the hook returned: got %s, want %s", got, deny)
		}
	})
}

func TestHookEndsBeforeTheFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, withHook(func(ctx context.Context, _ *Caller) error { <-ctx.Done(); return nil }))
		ctx, cancel := context.WithTimeout(context.Background(), answerMargin+50*time.Millisecond)
		defer cancel()
		answer, err := f.Invoke(ctx, get(token(nil)))
		got := outcomeOf(t, string(answer), err, authztest.ARN("GET", "/orders"))
		if got != allow && got != fault || ctx.Err() != nil {
			t.Errorf("got %s, function's context: %v, want an answer before the function's deadline", got, ctx.Err())
		}
	})
}

func TestHookContextHasPriorityOverClaims(t *testing.T) {
	hook := withHook(func(_ context.Context, c *Caller) error {
		c.Context["tenant"], c.Context["plan"] = "acme", strings.Repeat("p", 2048)
		return nil
	})
	f := newFixture(t, hook, func(s *setup) { s.config.ContextClaims = []string{"a", "b", "c", "d", "e"} })
	long := strings.Repeat("x", 1300)
	answer, err := f.invoke(get(token(object{"a": long, "b": long, "c": long, "d": long})))
	if err != nil {
		t.Fatal(err)
	}
	if c := readAnswer(t, answer).context; c["tenant"] != "acme" || len(c["plan"]) != 2048 || len(c["a"]) != 1300 {
		t.Errorf("got context %v, want tenant, plan and the claim a", c)
	}
}

func TestNegativeHookTimeout(t *testing.T) {
	if _, err := tryFixture(func(s *setup) { s.options.HookTimeout = -1 }); !errors.Is(err, ErrConfig) {
		t.Errorf("got %v, want ErrConfig", err)
	}
}
