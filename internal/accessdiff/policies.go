package accessdiff

import (
	"net/netip"
	"slices"
	"strings"
)

// withoutRights reports whether a gain is that of a caller that its authorizer does not allow the route.
func (p pair) withoutRights(g gain) bool {
	guard := p.is.guards[g.route.Authorizer]
	return guard != nil && guard.answer(g.request, p.is.api.ARN+"/"+g.stage+"/"+g.verb+g.path) == silent
}

// policyChange describes requests that the resource policy refused.
func (p pair) policyChange(gains []gain) Change {
	g := gains[0]
	name, on := p.routesInSentence(gains)
	subject := p.addressesOf(gains)
	switch {
	case g.caller.Kind == Signer && subject == "":
		subject = signerName(g.caller, true)
	case p.ofOthers(gains):
		if subject != "" {
			subject = " from " + subject
		}
		subject = "callers whom the authorizer allows other routes" + subject
	case subject == "":
		subject = "callers that the resource policy refused"
		if p.lost {
			subject = "callers that the resource policy refuses now"
		}
	case g.caller.Kind == Signer && !g.caller.standsForAll():
		subject = signerName(g.caller, true) + " from " + subject
	}
	made := p.change(g, subject+" "+p.verb()+on+where(gains), "", "")
	made.Route = name
	return made
}

// addressesOf says from which addresses requests are now allowed; "" if the address does not matter.
func (p pair) addressesOf(gains []gain) string {
	var ranges []netip.Prefix
	for _, s := range []*side{p.was, p.is} {
		if s.policy == nil {
			continue
		}
		for _, st := range s.policy.Statements {
			for _, c := range st.Conditions {
				if strings.EqualFold(c.Key, "aws:SourceIp") || p.private() && strings.EqualFold(c.Key, "aws:VpcSourceIp") {
					for _, v := range c.Values {
						if r, ok := prefixOf(v); ok {
							ranges = append(ranges, r)
						}
					}
				}
			}
		}
	}
	if ranges == nil {
		return ""
	}
	in := map[string]bool{}
	for _, g := range gains {
		in[g.env.ip] = true
	}
	var inside, outside []string
	others := false
	total := addresses(ranges)
	for _, ip := range total {
		r, some := smallest(ranges, netip.MustParseAddr(ip))
		switch {
		case in[ip] && some:
			inside = append(inside, r)
		case in[ip]:
			others = true
		case some:
			outside = append(outside, r)
		}
	}
	slices.Sort(inside)
	switch {
	case len(in) == len(total):
		return ""
	case others && len(outside) > 0:
		text := "addresses outside " + strings.Join(unique(outside), ", ")
		if islands := rangesWithin(unique(inside), outside); islands != nil {
			text += " or in " + strings.Join(islands, ", ")
		}
		return text
	case others:
		return "every address"
	}
	text := "addresses in " + strings.Join(unique(inside), ", ")
	if holes := rangesWithin(outside, inside); holes != nil {
		text += " outside " + strings.Join(unique(holes), ", ")
	}
	return text
}

// rangesWithin returns the ranges that lie in one of some others.
func rangesWithin(ranges, others []string) (out []string) {
	for _, text := range ranges {
		r, ok := prefixOf(text)
		if ok && slices.ContainsFunc(others, func(other string) bool {
			o, valid := prefixOf(other)
			return valid && o.Bits() < r.Bits() && o.Contains(r.Addr())
		}) {
			out = append(out, text)
		}
	}
	return out
}

// smallest returns the smallest range that contains an address.
func smallest(ranges []netip.Prefix, a netip.Addr) (string, bool) {
	best := -1
	for i, r := range ranges {
		if r.Contains(a) && (best < 0 || r.Bits() > ranges[best].Bits()) {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	return ranges[best].String(), true
}
