package policycompiler

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

const (
	opening   = `{"Version":"` + iampolicy.Version + `","Statement":[{"Effect":"`
	element   = `","Action":"` + iampolicy.InvokeAction + `","Resource":[`
	nextDeny  = `]},{"Effect":"Deny`
	closing   = `]}]}`
	noSlashes = "*//*" // every path with an empty segment
	noEscapes = "*%*"  // every path with an escape
)

// Append appends the policy for these rights in JSON. The prefix is [ARN.Prefix], or
// "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/". The rights permit what [access.Table.Grant] returns.
// The same rights give the same bytes.
//
// The policy does not allow the values of path parameters that it cannot express. Append adds those to the grant's
// Left:
//   - values that are literals of other routes, if a Deny for such a route would match them
//   - values whose resources are longer than the 512 characters that API Gateway accepts
//   - more values than fit into [Compiler.Limit]
//
// The error is [ErrConflict] if no such policy exists, which cannot happen for rights that claims can give if
// [Compiler.Conflicts] found none. Other errors are [ErrTooLarge], and [ErrARN] for a malformed prefix. With an error,
// Append returns the slice unchanged.
func (c *Compiler) Append(to []byte, prefix string, g *access.Grant) ([]byte, error) {
	if access.Ownership && !c.isFresh(g) {
		return c.appendExactly(to, prefix, g)
	}
	key := c.cacheKey(prefix, g)
	c.mu.Lock()
	t, ok := c.cached[string(key)]
	c.mu.Unlock()
	if !ok {
		if !isPrefix(prefix) {
			return to, fmt.Errorf("%w: the prefix %q is not what comes before the verb in one", ErrARN, prefix)
		}
		policy, err := c.write(nil, prefix, c.symbolicPermission(g))
		switch {
		case access.Ownership && g.Ways != nil && errors.Is(err, ErrConflict):
			return c.appendExactly(to, prefix, g)
		case err != nil:
			return to, err
		}
		t = c.templateOf(string(policy))
		c.remember(string(key), t)
	}
	if !access.Ownership || g.Ways == nil {
		return append(to, t.pieces[0].text...), nil
	}
	size := t.size(g.Values)
	if size > 2*c.Limit {
		return c.appendExactly(to, prefix, g)
	}
	f := newFiller(slices.Grow(to, size), g.Values, !c.DenyEscapes)
	if t.fill(f, !c.DenyEscapes); f.longest > maxResource || len(f.to)-len(to) > c.Limit {
		return c.appendExactly(to, prefix, g)
	}
	return f.to, nil
}

// templateOf returns the template of a policy. Without ownership, all of it is text.
func (c *Compiler) templateOf(policy string) *template {
	if !access.Ownership {
		return &template{pieces: []piece{{text: policy}}}
	}
	return newTemplate(policy)
}

// cacheKey returns everything that the plan of a policy depends on.
func (c *Compiler) cacheKey(prefix string, g *access.Grant) []byte {
	key := make([]byte, 0, 512)
	word := uint64(0)
	for i := range c.table.Rules() {
		if i < len(g.All) && g.All[i] && c.ours.Has(i) {
			word |= 1 << (i & 63)
		}
		if i&63 == 63 {
			key, word = binary.LittleEndian.AppendUint64(key, word), 0
		}
	}
	key = binary.LittleEndian.AppendUint64(key, word)
	if access.Ownership && g.Ways != nil {
		for i, unmet := range g.Unmet {
			if g.Ways[i] == nil {
				unmet = 0
			}
			key = binary.LittleEndian.AppendUint16(key, unmet)
		}
		for _, values := range g.Values {
			key = append(key, byte(min(1, len(values))))
		}
	}
	return append(key, prefix...)
}

// maxCached limits the memory for policies. Few different rights are in use at a time, and callers cannot invent
// rights. Values of claims are not cached.
const maxCached = 256

func (c *Compiler) remember(key string, t *template) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cached) >= maxCached {
		clear(c.cached)
	}
	c.cached[key] = t
}

// write writes a policy whose rules all belong to the authorizer.
func (c *Compiler) write(to []byte, prefix string, p permission) ([]byte, error) {
	w, err := c.compose(to, prefix, p)
	if err != nil {
		return to, err
	}
	return w.close()
}

