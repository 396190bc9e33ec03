package policycompiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// LongestPrefix is how long a prefix (see [ARN.Prefix]) can be without the stage's name, for use at synth, where region
// and account may not be known yet: partition 10, region 20, account 12, API 10 characters, and what is between them.
const LongestPrefix = len("arn:::execute-api:::://") + 10 + 20 + 12 + 10

// CheckSize finds, for use at synth, whether some rights can lead to a policy above [Compiler.Limit], or a route to a
// resource above the 512 characters that API Gateway takes. The prefix is given by its length. The error is
// [ErrTooLarge].
func (c *Compiler) CheckSize(prefix int) error {
	if n := prefix + c.longest; n > maxResource {
		return fmt.Errorf("%w: a route's resource can have %d characters, and API Gateway takes %d: shorten the longest path",
			ErrTooLarge, n, maxResource)
	}
	// The bound takes some microseconds, and the exact size tries up to 2^12 rights, so the bound comes first: a table
	// whose bound fits needs no more. That leaves out no table, as the exact size never exceeds the bound.
	if c.bound(prefix) <= c.Limit {
		return nil
	}
	if n, _ := c.MaxSize(prefix); n > c.Limit {
		return fmt.Errorf("%w: it can have %d bytes, and the limit is %d: guard fewer routes with one authorizer, or put "+
			"those that need the same under one path", ErrTooLarge, n, c.Limit)
	}
	return nil
}

// exhaustive is up to how many values of requirements all rights are tried.
const exhaustive = 12

// MaxSize finds how many bytes a policy of this table can have, with a prefix of the given length. If the table's
// requirements name few values it is the size of the largest policy that claims can lead to; else exact is false, and
// it is a bound that no policy exceeds and most stay well below. Rights that have no policy do not count.
func (c *Compiler) MaxSize(prefix int) (bytes int, exact bool) {
	values := c.values()
	if len(values) > exhaustive {
		return c.bound(prefix), false
	}
	filler := strings.Repeat("a", prefix)
	seen := map[string]bool{}
	for bits := range 1 << len(values) {
		rights, ok := some(values, bits)
		if !ok {
			continue
		}
		permitted := route.NewSet(len(c.table.Rules()))
		for i, ok := range c.table.Permitted(rights) {
			if ok {
				permitted.Add(i)
			}
		}
		if key := fmt.Sprint(permitted); !seen[key] {
			seen[key] = true
			if w, err := c.compose(nil, filler, permitted); err == nil {
				bytes = max(bytes, len(w.to)+len(closing))
			}
		}
	}
	return bytes, true
}

// values are those that the requirements of the authorizer's own rules name, each once.
func (c *Compiler) values() []access.Requirement {
	var all []access.Requirement
	for _, rule := range c.table.Rules() {
		if rule.Elsewhere {
			continue
		}
		for _, req := range rule.Requires {
			for one := range req.Values {
				if !slices.ContainsFunc(all, one.Equal) {
					all = append(all, one)
				}
			}
		}
	}
	return all
}

// some are the rights that have those values whose bit is set. It reports false if no token brings all of them.
func some(values []access.Requirement, bits int) (rights access.Rights, ok bool) {
	for i, v := range values {
		if bits>>i&1 != 0 {
			if rights, ok = rights.WithFirst(v); !ok {
				return rights, false
			}
		}
	}
	return rights, true
}

// bound: each rule is allowed or denied by its own resources at most, and what is said of a branch in one is shorter
// than what it replaces. To deny by the ways in which an Allow matches may take more, so all of those are counted.
func (c *Compiler) bound(prefix int) int {
	n := len(opening) + len(iampolicy.Allow) + len(nextDeny) + 2*len(element) + len(closing)
	add := func(verbs []string) func(stem, tail string) {
		return func(stem, tail string) {
			for _, verb := range verbs {
				n += len(`"",`) + prefix + len(verb) + len(stem) + len(tail)
			}
		}
	}
	add([]string{""})(noSlashes, "")
	if c.DenyEscapes {
		add([]string{""})(noEscapes, "")
	}
	for k := range c.classes {
		class := &c.classes[k]
		for i, r := range class.rule {
			if r < 0 || !c.ours.Has(int(r)) {
				continue
			}
			c.paths(entry{i, exactly}, add(class.verbs))
			n += len(class.verbs) // "/*" instead of "/"
			if len(c.others(class.exact[i], int(r))) == 0 {
				continue
			}
			for j, allowed := range class.rule {
				if allowed < 0 || allowed == r || !c.ours.Has(int(allowed)) {
					continue
				}
				for _, m := range c.meetings(class, entry{j, exactly}, i) {
					refinedPaths(joined(m.path), add(class.verbs))
				}
			}
		}
	}
	return n
}
