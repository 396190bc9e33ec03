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

// Append writes the policy for these rights in JSON, behind what is there already. The prefix is [ARN.Prefix], or
// "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/"; what they permit is as [access.Table.Grant] finds it.
// The same rights give the same bytes.
//
// What the policy cannot hold of the values of paths' parameters is added to the grant's Left: the policy does not
// allow it. That is so for values that are literals of other routes where a Deny of theirs would hit them, for
// resources above the 512 characters that API Gateway takes, and for more values than fit into [Compiler.Limit].
//
// The error is [ErrConflict] if there is no such policy: not for rights that claims can give, if [Compiler.Conflicts]
// found none. Or it is [ErrTooLarge], or [ErrARN] for a prefix of another form. What is returned with an error is what
// was there before.
func (c *Compiler) Append(to []byte, prefix string, g *access.Grant) ([]byte, error) {
	if access.Ownership && !c.fresh(g) {
		return c.appendExactly(to, prefix, g)
	}
	key := c.key(prefix, g)
	c.mu.Lock()
	t, ok := c.cached[string(key)]
	c.mu.Unlock()
	if !ok {
		if !isPrefix(prefix) {
			return to, fmt.Errorf("%w: the prefix %q is not what comes before the verb in one", ErrARN, prefix)
		}
		policy, err := c.write(nil, prefix, c.symbols(g))
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

// templateOf is the template of a policy. Without ownership, all of it is text.
func (c *Compiler) templateOf(policy string) *template {
	if !access.Ownership {
		return &template{pieces: []piece{{text: policy}}}
	}
	return newTemplate(policy)
}

// key is what the plan of a policy depends on.
func (c *Compiler) key(prefix string, g *access.Grant) []byte {
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

// maxCached bounds the memory of policies. Few different rights are in use at a time, and no caller can make up rights.
// Values of claims are not kept.
const maxCached = 256

func (c *Compiler) remember(key string, t *template) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.cached) >= maxCached {
		clear(c.cached)
	}
	c.cached[key] = t
}

// write makes a policy. The rules in it are all the authorizer's own.
func (c *Compiler) write(to []byte, prefix string, p permission) ([]byte, error) {
	w, err := c.compose(to, prefix, p)
	if err != nil {
		return to, err
	}
	return w.close()
}

// compose writes a policy, whatever its size, up to its end.
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

// plan finds what to say for a class: the shorter of the two ways.
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

// paths yields what follows the verb in each of an entry's resources. A parameter is "*", or "?*" where it is the last:
// "/orders/*" would also match "/orders/", which is another resource's path. Within a path "*" is as good, as what it
// matches besides has an empty segment, and a policy with a "*" denies those.
func (c *Compiler) paths(e entry, yield func(stem, tail string)) {
	n := &c.nodes[e.node]
	switch {
	case e.form == below:
		yield(n.stem, "/?*")
	case n.segment.Kind != route.Literal: // with all that is below it, as it cannot be had without
		yield(c.nodes[n.parent].stem, "/?*")
	default:
		if e.node != 0 { // the root's path is a slash already, and one more would be an empty segment
			yield(n.stem, "")
		}
		if e.form == exactly {
			yield(n.stem, "/")
		} else {
			yield(n.stem, "/*")
		}
	}
}

// measure finds how many bytes the plan's resources take.
func (p *plan) measure(c *Compiler, prefix int) int {
	n := 0
	for _, verb := range p.class.verbs {
		add := func(stem, tail string) { n += prefix + len(verb) + len(stem) + len(tail) + len(`"",`) }
		for _, e := range p.allow {
			c.paths(e, add)
		}
		for _, e := range p.deny {
			c.paths(e, add)
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

// refinedPaths is [Compiler.paths] for a path that does not belong to a node.
func refinedPaths(path string, yield func(stem, tail string)) {
	yield(path, "")
	if !strings.HasSuffix(path, "*") {
		yield(path, "/")
	}
}
