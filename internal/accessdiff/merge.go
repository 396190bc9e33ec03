package accessdiff

import "slices"

// addressesByRoute says for the keys and routes of gains by the resource policy from which addresses they are: a route
// can have ranges of its own.
func (p pair) addressesByRoute(gains []gain) map[string]string {
	by := map[string][]gain{}
	for _, g := range gains {
		if key := routeKey(p.key(g), g); g.step == byPolicy {
			by[key] = append(by[key], g)
		}
	}
	out := map[string]string{}
	for key, some := range by {
		out[key] = p.addressesOf(some)
	}
	return out
}

// routeKey is the key of a gain with its route, and with where on it the gain is.
func routeKey(key string, g gain) string { return key + " " + g.route.String() + where([]gain{g}) }

// merged are the keys of groups, of which those are put together that gained from the same addresses: by far the most
// statements of resource policies about addresses are about all callers.
func (p pair) merged(order []string, groups map[string][]gain) (out []string) {
	first := p.byAddresses(order, groups)
	plain := map[string]bool{} // authorizers with issuers whose tokens gained, however they look
	for _, key := range order {
		if g := groups[key]; g != nil && g[0].step == byAuthorizer && p.plainly(g[0]) && !p.letThrough(g[0]) {
			plain[g[0].ofIssuer()] = true
		}
	}
	for _, key := range order {
		g := groups[key]
		switch {
		case g == nil || p.toldByIssuer(g[0], plain):
		case g[0].step == byPolicy && g[0].caller.Kind == Signer && !g[0].caller.every() &&
			coveredBy(g, groups[first[p.addressesOf(g)+where(g)]]): // by a line that names addresses, of whichever callers
		default:
			out = append(out, key)
		}
	}
	return out
}

// byAddresses puts groups together that gained from the same addresses, and says by the addresses which group has them.
func (p pair) byAddresses(order []string, groups map[string][]gain) map[string]string {
	first := map[string]string{}
	for _, key := range order {
		g := groups[key]
		addresses := ""
		if g[0].step == byPolicy {
			addresses = p.addressesOf(g)
		}
		if addresses == "" || g[0].caller.Kind == Signer && !g[0].caller.every() || p.ofOthers(g) {
			continue
		}
		addresses += where(g)
		if into, some := first[addresses]; some {
			groups[into] = append(groups[into], g...)
			groups[key] = nil
		} else {
			first[addresses] = key
		}
	}
	return first
}

// ofOthers reports whether some gains by the resource policy are all of callers whom the authorizer allows other
// routes.
func (p pair) ofOthers(gains []gain) bool {
	return !slices.ContainsFunc(gains, func(g gain) bool { return p.key(g) != othersByPolicy })
}

// ofIssuer names the authorizer and the issuer of a gain.
func (g gain) ofIssuer() string { return g.route.Authorizer + " " + g.caller.Issuer }

// toldByIssuer reports whether a gain of tokens that look in some way is told by the line on all tokens of their
// issuer.
func (p pair) toldByIssuer(g gain, plain map[string]bool) bool {
	return g.step == byAuthorizer && !p.letThrough(g) && g.caller.why != "" && !p.plainly(g) && plain[g.ofIssuer()] &&
		slices.Contains(p.was.guards[g.old.Authorizer].audiencesOf(g.caller.Issuer), g.caller.Audience)
}

// plainly reports whether the issuer is all that there is to say of a token that is accepted now.
func (p pair) plainly(g gain) bool { return p.accepted(g) == g.caller.tokens() }

// coveredBy reports whether every caller that IAM allows gained each route of some gains, by others.
func coveredBy(gains, others []gain) bool {
	return !slices.ContainsFunc(gains, func(g gain) bool {
		return !slices.ContainsFunc(others, func(o gain) bool {
			return o.caller.every() && o.route.String() == g.route.String()
		})
	})
}
