package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// callers reports routes whose integration sends less about the caller, or takes it from something else. A backend that
// trusts what it gets may then act for a caller that the client names, so it may be wider. It is not wider if the
// integration sent nothing or a fixed text before, and sends what the guard verified now.
func (p pair) callers(add func(Change)) {
	tell := func(r matrix.Route) bool { return r.Caller != nil }
	if !slices.ContainsFunc(p.was.api.Routes, tell) && !slices.ContainsFunc(p.is.api.Routes, tell) {
		return
	}
	told := map[string]bool{}
	p.eachServed(func(was, is matrix.Route) {
		if is.AnsweredBy == "" && was.AnsweredBy != "" { // the event of a function has it
			return
		}
		before, after := textsByName(was.Caller), textsByName(is.Caller)
		for _, place := range differing(before, after) {
			x, y := before[place], after[place]
			c := Change{Route: is.String(), Effect: Unknown, Was: orNone(x), Is: orNone(y)}
			switch {
			case y == "":
				c.Text = is.String() + ": its backend no longer gets the " + place + " from " + x +
					", so a client may write it"
			case x == "":
				c.Text = is.String() + ": its backend gets the " + place + " from " + y + " now"
			default:
				c.Text = is.String() + ": its backend gets the " + place + " from " + y + " (was " + x + ")"
			}
			fixed, tells := strings.HasPrefix(y, "'"), strings.HasPrefix(y, "context.")
			if x == "" && (fixed || tells) || strings.HasPrefix(x, "'") && tells {
				c.Effect = Changed
			}
			if !told[c.Text] {
				add(c)
			}
			told[c.Text] = true
		}
	})
}

// eachServed calls of for two routes of one pattern, and for two that serve the same request, such as "GET /{any+}" and
// "GET /a". There may be too many requests to find all of the latter.
func (p pair) eachServed(of func(was, is matrix.Route)) {
	type patterns struct{ was, is string }
	seen := map[patterns]bool{}
	visit := func(was, is matrix.Route) {
		if both := (patterns{was.String(), is.String()}); !seen[both] && !was.Preflight && !is.Preflight {
			seen[both] = true
			of(was, is)
		}
	}
	for was, is := range p.sameRoutes {
		visit(was, is)
	}
	requests, _ := p.requests(nil)
	for _, q := range requests {
		was, had := p.was.matched(q.verb, q.path)
		if is, has := p.is.matched(q.verb, q.path); had && has {
			visit(was, is)
		}
	}
}

// textsByName returns the values of variables by name.
func textsByName(list []matrix.Variable) map[string]string {
	out := map[string]string{}
	for _, v := range list {
		out[v.Name] = v.Value
	}
	return out
}

// proofTable reports that an included authorizer has another table of used DPoP proofs, or none, or one now. Without a
// table, a copied request can succeed once at each instance of the function, and a new table lacks the proofs of the
// last minute. If no issuer requires proofs on one side, which tokens are accepted is reported.
func proofTable(was, is matrix.Authorizer, stack string, add func(Change)) {
	x, y := settingsOf(stack, was.Variables), settingsOf(stack, is.Variables)
	proves := func(s settings) bool {
		return slices.ContainsFunc(s.issuers, func(i issuer) bool { return i.dpop })
	}
	before, after := x.raw["proofTable"], y.raw["proofTable"]
	if before == after || !proves(x) || !proves(y) {
		return
	}
	c := Change{Effect: Unknown, Was: orNone(before), Is: orNone(after)}
	switch {
	case after == "":
		c.Text = "the authorizer " + is.Name + " no longer keeps used proofs in the table " + before +
			", so a copied request may succeed once at each instance of its function"
	case before == "":
		c.Effect = Changed
		c.Text = "the authorizer " + is.Name + " keeps used proofs in the table " + after + " now"
	default:
		c.Text = "the authorizer " + is.Name + " keeps used proofs in the table " + after + " (was " + before +
			"), so a copied request whose proof is in the old table may succeed again"
	}
	add(c)
}
