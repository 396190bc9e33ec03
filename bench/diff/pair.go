package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/accessdiff"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// pair is two APIs. The second is a changed copy of the first.
type pair struct {
	old, new *api
	changes  int  // how many changes were made
	saved    bool // also compare them as saved tables
}

// pair draws a pair.
func (d drawer) pair() (p pair, err error) {
	p.old = d.api()
	if err := p.old.settle(); err != nil {
		return p, err
	}
	p.new = p.old.clone()
	for range []int{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3}[d.IntN(15)] {
		for range 20 {
			if d.mutate(p.new) {
				p.changes++
				break
			}
		}
	}
	return p, p.new.settle()
}

// compare is the comparison under trial.
type compare func(old, new matrix.Matrix) *accessdiff.Diff

// read makes the matrix of an API, through an assembly in a folder.
func (a *api) read(dir string) (matrix.Matrix, error) {
	m, err := readModel(a, dir)
	if err != nil {
		return matrix.Matrix{}, err
	}
	return matrix.Of(m, "")
}

// try compares a pair, and checks the result with the oracle and with the gateways of both APIs.
func (w *world) try(p pair, dir string, by compare, t trial.Tally) error {
	dir = filepath.Join(w.dir, dir)
	defer os.RemoveAll(dir)
	oldDir, newDir := filepath.Join(dir, "old"), filepath.Join(dir, "new")
	before, err := p.old.read(oldDir)
	if err != nil {
		return fmt.Errorf("the old table: %w", err)
	}
	after, err := p.new.read(newDir)
	if err != nil {
		return fmt.Errorf("the new table: %w", err)
	}
	d := by(before, after)
	t["pairs"]++
	t[fmt.Sprintf("pairs with exit %d", d.Exit())]++
	if p.saved {
		if err := saved(before, after, d, by); err != nil {
			return err
		}
	}
	if err := p.judge(d, t); err != nil {
		return fmt.Errorf("%w\n%s", err, d.Text())
	}
	if err := w.show(p, d, oldDir, newDir, t); err != nil {
		return fmt.Errorf("%w\n%s", err, d.Text())
	}
	return nil
}

// saved compares the two as "gatehouse routes --json" saves them. The result must be the same.
func saved(before, after matrix.Matrix, d *accessdiff.Diff, by compare) error {
	old, err := matrix.Parse(before.JSON())
	if err != nil {
		return fmt.Errorf("the old table is not read back: %w", err)
	}
	now, err := matrix.Parse(after.JSON())
	if err != nil {
		return fmt.Errorf("the new table is not read back: %w", err)
	}
	if again := by(old, now); !reflect.DeepEqual(again, d) {
		return fmt.Errorf("the saved tables compare as\n%s\nand the assemblies as\n%s", again.Text(), d.Text())
	}
	return nil
}

// judge compares a difference with what the oracle finds.
func (p pair) judge(d *accessdiff.Diff, t trial.Tally) error {
	if p.changes == 0 && len(d.Changes) > 0 {
		return fmt.Errorf("nothing changed, and %q is reported", d.Changes[0].Text)
	}
	if err := consistent(d); err != nil {
		return err
	}
	found, tried := gains(p.old, p.new)
	t["callers and requests"] += tried
	t["gains that the oracle finds"] += len(found)
	for _, g := range found {
		if g.via != (via{}) {
			t["gains through VPC endpoints"]++
		}
		if !slices.ContainsFunc(d.Changes, g.reportedBy) {
			return fmt.Errorf("a gain is not reported: %s", g)
		}
	}
	for _, r := range readers(p.old, p.new) {
		t["pages that the oracle finds"]++
		if !slices.ContainsFunc(d.Changes, r.reportedBy) {
			return fmt.Errorf("a gain is not reported: pages of %s may read answers of %s, with cookies: %v", r.origin, r.path,
				r.credentials)
		}
	}
	lost, tried := gains(p.new, p.old)
	t["callers and requests"] += tried
	for _, g := range lost {
		t["losses that the oracle finds"]++
		if len(d.Changes) == 0 {
			return fmt.Errorf("nothing is reported, and a caller loses: %s", g)
		}
	}
	return p.noted(d)
}

// consistent reports a difference that contradicts itself.
func consistent(d *accessdiff.Diff) error {
	exit := 0
	for _, c := range d.Changes {
		switch c.Effect {
		case accessdiff.Gained:
			exit = 3
			if c.Witness == nil {
				return fmt.Errorf("a gain has no witness: %s", c.Text)
			}
		case accessdiff.Unknown:
			if exit == 0 {
				exit = 4
			}
		case accessdiff.Lost, accessdiff.Changed:
		default:
			return fmt.Errorf("the effect %q of %q is not one", c.Effect, c.Text)
		}
		if c.Effect != accessdiff.Gained && c.Witness != nil {
			return fmt.Errorf("what is no gain has a witness: %s", c.Text)
		}
	}
	if d.Exit() != exit {
		return fmt.Errorf("the exit is %d, want %d", d.Exit(), exit)
	}
	return nil
}

