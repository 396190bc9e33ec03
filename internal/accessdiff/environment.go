package accessdiff

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// environment is what policies look at beside the caller and the route.
type environment struct {
	ip      string
	agent   *string // User-Agent; nil without it
	referer *string
	assumed map[string]bool // conditions on what is not known here, by their text: whether they are met

	given map[string]string // what keys are assumed to have, by their names in lower case
	about []string          // the conditions that all that is about
}

// String is the same for environments that differ in what is assumed alone.
func (e environment) String() string {
	text := e.ip
	for _, header := range []*string{e.agent, e.referer} {
		if text += " "; header != nil {
			text += strconv.Quote(*header)
		}
	}
	return text
}

// context are the keys that API Gateway has for a resource policy. See checks.Guard for the source.
func (e environment) context(c iampolicy.Caller) iampolicy.Context {
	keys := iampolicy.Context{}
	keys.Set("aws:SourceIp", e.ip)
	keys.Set("aws:SecureTransport", "true")
	if e.agent != nil {
		keys.Set("aws:UserAgent", *e.agent)
	}
	if e.referer != nil {
		keys.Set("aws:Referer", *e.referer)
	}
	for key, text := range e.given {
		keys.Set(key, text)
	}
	if c.ARN != "" {
		keys.Set("aws:PrincipalArn", c.PrincipalARN())
		keys.Set("aws:PrincipalAccount", c.Account)
	}
	return keys
}

// known are the keys of conditions that are tried with each value that matters.
var known = []string{
	"aws:sourceip", "aws:securetransport", "aws:useragent", "aws:referer", "aws:principalarn", "aws:principalaccount",
}

func conditionText(c iampolicy.Condition) string {
	values := slices.Compact(slices.Sorted(slices.Values(c.Values)))
	return c.Operator + " " + strings.ToLower(c.Key) + " " + strings.Join(values, ",")
}

// assume puts what is assumed of conditions into a policy.
func (e environment) assume(d iampolicy.Document) iampolicy.Document {
	out := d
	out.Statements = nil
	for _, s := range d.Statements {
		var kept []iampolicy.Condition
		met := true
		for _, c := range s.Conditions {
			if assumed, some := e.assumed[conditionText(c)]; some {
				met = met && assumed
			} else {
				kept = append(kept, c)
			}
		}
		if s.Conditions = kept; met {
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

// environments are one of each that some policies tell apart. What is assumed is in the second list: nothing shows that
// such a request can be.
//
// Complete is false if there are too many conditions for each combination to be tried, or too many patterns of a
// header.
func environments(docs ...iampolicy.Document) (sure, assumed []environment, complete bool) {
	var ranges []netip.Prefix
	values := map[string][]string{}
	var foreign []iampolicy.Condition
	complete = true
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, c := range s.Conditions {
				key := strings.ToLower(c.Key)
				switch {
				case !slices.Contains(known, key):
					foreign = append(foreign, c)
				case key == "aws:sourceip":
					for _, v := range c.Values {
						if p, ok := prefixOf(v); ok {
							ranges = append(ranges, p)
						} else if a, like := addressLike(v); like {
							ranges = append(ranges, netip.PrefixFrom(a, a.BitLen()))
						} else if !strings.EqualFold(c.Operator, "Null") {
							complete = false
						}
					}
				default:
					for _, v := range c.Values {
						values[key] = append(values[key], patternOf(c.Operator, v))
					}
				}
			}
		}
	}
	agents, all := headerValues(values["aws:useragent"])
	referers, also := headerValues(values["aws:referer"])
	complete = complete && all && also
	for _, ip := range addresses(ranges) {
		for _, agent := range agents {
			for _, referer := range referers {
				sure = append(sure, environment{ip: ip, agent: agent, referer: referer})
			}
		}
	}
	if foreign == nil {
		return sure, nil, complete
	}
	assumptions, all := assumptions(foreign)
	for _, e := range sure {
		for _, with := range assumptions {
			with.ip, with.agent, with.referer = e.ip, e.agent, e.referer
			assumed = append(assumed, with)
		}
	}
	return sure, assumed, complete && all
}

// addressLike is an IPv4 address that a pattern such as "10.0.*" matches and one that goes on, such as "10.0.0.*", does
// not.
func addressLike(pattern string) (netip.Addr, bool) {
	parts := strings.Split(strings.NewReplacer("*", "77", "?", "7").Replace(pattern), ".")
	for len(parts) < 4 && strings.HasSuffix(pattern, "*") {
		parts = append(parts, "77")
	}
	a, err := netip.ParseAddr(strings.Join(parts, "."))
	return a, err == nil && strings.ContainsAny(pattern, "*?")
}

func prefixOf(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// addresses are one of each set that some ranges tell apart: each set begins at the first address of a range, or behind
// the last one.
func addresses(ranges []netip.Prefix) (out []string) {
	list := []netip.Addr{
		netip.MustParseAddr("198.51.100.7"),
		netip.MustParseAddr("2001:db8:ffff::7"),
		netip.IPv4Unspecified(),
		netip.IPv6Unspecified(),
	}
	for _, p := range ranges {
		list = append(list, p.Addr())
		if next := last(p).Next(); next.IsValid() {
			list = append(list, next)
		}
	}
	// Those of one set are in the same ranges.
	seen := map[string]bool{}
	for _, a := range list {
		key := strconv.FormatBool(a.Is4())
		for _, p := range ranges {
			key += strconv.FormatBool(p.Contains(a))
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, a.String())
		}
	}
	return out
}

// last is the last address of a range.
func last(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
