package accessdiff

import "slices"

// addressesByRoute says for the keys and routes of gains by the resource policy from which addresses they are: a route can
// have ranges of its own.
func (p pair) addressesByRoute(gains []gain) map[string]string {
	by := map[string][]gain{}
	for _, g := range gains {
		if key := p.key(g) + " " + g.route.String(); g.step == byPolicy {
			by[key] = append(by[key], g)
		}
	}
	out := map[string]string{}
	for key, some := range by {
		out[key] = p.addressesOf(usual(some))
	}
	return out
}

// merged are the keys of groups, of which those are put together that gained from the same addresses: by far the most
// statements of resource policies about addresses are about all callers. A role or user has a line of its own only where
// not every caller that IAM allows gained the same.
func (p pair) merged(order []string, groups map[string][]gain) (out []string) {
	first := map[string]string{} // of addresses: the key of the group that stands for all
	for _, key := range order {
		g := groups[key]
		addresses := ""
		if g[0].step == byPolicy {
			addresses = p.addressesOf(usual(g))
		}
		if addresses == "" || g[0].caller.Kind == Signer && !g[0].caller.every() {
			continue
		}
		if into, some := first[addresses]; some {
			groups[into] = append(groups[into], g...)
			groups[key] = nil
		} else {
			first[addresses] = key
		}
	}
	var all []gain // of all whom IAM allows to call
	for _, g := range groups {
		if len(g) > 0 && g[0].caller.every() {
			all = append(all, g...)
		}
	}
	plain := map[string]bool{} // authorizers with issuers whose tokens gained, however they look
	for _, key := range order {
		if g := groups[key]; g != nil && g[0].step == byAuthorizer && p.plainly(g[0]) {
			plain[g[0].route.Authorizer+" "+g[0].caller.Issuer] = true
		}
	}
	for _, key := range order {
		g := groups[key]
		if g == nil || g[0].step == byAuthorizer && g[0].caller.why != "" && !p.plainly(g[0]) && plain[g[0].route.Authorizer+" "+g[0].caller.Issuer] &&
			slices.Contains(p.was.guards[g[0].route.Authorizer].audiencesOf(g[0].caller.Issuer), g[0].caller.Audience) {
			continue
		}
		if g[0].step == byPolicy && g[0].caller.Kind == Signer && !g[0].caller.every() &&
			(coveredBy(g, groups[first[p.addressesOf(usual(g))]]) || g[0].caller.made && coveredBy(g, all)) {
			continue
		}
		out = append(out, key)
	}
	return out
}

// plainly reports whether the issuer is all that there is to say of a token that is accepted now.
func (p pair) plainly(g gain) bool { return p.accepted(g) == "tokens of issuer "+host(g.caller.Issuer) }

// coveredBy reports whether every caller that IAM allows gained each route of some gains, by others.
func coveredBy(gains, others []gain) bool {
	return !slices.ContainsFunc(gains, func(g gain) bool {
		return !slices.ContainsFunc(others, func(o gain) bool {
			return o.caller.every() && o.route.String() == g.route.String()
		})
	})
}