// opened is the text about the execute-api address.
const opened = "the execute-api address is open now"

// noted checks that changes are reported which grant no caller a request by themselves: those of cached answers,
// domains, services and integrations, and of code that cannot be compared.
func (p pair) noted(d *accessdiff.Diff) error {
	for _, check := range []func(*accessdiff.Diff) error{
		p.notedCaches, p.notedDomains, p.notedServices, p.notedIntegrations, p.notedCode,
	} {
		if err := check(d); err != nil {
			return err
		}
	}
	return nil
}

func (p pair) notedCaches(d *accessdiff.Diff) error {
	if !slices.Contains(p.old.stages, "prod") || !slices.Contains(p.new.stages, "prod") {
		return nil // answers are cached on that stage
	}
	for _, r := range p.new.routes {
		i := slices.IndexFunc(p.old.routes, func(o route) bool { return o.String() == r.String() })
		if i < 0 || p.old.routes[i].kept == r.kept {
			continue
		}
		if !slices.ContainsFunc(d.Changes, func(c accessdiff.Change) bool {
			return strings.Contains(c.Text, r.String()) && strings.Contains(c.Text, "answers are ")
		}) {
			return fmt.Errorf("answers of %s are kept for %v (was: %v), which is not reported", r, r.kept, p.old.routes[i].kept)
		}
	}
	return nil
}

func (p pair) notedDomains(d *accessdiff.Diff) error {
	for _, x := range p.new.domains {
		known := slices.ContainsFunc(p.old.domains, func(o domain) bool { return o.name == x.name && o.rule == x.rule })
		if !known && !slices.ContainsFunc(d.Changes, func(c accessdiff.Change) bool {
			return strings.HasPrefix(c.Text, "the domain "+x.name+" leads to the API now") &&
				(x.rule == 0 || strings.Contains(c.Text, ", by routing rule "))
		}) {
			return fmt.Errorf("the domain %s leads to the API now, by the rule %d, which is not reported", x.name, x.rule)
		}
	}
	return nil
}

func (p pair) notedServices(d *accessdiff.Diff) error {
	q, gained := p.serviceGains()
	if gained && !slices.ContainsFunc(d.Changes, func(c accessdiff.Change) bool {
		return c.Effect == accessdiff.Unknown && strings.Contains(c.Text, "lets the service "+lattice)
	}) {
		return fmt.Errorf("the service %s may call %s %s on %s now, which is not reported", lattice, q.verb, q.path, q.stage)
	}
	return nil
}

func (p pair) notedIntegrations(d *accessdiff.Diff) error {
	for _, r := range p.new.routes {
		i := slices.IndexFunc(p.old.routes, func(o route) bool { return o.String() == r.String() })
		if i >= 0 && p.old.routes[i].service != r.service && !slices.ContainsFunc(d.Changes, func(c accessdiff.Change) bool {
			return c.Route == r.String() && strings.Contains(c.Text, " answers it ")
		}) {
			return fmt.Errorf("another integration answers %s, which is not reported", r)
		}
	}
	return nil
}

func (p pair) notedCode(d *accessdiff.Diff) error {
	for i, g := range p.new.guards {
		used := slices.ContainsFunc(p.new.routes, func(r route) bool { return r.by == i })
		if g.kind == own && p.old.guards[i].code != g.code && used &&
			!slices.ContainsFunc(d.Changes, func(c accessdiff.Change) bool { return c.Effect == accessdiff.Unknown }) {
			return fmt.Errorf("the code of the authorizer %s is another one, and nothing is reported as unknown", g.name)
		}
	}
	return nil
}

// serviceGains returns a request that only the new resource policy allows a service that it names.
func (p pair) serviceGains() (q request, gained bool) {
	if !slices.ContainsFunc(p.new.policy, func(s statement) bool { return !s.deny && s.service != "" }) {
		return q, false
	}
	for _, q := range requests(p.old, p.new) {
		before := []string{q.stage}
		if !slices.Contains(p.old.stages, q.stage) {
			before = p.old.stages
		}
		if p.new.admits(lattice, q.stage, q) && !slices.ContainsFunc(before, func(stage string) bool {
			return p.old.admits(lattice, stage, q)
		}) {
			return q, true
		}
	}
	return q, false
}

// reportedBy reports whether a change covers a gain: one of its routes, or of the whole API, and by a caller of its
// kind or by anyone.
func (g gain) reportedBy(c accessdiff.Change) bool {
	if g.certificate != "" && c.Effect == accessdiff.Unknown && strings.Contains(c.Text, "certificate") {
		return true // it is not known who has one
	}
	if g.via != (via{}) && g.via != stranger && c.Effect == accessdiff.Unknown && underVPC(c) {
		return c.Route == "" || c.Route == g.new || c.Route == g.old
	}
	if c.Effect != accessdiff.Gained || c.Witness == nil || !g.isAbout(c.Text) {
		return false
	}
	kind := c.Witness.Caller.Kind
	return c.Route == "" || (c.Route == g.new || c.Route == g.old) && (kind == g.kind() || kind == accessdiff.Anonymous)
}

