package policycompiler

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

func TestDenyEscapes(t *testing.T) {
	for _, tt := range []struct {
		name      string
		permitted []bool
		want      string
	}{
		{"some routes", []bool{false, true}, `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["P/GET/?*"]},` +
			`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["P/GET/admin","P/GET/admin/","P/*//*","P/*%*"]}]}`},
		{"a literal alone", []bool{true, false}, `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["P/GET/admin","P/GET/admin/"]},` +
			`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["P/*%*"]}]}`},
		{"all routes", []bool{true, true}, `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["P/*"]},` +
			`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["P/*%*"]}]}`},
		{"no route", []bool{false, false}, `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["P/*"]}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := access.NewTable([]access.Rule{
				{Pattern: route.MustParse("GET /admin")}, {Pattern: route.MustParse("GET /{page}")},
			})
			if err != nil {
				t.Fatal(err)
			}
			c := compilerOf(t, table)
			c.DenyEscapes = true
			text, err := c.Append(nil, prefix, allOf(tt.permitted))
			if got := strings.ReplaceAll(string(text), prefix, "P/"); err != nil || got != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
			if n := c.bound(len(prefix)); len(text) > n {
				t.Errorf("%d bytes, above the bound of %d", len(text), n)
			}
		})
	}
}

// TestDenyEscapesIfTheGatewayDecodes covers the case that the Deny is for: requests are matched decoded, and policies
// are evaluated on the path as sent. With the Deny nothing is allowed that is not permitted. Without it something is.
func TestDenyEscapesIfTheGatewayDecodes(t *testing.T) {
	r := newRand(7)
	decided, leaks := 0, 0
	for decided < *requests/10 {
		table := randomTable(r, 12)
		permitted := randomPermitted(r, table)
		var policies [2]iampolicy.Document
		ok := true
		for i := range policies {
			c, err := NewCompiler(table)
			if errors.Is(err, route.ErrTangled) {
				ok = false
				break
			} else if err != nil {
				t.Fatal(err)
			}
			c.DenyEscapes = i == 1
			text, err := c.Append(nil, prefix, allOf(permitted))
			if errors.Is(err, ErrConflict) {
				ok = false
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if policies[i], err = iampolicy.Parse(string(text)); err != nil {
				t.Fatal(err)
			}
		}
		if !ok {
			continue
		}
		for range 40 {
			verb, path := randomRequest(r, table)
			path = escapedSomewhere(r, path)
			decoded, err := url.PathUnescape(path)
			if err != nil || strings.Contains(decoded, "//") {
				continue
			}
			rule, routed := table.Match(verb, decoded)
			if !routed || table.Rules()[rule].Elsewhere {
				continue
			}
			decided++
			q := iampolicy.Request{Action: iampolicy.InvokeAction, Resource: prefix + verb + path}
			if policies[1].Evaluate(q).Outcome == iampolicy.Allowed && !permitted[rule] {
				t.Fatalf("%s %s, matched as %s, is allowed", verb, path, table.Rules()[rule].Pattern)
			}
			if policies[0].Evaluate(q).Outcome == iampolicy.Allowed && !permitted[rule] {
				leaks++
			}
		}
	}
	t.Logf("%d requests; without the Deny %d are allowed to routes that are not permitted", decided, leaks)
	if leaks == 0 {
		t.Error("the requests do not show what the Deny is for")
	}
}

// escapedSomewhere escapes some letters of a path.
func escapedSomewhere(r *rand.Rand, path string) string {
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; c >= 'a' && c <= 'z' && r.IntN(4) == 0 && (i < 1 || path[i-1] != '%') &&
			(i < 2 || path[i-2] != '%') {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
