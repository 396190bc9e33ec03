package iampolicy

import (
	"errors"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var (
	requests = flag.Int("requests", 200_000, "how many random requests the soundness test makes")
	seed     = flag.Uint64("seed", 1, "where the soundness test's random numbers begin")
)

// readings are the ways in which a gateway could route a path, of which the first is the one that is known. Where the
// path has empty segments, nothing may be allowed that is barred under any of them.
var readings = []func(t *access.Table, verb, path string) (int, bool){
	func(t *access.Table, verb, path string) (int, bool) { return t.Match(verb, path) },
	// Empty segments within the path are passed over as well.
	func(t *access.Table, verb, path string) (int, bool) {
		for strings.Contains(path, "//") {
			path = strings.ReplaceAll(path, "//", "/")
		}
		return t.Match(verb, path)
	},
	// Every slash counts but one at the end, and a parameter can be empty.
	func(t *access.Table, verb, path string) (int, bool) {
		path = strings.TrimSuffix(path, "/")
		for strings.Contains(path, "//") {
			path = strings.Replace(path, "//", "/ /", 1)
		}
		return t.Match(verb, path)
	},
}

// soundness is the claim that is tested: for one table, one set of permitted rules and some requests, the policy and the
// gateway's routing agree. It reports how many of the requests were the authorizer's to decide.
func soundness(t *testing.T, r *rand.Rand, table *access.Table, permitted []bool, n int) (decided int, conflict bool) {
	c, err := NewCompiler(table)
	if errors.Is(err, route.ErrTangled) {
		return 0, false
	} else if err != nil {
		t.Fatal(err)
	}
	text, err := c.Append(nil, prefix, permitted)
	if errors.Is(err, ErrConflict) {
		return 0, true
	} else if err != nil {
		t.Fatal(err)
	}
	policy, err := Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	everything := true
	for i, rule := range table.Rules() {
		everything = everything && (rule.Elsewhere || permitted[i])
	}
	for range n {
		verb, path := randomRequest(r, table)
		rule, ok := table.Match(verb, path)
		if !ok || table.Rules()[rule].Elsewhere {
			continue
		}
		decided++
		allowed := policy.Evaluate(Request{Action: InvokeAction, Resource: prefix + verb + path}).Outcome == Allowed
		if strings.Contains(path, "//") {
			for i, match := range readings {
				if rule, ok := match(table, verb, path); ok && allowed && !table.Rules()[rule].Elsewhere && !permitted[rule] {
					t.Fatalf("over-grant under reading %d: %s %s goes to %s, which is barred\n%s", i, verb, path, table.Rules()[rule].Pattern, describe(table, permitted, text))
				}
			}
			if everything && !allowed {
				t.Fatalf("under-grant: %s %s, though all is permitted\n%s", verb, path, describe(table, permitted, text))
			}
			continue
		}
		if allowed != permitted[rule] {
			fault := "under-grant"
			if allowed {
				fault = "over-grant"
			}
			t.Fatalf("%s: %s %s goes to %s\n%s", fault, verb, path, table.Rules()[rule].Pattern, describe(table, permitted, text))
		}
	}
	return decided, false
}

func describe(table *access.Table, permitted []bool, policy []byte) string {
	var b strings.Builder
	for i, rule := range table.Rules() {
		state := "barred   "
		if rule.Elsewhere {
			state = "elsewhere"
		} else if permitted[i] {
			state = "permitted"
		}
		b.WriteString(state + " " + rule.Pattern.String() + "\n")
	}
	return b.String() + strings.ReplaceAll(string(policy), prefix, "")
}

func randomPermitted(r *rand.Rand, table *access.Table) []bool {
	permitted := table.Permitted(randomRights(r))
	if r.IntN(2) == 0 {
		return permitted
	}
	most := r.IntN(5)
	for i, rule := range table.Rules() {
		permitted[i] = !rule.Elsewhere && r.IntN(5) < most
	}
	return permitted
}

// TestSoundness is the proof by trial that the policy allows just what is permitted. A short run is part of every test
// run; ten million requests take about a minute:
//
//	go test ./internal/iampolicy -run TestSoundness -requests 10000000
func TestSoundness(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 0))
	made, decided, policies, conflicts := 0, 0, 0, 0
	for made < *requests {
		table := randomTable(r, 16)
		for range 4 {
			const n = 60
			d, conflict := soundness(t, r, table, randomPermitted(r, table), n)
			policies++
			if conflict {
				conflicts++
				continue
			}
			made, decided = made+n, decided+d
		}
	}
	t.Logf("%d requests, of which %d were the authorizer's to decide; %d policies, and for %d sets of rules there is none", made, decided, policies, conflicts)
	if decided < made/2 || conflicts > policies*2/3 {
		t.Errorf("the requests or tables are too far from each other to prove anything")
	}
}

// FuzzSoundness lets the fuzzer write the table, one rule a line, "+" before what is permitted and "-" before what is
// elsewhere.
func FuzzSoundness(f *testing.F) {
	f.Add("+GET /orders/{id}\nGET /orders/{id}/items\nGET /orders/{id}/items/{item}", uint64(1))
	f.Add("+GET /{proxy+}\nGET /admin\nPOST /admin\n-ANY /health", uint64(2))
	f.Add("+GET /{t}/users\nGET /admin/{x}\n+GET /admin/{x}/logs", uint64(3))
	f.Add("+ANY /\n+GET /a\nANY /a/{p+}\n+PUT /a/{p+}", uint64(4))
	f.Add("+GET /a/{x}/c\n+GET /{y}/b/{z}\nGET /a/b/{w+}\nGET /{y}/{v}", uint64(5))
	f.Fuzz(func(t *testing.T, lines string, seed uint64) {
		var rules []access.Rule
		var permitted []bool
		for line := range strings.Lines(lines) {
			line, plus := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "+")
			line, minus := strings.CutPrefix(line, "-")
			p, err := route.Parse(line)
			if err == nil && len(rules) < 40 && len(p.Segments) < 9 {
				rules = append(rules, access.Rule{Pattern: p, Elsewhere: minus})
				permitted = append(permitted, plus && !minus)
			}
		}
		table, err := access.NewTable(rules)
		if err != nil || len(rules) == 0 {
			return
		}
		soundness(t, rand.New(rand.NewPCG(seed, 1)), table, permitted, 40)
	})
}
