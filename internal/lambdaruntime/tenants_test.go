package lambdaruntime

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
)

// isolated is the spec of a function with tenant isolation, which answers with the tenants that its process has served.
func isolated() Spec {
	s := fault("tenant")
	s.PerTenant = true
	return s
}

// invokeFor invokes the function of isolated for a tenant.
func invokeFor(t *testing.T, p *Pool, tenant string) string {
	t.Helper()
	r, err := p.Invoke(t.Context(), "tenant", []byte("{}"), InvokeOptions{Tenant: tenant})
	if err != nil || r.Error != nil {
		t.Fatal(err, r.Error)
	}
	return string(r.Payload)
}

// TestTenantsShareNoProcess checks that a process serves only one tenant, and serves it again.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
func TestTenantsShareNoProcess(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, isolated())
	for _, c := range []struct{ tenant, want string }{
		{"acme", `["acme"]`},
		{"globex", `["globex"]`},
		{"acme", `["acme","acme"]`},
		{"globex", `["globex","globex"]`},
		{"Acme", `["Acme"]`},
		{"acme corporation", `["acme corporation"]`},
		{"acme", `["acme","acme","acme"]`},
	} {
		if got := invokeFor(t, p, c.tenant); got != c.want {
			t.Errorf("the process of %s has served %s, want %s", c.tenant, got, c.want)
		}
	}
}

// TestRefusedTenants has invocations that Lambda refuses.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html
func TestRefusedTenants(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, isolated(), fault("pid"))
	for _, c := range []struct{ name, function, tenant, want string }{
		{"no tenant", "tenant", "", `function "tenant" has tenant isolation, and got no tenant ID`},
		{"a tenant for another function", "pid", "acme", `function "pid" has no tenant isolation, and got a tenant ID`},
		{"a text that is not one", "tenant", "a,b", `function "tenant" got the tenant ID "a,b": it has ","`},
		{"a second header", "tenant", "a\r\nX: y", "want letters, digits"},
		{"a long one", "tenant", strings.Repeat("a", 257), "it has 257 characters: want 1 to 256"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := p.Invoke(t.Context(), c.function, []byte("{}"), InvokeOptions{Tenant: c.tenant})
			if !errors.Is(err, ErrTenant) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestTheLeastRecentlyUsedTenantEnds: its next invocation starts a process again.
func TestTheLeastRecentlyUsedTenantEnds(t *testing.T) {
	p := newPool(t, Options{MaxTenants: 2})
	add(t, p, isolated())
	for _, c := range []struct{ tenant, want string }{
		{"a", `["a"]`},
		{"b", `["b"]`},
		{"a", `["a","a"]`},
		{"c", `["c"]`}, // ends b
		{"a", `["a","a","a"]`},
		{"b", `["b"]`}, // ends c
		{"c", `["c"]`}, // ends a
		{"a", `["a"]`},
	} {
		if got := invokeFor(t, p, c.tenant); got != c.want {
			t.Errorf("the process of %s has served %s, want %s", c.tenant, got, c.want)
		}
	}
	f := (*p.functions.Load())["tenant"]
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.tenants) != 2 || len(f.used) != 2 || len(f.processes) != 0 {
		t.Errorf("%d tenants, %v used, %d processes of no tenant", len(f.tenants), f.used, len(f.processes))
	}
}

// TestManyTenantsAtOnce checks that the process of a tenant with invocations is not ended, even if there are more
// processes than the limit.
func TestManyTenantsAtOnce(t *testing.T) {
	p := newPool(t, Options{MaxTenants: 1})
	add(t, p, isolated())
	var all sync.WaitGroup
	for range 3 {
		for _, tenant := range []string{"a", "b", "c"} {
			all.Go(func() {
				r, err := p.Invoke(t.Context(), "tenant", []byte("{}"), InvokeOptions{Tenant: tenant})
				others := strings.NewReplacer(`"`+tenant+`"`, "", ",", "", "[", "", "]", "")
				if err != nil || r.Error != nil || others.Replace(string(r.Payload)) != "" {
					t.Errorf("for %s: got %s, %v, %v", tenant, r.Payload, r.Error, err)
				}
			})
		}
	}
	all.Wait()
}

// TestANewVersionIsForAllTenants checks that a new version starts new processes for each tenant, also without
// isolation.
func TestANewVersionIsForAllTenants(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, isolated())
	invokeFor(t, p, "acme")
	next := isolated()
	next.Env = map[string]string{"VERSION": "2"}
	add(t, p, next)
	if got := invokeFor(t, p, "acme"); got != `["acme"]` {
		t.Errorf("the new version's process has served %s", got)
	}
	next.PerTenant = false
	add(t, p, next)
	if got := answered(t, p, "tenant", "{}"); got != `[""]` {
		t.Errorf("without tenant isolation, the process has served %s", got)
	}
	if _, err := p.Invoke(t.Context(), "tenant", nil, InvokeOptions{Tenant: "acme"}); !errors.Is(err, ErrTenant) {
		t.Errorf("got %v, want ErrTenant", err)
	}
}

// TestTenantsEndWithTheFunction: removing it, or closing the pool, ends the processes of all tenants.
func TestTenantsEndWithTheFunction(t *testing.T) {
	p := New(Options{})
	defer p.Close()
	add(t, p, isolated())
	invokeFor(t, p, "acme")
	if err := p.Remove("tenant"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Invoke(t.Context(), "tenant", nil, InvokeOptions{Tenant: "acme"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("after Remove: got %v", err)
	}
	add(t, p, isolated())
	invokeFor(t, p, "acme")
	p.Close() // returns when all processes are gone
	if _, err := p.Invoke(context.Background(), "tenant", nil, InvokeOptions{Tenant: "acme"}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
}
