package accessdiff

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// environment holds what policies depend on besides the caller and the route.
type environment struct {
	ip      string
	agent   *string // the User-Agent; nil without one
	referer *string
	assumed map[string]bool // whether conditions on unknown keys are met, by their text

	given map[string]string // the assumed values of keys, by name in lower case
	about []string          // the conditions that these assumptions are about
}

// String is the same for environments that differ only in their assumptions.
func (e environment) String() string {
	text := e.ip
	for _, header := range []*string{e.agent, e.referer} {
		if text += " "; header != nil {
			text += strconv.Quote(*header)
		}
	}
	return text
}

// context returns the keys that API Gateway supplies for a resource policy. A request to a private API comes through a
// VPC endpoint, and has the keys of a VPC instead of aws:SourceIp. See checks.Guard for the source.
func (e environment) context(c iampolicy.Caller, private bool) iampolicy.Context {
	keys := iampolicy.Context{}
	if private {
		keys.Set("aws:VpcSourceIp", e.ip)
		keys.Set("aws:SourceVpc", otherVPC)
		keys.Set("aws:SourceVpce", otherVPCEndpoint)
	} else {
		keys.Set("aws:SourceIp", e.ip)
	}
	keys.Set("aws:SecureTransport", "true")
	if e.agent != nil {
		keys.Set("aws:UserAgent", *e.agent)
	}
	if e.referer != nil {
		keys.Set("aws:Referer", *e.referer)
	}
	for key, text := range e.given {
		if private || !slices.Contains(ofVPC, key) {
			keys.Set(key, text)
		}
	}
	if c.ARN != "" {
		keys.Set("aws:PrincipalArn", c.PrincipalARN())
		keys.Set("aws:PrincipalAccount", c.Account)
	}
	return keys
}

// otherVPC and otherVPCEndpoint are what a request to a private API comes through, unless a policy's own is tried.
const (
	otherVPC         = "vpc-0123456789abcdef0"
	otherVPCEndpoint = "vpce-0123456789abcdef0"
)

// ofVPC are condition keys that requests to private APIs always have, and others never.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
var ofVPC = []string{"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"}

// known are the condition keys for which each value that matters is tried.
var known = []string{
	"aws:sourceip", "aws:vpcsourceip", "aws:securetransport", "aws:useragent", "aws:referer", "aws:principalarn",
	"aws:principalaccount",
}

func conditionText(c iampolicy.Condition) string {
	values := slices.Compact(slices.Sorted(slices.Values(c.Values)))
	return c.Operator + " " + strings.ToLower(c.Key) + " " + strings.Join(values, ",")
}

// assume applies the assumptions about conditions to a policy.
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

// environments returns one environment of each class that some policies distinguish. Those with assumptions are in the
// second list: nothing shows that such a request exists.
//
// private says that one of the APIs is private. Conditions on a VPC depend on nothing otherwise.
//
// complete is false if there are too many conditions to try each combination, or too many patterns for a header.
func environments(private bool, docs ...iampolicy.Document) (sure, assumed []environment, complete bool) {
	var ranges []netip.Prefix
	values := map[string][]string{}
	var foreign []iampolicy.Condition
	complete = true
	for _, d := range docs {
		for _, s := range d.Statements {
			for _, c := range s.Conditions {
				key := strings.ToLower(c.Key)
				switch {
				case !private && slices.Contains(ofVPC, key), isNull(c) && slices.Contains(ofVPC, key):
				case !slices.Contains(known, key):
					foreign = append(foreign, c)
				case key == "aws:sourceip" || key == "aws:vpcsourceip":
					for _, v := range c.Values {
						if p, ok := prefixOf(v); ok {
							ranges = append(ranges, p)
						} else if a, like := addressLike(v); like {
							ranges = append(ranges, netip.PrefixFrom(a, a.BitLen()))
						} else if !isNull(c) {
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

func isNull(c iampolicy.Condition) bool { return strings.EqualFold(c.Operator, "Null") }

// addressLike returns an IPv4 address that matches a pattern such as "10.0.*" but not a longer one such as "10.0.0.*".
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

// addresses returns one address of each set that some ranges distinguish. Each set begins at the first address of a
// range, or after its last address.
func addresses(ranges []netip.Prefix) (out []string) {
	list := []netip.Addr{
		netip.MustParseAddr("198.51.100.7"),
		netip.MustParseAddr("2001:db8:ffff::7"),
		netip.IPv4Unspecified(),
		netip.IPv6Unspecified(),
	}
	for _, p := range ranges {
		list = append(list, p.Addr())
		if next := lastAddress(p).Next(); next.IsValid() {
			list = append(list, next)
		}
	}
	// Addresses of the same set are in the same ranges.
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

// lastAddress returns the last address of a range.
func lastAddress(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
