package policycompiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// LongestPrefix is the maximum length of a prefix (see [ARN.Prefix]) without the stage's name. It is for use at synth,
// when region and account may not be known yet: partition 10, region 22, account 12 and API 10 characters, and the
// separators.
const LongestPrefix = len("arn::execute-api::://") + 10 + 22 + 12 + 10

// CheckSize checks, at synth, whether some rights can lead to a policy larger than [Compiler.Limit], or a route to a
// resource longer than the 512 characters that API Gateway accepts. It assumes that the values of parameters have 64
// characters, and that lists have ten values. For callers with more, [Compiler.Append] leaves out what does not fit.
// The parameter prefix is a length. The error is [ErrTooLarge].
func (c *Compiler) CheckSize(prefix int) error {
	if n := prefix + c.longest; n > maxResource {
		return fmt.Errorf("%w: a route's resource can have %d characters, and API Gateway takes %d: shorten the longest path",
			ErrTooLarge, n, maxResource)
	}
	for k := range c.classes {
		for i, shapes := range c.shapes(&c.classes[k]) {
			for _, s := range shapes {
				_, n := c.filledSize(joinPath(s.path) + "/")
				if n += prefix + len("OPTIONS"); s.way != nil && n > maxResource {
					return fmt.Errorf("%w: a resource of the route %q has %d characters with values of %d characters for its "+
						"parameters, and API Gateway takes %d: shorten the path", ErrTooLarge,
						c.table.Rules()[c.classes[k].rule[i]].Pattern, n, usualLength, maxResource)
				}
			}
		}
	}
	// The bound takes some microseconds, and the exact size tries up to 2^12 rights, so the bound comes first. The exact
	// size never exceeds the bound, so a table whose bound fits needs no further check.
	if c.bound(prefix) <= c.Limit {
		return nil
	}
	if n, _ := c.maxSize(prefix); n > c.Limit {
		return fmt.Errorf("%w: it can have %d bytes, and the limit is %d: guard fewer routes with one authorizer, or put "+
			"those that need the same under one path", ErrTooLarge, n, c.Limit)
	}
	return nil
}

// maxExhaustive is the maximum number of values in requirements for which all rights are tried.
const maxExhaustive = 12

// maxSize returns how many bytes a policy of this table can have, with a prefix of the given length. If the
// requirements name few values, it is the size of the largest policy that claims can lead to. Otherwise exact is false,
// and it is a bound that no policy exceeds and that most stay far below. Rights without a policy do not count.
func (c *Compiler) maxSize(prefix int) (bytes int, exact bool) {
	values := c.requiredValues()
	if len(values) > maxExhaustive {
		return c.bound(prefix), false
	}
	filler := strings.Repeat("a", prefix)
	seen := map[string]bool{}
	for bits := range 1 << len(values) {
		rights, ok := rightsOf(values, bits)
		if !ok {
			continue
		}
		g := c.table.Grant(c.withValues(rights))
		if key := string(c.cacheKey("", &g)); !seen[key] {
			seen[key] = true
			if w, err := c.compose(nil, filler, c.symbolicPermission(&g)); err == nil {
				f := newFiller(nil, g.Values, false)
				newTemplate(string(append(w.to, closing...))).fill(f, false)
				bytes = max(bytes, len(f.to))
			}
		}
	}
	return bytes, true
}

// The assumed number of values in a claim's list and length of a value, if they are not known.
const (
	usualValues = 10
	usualLength = 64
)

// withValues returns rights with values for the sources, which are the claims that path parameters are compared with.
func (c *Compiler) withValues(rights access.Rights) access.Rights {
	rights.Claims = slices.Clone(rights.Claims)
	for n, source := range c.table.Sources() {
		i := slices.IndexFunc(rights.Claims, func(v access.ClaimValue) bool { return v.Path == source.Claim })
		if i < 0 {
			i = len(rights.Claims)
			rights.Claims = append(rights.Claims, access.ClaimValue{Path: source.Claim})
		}
		value := func(v int) string { return fmt.Sprintf("%0*d", usualLength, n*usualValues+v) }
		switch claim := &rights.Claims[i]; {
		case source.Kind == access.PathIs && claim.Text == "":
			claim.Text = value(0)
		case source.Kind == access.PathIn:
			for v := len(claim.List); v < usualValues; v++ {
				claim.List = append(claim.List, value(v))
			}
		}
	}
	return rights
}

// requiredValues returns the values that the requirements of the authorizer's own rules name, each once.
func (c *Compiler) requiredValues() []access.Requirement {
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

// rightsOf returns the rights with those values whose bit is set. It returns false if no token can have all of them.
func rightsOf(values []access.Requirement, bits int) (rights access.Rights, ok bool) {
	for i, v := range values {
		if bits>>i&1 != 0 {
			if rights, ok = rights.WithFirst(v); !ok {
				return rights, false
			}
		}
	}
	return rights, true
}

// bound returns an upper limit for the size. Each rule is at most allowed or denied by its own resources, and an entry
// for a branch is shorter than what it replaces. A Deny of only what an Allow matches may take more, so it counts all
// of those patterns.
func (c *Compiler) bound(prefix int) int {
	n := len(opening) + len(iampolicy.Allow) + len(nextDeny) + 2*len(element) + len(closing)
	add := func(verbs []string) func(stem, tail string) {
		return func(stem, tail string) {
			times, length := c.filledSize(stem + tail)
			for _, verb := range verbs {
				n += times * (len(`"",`) + prefix + len(verb) + length)
			}
		}
	}
	add([]string{""})(noSlashes, "")
	if c.DenyEscapes {
		add([]string{""})(noEscapes, "")
	}
	for k := range c.classes {
		class := &c.classes[k]
		shapes := c.shapes(class)
		for i, r := range class.rule {
			if r < 0 || !c.ours.Has(int(r)) {
				continue
			}
			c.entryPaths(entry{i, exactly}, add(class.verbs))
			n += len(class.verbs) // "/*" instead of "/"
			for _, s := range shapes[i] {
				if s.way != nil {
					refinedPaths(joinPath(s.path), add(class.verbs))
				}
			}
			onPath := c.table.Bound(int(r)) != nil
			if len(c.otherRules(class.exact[i], int(r))) == 0 && !onPath {
				continue
			}
			for j := range shapes {
				for _, s := range shapes[j] {
					if j == i && s.way == nil || !s.rules.Has(int(r)) {
						continue
					}
					for _, m := range c.meetingsOf(class, s.path, i) {
						refinedPaths(joinPath(m.path), add(class.verbs))
					}
				}
			}
		}
	}
	return n
}

// filledSize returns how many resources a path stands for once values are filled in, and the length of each.
func (c *Compiler) filledSize(path string) (times, length int) {
	parts := strings.Split(path, mark)
	times, length = 1, len(parts[0])
	for _, part := range parts[1:] {
		name, rest, found := strings.Cut(part, "/")
		if found {
			length += len("/") + len(rest)
		}
		length += usualLength
		if h := holeOf(name); h.source >= 0 && c.table.Sources()[h.source].Kind == access.PathIn {
			times *= usualValues
		}
	}
	return times, length
}
