package policycompiler

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// TestMaxSize checks that no policy is larger than the result, and that some policy is as large if the result is exact.
func TestMaxSize(t *testing.T) {
	r := newRand(31)
	for range 200 {
		table := randomTable(r, 14)
		c := compilerOf(t, table)
		said, exact := c.maxSize(len(prefix))
		if !exact {
			t.Fatal("eight values: want an exact size")
		}
		bound := c.bound(len(prefix))
		largest := 0
		for bits := range 1 << 8 {
			rights := access.Rights{}
			for i := range 4 {
				if bits>>i&1 != 0 {
					rights.Scopes = append(rights.Scopes, string(rune('s'+i)))
				}
				if bits>>(4+i)&1 != 0 {
					rights.Groups = append(rights.Groups, string(rune('s'+i)))
				}
			}
			if policy, err := c.Append(nil, prefix, allOf(table.Grant(rights).All)); err == nil {
				largest = max(largest, len(policy))
			}
		}
		if said != largest {
			t.Fatalf("want %d, got %d", largest, said)
		}
		if bound < largest {
			t.Fatalf("%v: the bound is %d, but a policy has %d", table.Routes().Patterns(), bound, largest)
		}
		for range 20 { // the bound holds for whatever is permitted
			if policy, err := c.Append(nil, prefix, allOf(randomPermitted(r, table))); err == nil && len(policy) > bound {
				t.Fatalf("%v: the bound is %d, but a policy has %d: %s", table.Routes().Patterns(), bound, len(policy),
					policy)
			}
		}
	}
}

// TestBoundOfParameters checks the bound of a table whose routes all end with a parameter, of which random tables have
// few.
func TestBoundOfParameters(t *testing.T) {
	var lines []string
	for i := range 8 {
		lines = append(lines, fmt.Sprintf("GET /resource-number-%d/{id} s%d", i, i))
	}
	c := compilerOf(t, needing(t, append(lines, "GET /z z")...))
	exact, ok := c.maxSize(len(prefix))
	if bound := c.bound(len(prefix)); !ok || bound < exact {
		t.Errorf("the bound is %d, but a policy has %d (exact: %v)", bound, exact, ok)
	}
}

func TestCheckSize(t *testing.T) {
	table, _ := bigTable(t, 300)
	c := compilerOf(t, table)
	if err := c.CheckSize(LongestPrefix + len("prod")); err != nil {
		t.Errorf("300 routes: %v", err)
	}
	c.Limit = 8 << 10
	if err := c.CheckSize(LongestPrefix); !errors.Is(err, ErrTooLarge) {
		t.Errorf("300 routes in 8 KB: want ErrTooLarge, got %v", err)
	}
	if err := compilerOf(t, needing(t, "GET /"+strings.Repeat("long", 120))).CheckSize(LongestPrefix); !errors.Is(err,
		ErrTooLarge) || !strings.Contains(err.Error(), "shorten the longest path") {
		t.Errorf("a long path: want ErrTooLarge, got %v", err)
	}
	a, err := ParseARN("arn:aws-us-gov:execute-api:ap-southeast-10-longer:123456789012:abcdefghij/s/GET/")
	if err != nil || len(a.Prefix()) != LongestPrefix+len("s") {
		t.Errorf("a prefix of %d characters: the longest has %d and the stage, %v", len(a.Prefix()), LongestPrefix, err)
	}
}

// TestCheckSizeAgrees checks that computing the bound first changes no result. Each table is checked against limits on
// both sides of its exact size and of its bound, and the result is that of the exact size.
func TestCheckSizeAgrees(t *testing.T) {
	r := newRand(47)
	refused, between := 0, 0
	for range 300 {
		c := compilerOf(t, randomTable(r, 14))
		exact, ok := c.maxSize(len(prefix))
		if !ok {
			t.Fatal("eight values: want an exact size")
		}
		bound := c.bound(len(prefix))
		for _, limit := range []int{exact - 1, exact, (exact + bound) / 2, bound - 1, bound, bound + 1} {
			c.Limit = limit
			err := c.CheckSize(len(prefix))
			if got, want := errors.Is(err, ErrTooLarge), exact > limit; got != want {
				t.Fatalf("%v: exact size %d, bound %d, limit %d: want too large %v, got %v", c.table.Routes().Patterns(), exact,
					bound, limit, want, err)
			}
			if err != nil {
				refused++
			} else if limit < bound {
				between++
			}
		}
	}
	if refused == 0 || between == 0 {
		t.Errorf("%d refusals and %d limits between the exact size and the bound: want some of both, because otherwise the "+
			"test compares nothing",
			refused, between)
	}
}

// TestCheckSizeAsksTheBoundFirst checks that no policy is written if the bound fits: a table of twelve values has 4096
// rights. Writing a policy allocates, so the test counts allocations and not time.
func TestCheckSizeAsksTheBoundFirst(t *testing.T) {
	var rules []string
	for i := range maxExhaustive {
		rules = append(rules, fmt.Sprintf("GET /r%d/{id} s%d", i, i))
	}
	c := compilerOf(t, needing(t, rules...))
	if got := testing.AllocsPerRun(1, func() {
		if err := c.CheckSize(LongestPrefix); err != nil {
			t.Fatal(err)
		}
	}); got > 1<<maxExhaustive {
		t.Errorf("%v allocations: the policies of all %d rights were written", got, 1<<maxExhaustive)
	}
}

// TestSizes checks that the policies of an API of 300 routes stay far below the limit. With -v it shows their sizes.
func TestSizes(t *testing.T) {
	for _, n := range []int{30, 100, 300} {
		table, rights := bigTable(t, n)
		c := compilerOf(t, table)
		said, exact := c.maxSize(len(prefix))
		line := fmt.Sprintf("%d routes: at most %d bytes (exact: %v)", n, said, exact)
		for _, k := range []struct {
			name   string
			rights access.Rights
		}{
			{"some", rights},
			{"administrator", access.Rights{Scopes: []string{"admin"}}},
			{"one resource, read", access.Rights{Scopes: []string{"r0:read"}}},
			{"all read", allRead(n)},
		} {
			policy, err := c.Append(nil, prefix, allOf(table.Grant(k.rights).All))
			if err != nil {
				t.Fatal(err)
			}
			if len(policy) > said || len(policy) > 12<<10 {
				t.Errorf("%d routes, %s: %d bytes", n, k.name, len(policy))
			}
			line += fmt.Sprintf("; %s: %d", k.name, len(policy))
		}
		t.Log(line)
	}
}

func allRead(n int) (rights access.Rights) {
	for i := range n/8 + 1 {
		rights.Scopes = append(rights.Scopes, fmt.Sprintf("r%d:read", i))
	}
	return rights
}