// underVPC reports whether a change is about requests that meet conditions on a VPC. That an endpoint which a policy
// names exists is not known.
func underVPC(c accessdiff.Change) bool {
	return strings.Contains(c.Text, " aws:sourcevpce ") || strings.Contains(c.Text, " aws:sourcevpc ")
}

// reader is a page that may read answers.
type reader struct {
	origin, path string
	credentials  bool
}

func (r reader) reportedBy(c accessdiff.Change) bool {
	if c.Effect == accessdiff.Unknown && underVPC(c) {
		return strings.Contains(c.Text, "pages of")
	}
	return c.Effect == accessdiff.Gained && c.Witness != nil && (c.Witness.Origin == r.origin ||
		strings.Contains(c.Text, "pages of every origin"))
}

// readers returns the pages that only the new API allows to read answers, for paths that both have. Pages for a new
// path are reported with its route.
func readers(old, new *api) (out []reader) {
	for _, origin := range append(origins, "https://elsewhere.example") {
		for _, credentials := range []bool{false, true} {
			for _, path := range new.paths() {
				if new.lets(origin, credentials) && !old.lets(origin, credentials) && slices.Contains(old.paths(), path) &&
					new.answers(path) {
					out = append(out, reader{origin, path, credentials})
				}
			}
		}
	}
	return out
}

// lets reports whether pages of an origin may read answers.
func (a *api) lets(origin string, credentials bool) bool {
	switch {
	case a.cors == nil:
		return false
	case credentials:
		return a.cors.credentials && slices.Contains(a.cors.origins, origin)
	}
	return slices.Contains(a.cors.origins, origin) || a.cors.origins[0] == "*"
}

// answers reports whether any caller gets an answer of a path's routes.
func (a *api) answers(path string) bool {
	return slices.ContainsFunc(requests(a, a), func(q request) bool {
		r, _ := a.find(q.verb, q.path)
		return r.path == path && slices.ContainsFunc(a.callers(q), func(c caller) bool { return a.decide(q, c) == allowed })
	})
}

// show replays each witness: the old gateway must refuse it, and the new one must allow it.
func (w *world) show(p pair, d *accessdiff.Diff, oldDir, newDir string, t trial.Tally) error {
	var old, now *served
	for _, c := range d.Changes {
		if c.Effect != accessdiff.Gained {
			continue
		}
		if old == nil {
			var err error
			if old, err = w.gateway(oldDir); err != nil {
				return err
			}
			defer old.Close()
			if now, err = w.gateway(newDir); err != nil {
				return err
			}
			defer now.Close()
		}
		who := c.Witness.Caller
		other := !who.Permitted || !strings.HasSuffix(who.Principal, ":user/developer") // whose key may do all
		if who.Kind == accessdiff.Signer && other && keyOf(now, path.Base(who.Name)) == nil {
			t["gains of principals without a key here"]++
			continue
		}
		if who.APIKey == "any" {
			t["gains of API keys that are not here"]++
			continue
		}
		if who.Audience == anyClient && p.otherClient() == "" {
			t["gains of clients that no pool here has"]++
			continue
		}
		t["gains that are reported and shown"]++
		t["shown by a caller of the kind "+c.Witness.Caller.Kind]++
		got, answer, err := w.replayBefore(old, p, c.Witness)
		if err != nil {
			return fmt.Errorf("%s: the witness %+v on the old API: %w", c.Text, *c.Witness, err)
		}
		if got && c.Text != opened { // it is reported whatever domains there were
			return fmt.Errorf("%s: the old API allows the witness %+v", c.Text, *c.Witness)
		}
		if got, answer, err = w.replay(now, p, c.Witness); err != nil {
			return fmt.Errorf("%s: the witness %+v on the new API: %w", c.Text, *c.Witness, err)
		}
		if !got {
			return fmt.Errorf("%s: the new API answers the witness %+v with %d %s %v", c.Text, *c.Witness, answer.Status,
				answer.Body, answer.Headers)
		}
		if c.Route != "" && c.Witness.Verb != "OPTIONS" && !p.old.sends(c) && !p.new.sends(c) {
			return fmt.Errorf("%s: the witness %+v goes to another route", c.Text, *c.Witness)
		}
	}
	return nil
}

// sends reports whether an API routes the witness of a change to the route that it names.
func (a *api) sends(c accessdiff.Change) bool {
	r, _ := a.find(c.Witness.Verb, c.Witness.Path)
	return r != nil && r.String() == c.Route
}
