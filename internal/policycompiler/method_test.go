package policycompiler

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestMethod(t *testing.T) {
	table, permitted := tableOf(t, "+GET /orders/{id}", "GET /orders/export", "-GET /health", "+GET /", "+ANY /files/{p+}")
	everything := []bool{true, true, false, true, true}
	for _, c := range []struct {
		name, request string
		permitted     []bool
		rule          int
		allow         bool
	}{
		{"permitted", "GET/orders/7", permitted, 0, true},
		{"trailing slash", "GET/orders/7/", permitted, 0, true},
		{"barred", "GET/orders/export", permitted, 1, false},
		{"elsewhere", "GET/health", []bool{true, true, true, true, true}, 2, false},
		{"nowhere", "GET/customers", permitted, -1, false},
		{"unknown verb", "BREW/orders/7", permitted, -1, false},
		{"root", "GET/", permitted, 3, true},
		{"greedy", "PUT/files/a/b", permitted, 4, true},
		{"colons", "GET/orders/a:b", permitted, 0, true},
		{"%2F is matched literally", "GET/orders/a%2Fb", permitted, 0, true},
		{"%2A too", "GET/orders/%2A", permitted, 0, true},
		{"dot segments too", "GET/orders/..", permitted, 0, true},
		{"a star is never copied", "GET/orders/*", permitted, 0, false},
		{"a question mark neither", "GET/orders/?", permitted, 0, false},
		{"a policy variable neither", "GET/orders/${aws:username}", permitted, 0, false},
		{"too long to be named", "GET/orders/" + strings.Repeat("x", 500), permitted, 0, false},
		{"a double slash", "GET/files/a//b", permitted, 4, false},
		{"a leading double slash", "GET//orders/export", permitted, 1, false},
		{"a double slash of a caller who may call everything", "GET/files/a//b", everything, 4, true},
		{"no answers", "GET/orders/7", nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseARN(prefix + c.request)
			if err != nil {
				t.Fatal(err)
			}
			if rule, allow := Method(table, allOf(c.permitted), a); rule != c.rule || allow != c.allow {
				t.Errorf("want %d, %v; got %d, %v", c.rule, c.allow, rule, allow)
			}
		})
	}
}

func TestAppendMethod(t *testing.T) {
	const statement = `{"Version":"2012-10-17","Statement":[{"Effect":"%","Action":"execute-api:Invoke","Resource":["` +
		prefix + `%"]}]}`
	for _, c := range []struct {
		name, request    string
		allow            bool
		effect, resource string
	}{
		{"allow", "GET/orders/7", true, "Allow", "GET/orders/7"},
		{"deny", "GET/orders/7", false, "Deny", "GET/orders/7"},
		{"root", "GET/", true, "Allow", "GET/"},
		{"trailing slash, percent, colon", "GET/a%2Fb:c/", true, "Allow", "GET/a%2Fb:c/"},
		{"a star", "GET/orders/*", true, "Deny", "*"},
		{"a question mark", "GET/orders/a?", false, "Deny", "*"},
		{"a policy variable", "GET/${aws:username}", true, "Deny", "*"},
		{"a quote", `GET/"`, true, "Deny", "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseARN(prefix + c.request)
			if err != nil {
				t.Fatal(err)
			}
			want := "before" + strings.Replace(strings.Replace(statement, "%", c.effect, 1), "%", c.resource, 1)
			if got := string(AppendMethod([]byte("before"), a, c.allow)); got != want {
				t.Errorf("want %s\n got %s", want, got)
			}
		})
	}
}

// TestMethodAgreesWithTheWhole checks that if both kinds of policies can answer, the policy for one request gives it
// the same result as the policy for the whole API.
func TestMethodAgreesWithTheWhole(t *testing.T) {
	r := newRand(51)
	compared := 0
	for range 500 {
		table := randomTable(r, 14)
		c := compilerOf(t, table)
		permitted := randomPermitted(r, table)
		text, err := c.Append(nil, prefix, allOf(permitted))
		if err != nil {
			continue
		}
		whole, err := iampolicy.Parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			verb, path := randomRequest(r, table)
			a, err := ParseARN(prefix + verb + path)
			if err != nil {
				t.Fatal(err)
			}
			rule, allow := Method(table, allOf(permitted), a)
			if rule < 0 || table.Rules()[rule].Elsewhere {
				if allow {
					t.Fatalf("%s is allowed, and is not the authorizer's", a)
				}
				continue
			}
			compared++
			if got := whole.Evaluate(iampolicy.Request{
				Action:   iampolicy.InvokeAction,
				Resource: a.String(),
			}).Outcome == iampolicy.Allowed; got != allow {
				t.Fatalf("%s: the whole says %v, the one %v\n%s", a, got, allow, describe(table, permitted, text))
			}
		}
	}
	if compared < 5000 {
		t.Errorf("only %d compared", compared)
	}
}
