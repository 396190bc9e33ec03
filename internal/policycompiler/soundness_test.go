package policycompiler

import (
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

var (
	requests = flag.Int("requests", 100_000, "how many random requests the soundness test makes")
	seed     = flag.Uint64("seed", 1, "where the soundness test's random numbers begin")
)

// soundness tests the claim that for one table, one set of permitted rules and some requests, the policy agrees with
// the gateway's routing. It returns the number of requests that were the authorizer's to decide.
func soundness(t *testing.T, r *rand.Rand, table *access.Table, permitted []bool, n int) (decided int, conflict bool) {
	c, err := NewCompiler(table)
	if errors.Is(err, route.ErrTangled) {
		return 0, false
	} else if err != nil {
		t.Fatal(err)
	}
	c.DenyEscapes = r.IntN(4) == 0
	text, err := c.Append(nil, prefix, allOf(permitted))
	if errors.Is(err, ErrConflict) {
		return 0, true
	} else if err != nil {
		t.Fatal(err)
	}
	policy, err := iampolicy.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	safe := safeOnly(t, text)
	end := time.Unix(1_700_000_000, 0)
	bounded, err := iampolicy.Parse(string(AppendUntil(text, 0, end)))
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) iampolicy.Context {
		context := iampolicy.Context{}
		context.Set("aws:CurrentTime", end.Add(d).UTC().Format("2006-01-02T15:04:05Z"))
		return context
	}
	times := []struct {
		context iampolicy.Context
		ended   bool
	}{{at(-time.Second), false}, {at(0), true}, {at(time.Hour), true}, {nil, true}}
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
		allowed := policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction,
			Resource: prefix + verb + path}).Outcome == iampolicy.Allowed
		// A policy with an end decides like the one without it, and allows nothing after the end, or if there is no time.
		for _, c := range times {
			if got := bounded.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: prefix + verb + path,
				Context: c.context}).Outcome == iampolicy.Allowed; got != (allowed && !c.ended) {
				t.Fatalf("%s %s at %v: allowed %v, without an end %v", verb, path, c.context, got, allowed)
			}
		}
		// With the unsafe verbs denied, it decides about the others as before.
		if got := safe.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: prefix + verb + path}).Outcome ==
			iampolicy.Allowed; got != (allowed && !slices.Contains(unsafeVerbs[:], verb)) {
			t.Fatalf("%s %s: allowed %v, with the unsafe verbs denied %v", verb, path, allowed, got)
		}
		// A path with an empty segment is allowed only to callers that may call everything, whatever the gateway makes of it.
		want := permitted[rule]
		if strings.Contains(path, "//") {
			want = everything
		}
		want = want && !(c.DenyEscapes && strings.Contains(path, "%"))
		if allowed != want {
			fault := "under-grant"
			if allowed {
				fault = "over-grant"
			}
			t.Fatalf("%s: %s %s goes to %s\n%s", fault, verb, path, table.Rules()[rule].Pattern,
				describe(table, permitted, text))
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
	permitted := table.Grant(randomRights(r)).All
	if r.IntN(2) == 0 {
		return permitted
	}
	most := r.IntN(5)
	for i, rule := range table.Rules() {
		permitted[i] = !rule.Elsewhere && r.IntN(5) < most
	}
	return permitted
}

// TestSoundness checks by random trials that the policy allows exactly what is permitted. A short run is part of every
// test run. Ten million requests take about a minute:
//
//	go test ./internal/policycompiler -run TestSoundness -requests 10000000
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
	t.Logf("%d requests, of which %d were the authorizer's to decide; %d policies, and %d sets of rules have no policy",
		made, decided, policies, conflicts)
	if decided < made/2 || conflicts > policies*2/3 {
		t.Errorf("the requests or tables are too far from each other to prove anything")
	}
}

// TestSoundnessEverywhere tries, for small tables, every path that could make a difference: all paths of their literals
// and one other segment, up to two segments deeper than any route, with and without a slash at the end.
func TestSoundnessEverywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 2))
	decided, conflicts := 0, 0
	for decided < *requests {
		table := randomTable(r, 10)
		c := compilerOf(t, table)
		paths, all := allPaths(table)
		if !all {
			continue
		}
		for range 4 {
			permitted := randomPermitted(r, table)
			text, err := c.Append(nil, prefix, allOf(permitted))
			if errors.Is(err, ErrConflict) {
				conflicts++
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			policy, err := iampolicy.Parse(string(text))
			if err != nil {
				t.Fatal(err)
			}
			for _, verb := range route.Verbs {
				for _, path := range paths {
					rule, ok := table.Match(verb, path)
					if !ok || table.Rules()[rule].Elsewhere {
						continue
					}
					decided++
					if allowed := policy.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction,
						Resource: prefix + verb + path}).Outcome == iampolicy.Allowed; allowed != permitted[rule] {
						t.Fatalf("%s %s goes to %s; allowed: %v\n%s", verb, path, table.Rules()[rule].Pattern, allowed,
							describe(table, permitted, text))
					}
				}
			}
		}
	}
	t.Logf("%d requests; %d sets of rules have no policy", decided, conflicts)
}

// allPaths returns all as false if there are too many.
func allPaths(table *access.Table) (paths []string, all bool) {
	segments := []string{"x"}
	deepest := 0
	for _, rule := range table.Rules() {
		deepest = max(deepest, len(rule.Pattern.Segments))
		for _, s := range rule.Pattern.Segments {
			if s.Kind == route.Literal && !slices.Contains(segments, s.Text) {
				segments = append(segments, s.Text)
			}
		}
	}
	paths = []string{"/"}
	level := []string{""}
	for range deepest + 2 {
		var next []string
		for _, p := range level {
			for _, s := range segments {
				next = append(next, p+"/"+s)
			}
		}
		for _, p := range next {
			paths = append(paths, p, p+"/")
		}
		if level = next; len(paths) > 4000 {
			return paths, false
		}
	}
	return paths, true
}

// FuzzSoundness lets the fuzzer write the table. Each line is a rule, with "+" before a permitted rule and "-" before
// one that is elsewhere.
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
			if err == nil && len(rules) < 40 && len(p.Segments) < 9 &&
				len(line) < 100 { // a longer one may not fit into a policy
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