// compose writes a policy of any size, except for its end.
func (c *Compiler) compose(to []byte, prefix string, permitted permission) (writer, error) {
	barred := route.NewSet(len(c.table.Rules()))
	some, all := false, true
	for i, w := range c.ours {
		barred[i] = w &^ permitted.all[i]
		some = some || permitted.open[i] != 0
		all = all && barred[i] == 0
	}
	var plans []plan
	bytes := len(opening) + len(iampolicy.Allow) + len(nextDeny) + 2*len(element) + len(closing) +
		3*(len(prefix)+len(noSlashes))
	if some && !all {
		for i := range c.classes {
			p, err := c.plan(&c.classes[i], len(prefix), permitted, barred)
			if err != nil {
				return writer{}, err
			}
			if len(p.allow) > 0 || len(p.bound) > 0 {
				plans = append(plans, p)
				bytes += p.bytes
			}
		}
	}
	w := writer{to: slices.Grow(to, bytes), start: len(to), prefix: prefix, c: c}
	switch {
	case some && all:
		w.open(iampolicy.Allow)
		w.resource("", "*")
		w.denyEscapes()
	case len(plans) == 0:
		// API Gateway requires a statement. Source:
		// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
		w.open(iampolicy.Deny)
		w.resource("", "*")
	default:
		w.plans(plans)
	}
	return w, nil
}

// plan returns the shorter of the two plans for a class.
func (c *Compiler) plan(k *class, prefix int, permitted permission, barred route.Set) (plan, error) {
	tight := planner{plan: plan{class: k}, c: c, permission: permitted, barred: barred,
		needed: make(route.Set, len(barred))}
	tight.tight()
	if tight.conflict != nil {
		rules := c.table.Rules()
		return plan{}, fmt.Errorf("%w: the Deny for %q would hit requests to %q, which are permitted",
			ErrConflict, rules[tight.conflict.denied].Pattern, rules[tight.conflict.hit].Pattern)
	}
	tight.measure(c, prefix)
	if len(tight.allow) < 2 {
		return tight.plan, nil
	}
	wide := planner{plan: plan{class: k}, c: c, permission: permitted, barred: barred,
		needed: make(route.Set, len(barred))}
	wide.wide()
	if wide.conflict == nil && wide.measure(c, prefix) < tight.bytes {
		return wide.plan, nil
	}
	return tight.plan, nil
}

// entryPaths yields what follows the verb in each resource of an entry. A parameter is "*", or "?*" at the end, because
// "/orders/*" would also match "/orders/", the path of another resource. Within a path "*" is enough: what it matches
// besides has an empty segment, and a policy with a "*" denies such paths.
func (c *Compiler) entryPaths(e entry, yield func(stem, tail string)) {
	n := &c.nodes[e.node]
	switch {
	case e.form == below:
		yield(n.stem, "/?*")
	case n.segment.Kind != route.Literal: // everything below is included, because * cannot exclude it
		yield(c.nodes[n.parent].stem, "/?*")
	default:
		if e.node != 0 { // the root's path is already a slash, and another would be an empty segment
			yield(n.stem, "")
		}
		if e.form == exactly {
			yield(n.stem, "/")
		} else {
			yield(n.stem, "/*")
		}
	}
}

// measure returns the number of bytes that the plan's resources take.
func (p *plan) measure(c *Compiler, prefix int) int {
	n := 0
	for _, verb := range p.class.verbs {
		add := func(stem, tail string) { n += prefix + len(verb) + len(stem) + len(tail) + len(`"",`) }
		for _, e := range p.allow {
			c.entryPaths(e, add)
		}
		for _, e := range p.deny {
			c.entryPaths(e, add)
		}
		for _, path := range p.bound {
			refinedPaths(path, add)
		}
		for _, path := range p.refined {
			refinedPaths(path, add)
		}
	}
	p.bytes = n
	return n
}

// refinedPaths is like [Compiler.entryPaths] for a path that does not belong to a node.
func refinedPaths(path string, yield func(stem, tail string)) {
	yield(path, "")
	if !strings.HasSuffix(path, "*") {
		yield(path, "/")
	}
}
