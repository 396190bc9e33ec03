package accessdiff

import "slices"

// addressesByRoute says, by key and route, from which addresses requests gained through the resource policy, since a
// route can have its own ranges.
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

// routeKey returns the key of a gain with its route and its place on the route.
func routeKey(key string, g gain) string { return key + " " + g.route.String() + where([]gain{g}) }

// merged returns the keys of groups. It merges groups that gained from the same addresses, since most statements of
// resource policies about addresses apply to all callers.
func (p pair) merged(order []string, groups map[string][]gain) (out []string) {
	first := p.byAddresses(order, groups)
	plain := map[string]bool{} // authorizers with issuers of which all tokens gained
	for _, key := range order {
		if g := groups[key]; g != nil && g[0].step == byAuthorizer && p.issuerOnly(g[0]) && !p.letThrough(g[0]) {
			plain[g[0].ofIssuer()] = true
		}
	}
	for _, key := range order {
		g := groups[key]
		switch {
		case g == nil || p.toldByIssuer(g[0], plain):
		case g[0].step == byPolicy && g[0].caller.Kind == Signer && !g[0].caller.standsForAll() &&
			coveredBy(g, groups[first[p.addressesOf(g)+where(g)]]): // covered by a line about addresses, for any callers
		default:
			out = append(out, key)
		}
	}
	return out
}

// byAddresses merges groups that gained from the same addresses, and returns the group of each set of addresses.
func (p pair) byAddresses(order []string, groups map[string][]gain) map[string]string {
	first := map[string]string{}
	for _, key := range order {
		g := groups[key]
		addresses := ""
		if g[0].step == byPolicy {
			addresses = p.addressesOf(g)
		}
		if addresses == "" || g[0].caller.Kind == Signer && !g[0].caller.standsForAll() || p.ofOthers(g) {
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

// ofOthers reports whether all gains through the resource policy are those of callers that the authorizer allows other
// routes.
func (p pair) ofOthers(gains []gain) bool {
	return !slices.ContainsFunc(gains, func(g gain) bool { return p.key(g) != othersByPolicy })
}

// ofIssuer identifies the authorizer and the issuer of a gain.
func (g gain) ofIssuer() string { return g.route.Authorizer + " " + g.caller.Issuer }

// toldByIssuer reports whether the line about all tokens of an issuer covers a gain of tokens with a certain property.
func (p pair) toldByIssuer(g gain, plain map[string]bool) bool {
	return g.step == byAuthorizer && !p.letThrough(g) && g.caller.why != "" && !p.issuerOnly(g) && plain[g.ofIssuer()] &&
		slices.Contains(p.was.guards[g.old.Authorizer].audiencesOf(g.caller.Issuer), g.caller.Audience)
}

// issuerOnly reports whether nothing but the issuer describes a token that is now accepted.
func (p pair) issuerOnly(g gain) bool { return p.accepted(g) == g.caller.tokens() }

// coveredBy reports whether others include, for each route of some gains, a gain of every caller that IAM allows.
func coveredBy(gains, others []gain) bool {
	return !slices.ContainsFunc(gains, func(g gain) bool {
		return !slices.ContainsFunc(others, func(o gain) bool {
			return o.caller.standsForAll() && o.route.String() == g.route.String()
		})
	})
}
