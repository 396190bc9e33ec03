// Package origin checks how a table names where requests come from: ranges of addresses, VPCs, VPC endpoints, accounts
// and organizations. Resource policies, routes with FromCIDRs and private domains name them.
package origin

import (
	"fmt"
	"net/netip"
	"regexp"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// Kind is a kind of origin, as errors call it.
type Kind string

// The kinds of origins.
const (
	CIDR         Kind = "CIDR" // a range of addresses, or a single address
	VPC          Kind = "VPC"
	VPCEndpoint  Kind = "VPC endpoint"
	Account      Kind = "account"
	Organization Kind = "organization"
)

// forms are the forms of IDs. They are compiled where an ID is checked, because most apps name none.
var forms = map[Kind]struct{ form, example string }{
	VPC:          {`^vpc-[0-9a-f]{8,17}$`, "vpc-0a1b2c3d4e5f60718"},
	VPCEndpoint:  {`^vpce-[0-9a-f]{8,17}$`, "vpce-0a1b2c3d4e5f60718"},
	Account:      {`^[0-9]{12}$`, "123456789012"},
	Organization: {`^o-[a-z0-9]{10,32}$`, "o-a1b2c3d4e5"},
}

// Check refuses a text that cannot be an origin of a kind. A token may be any.
func Check(kind Kind, v string) error {
	if cdktoken.Unresolved(v) {
		return nil
	}
	if kind == CIDR {
		p, err := netip.ParsePrefix(rangeOf(v))
		if err != nil {
			return fmt.Errorf("%q is not a CIDR: want an address and a length, like %q or %q, or one address", v,
				"203.0.113.0/24", "2001:db8::/32")
		}
		if a := p.Addr(); a.Is4In6() { // API Gateway gives such a caller's address as IPv4
			return fmt.Errorf("%q is IPv4 in the notation of IPv6, which matches no caller: write it as %s", v, inIPv4(p))
		}
		return nil
	}
	if f := forms[kind]; !regexp.MustCompile(f.form).MatchString(v) {
		return fmt.Errorf("%q is not a valid %s id: want one like %q", v, kind, f.example)
	}
	return nil
}

// inIPv4 converts a range of IPv4-mapped addresses into a range of IPv4, if it is one.
func inIPv4(p netip.Prefix) string {
	const before = 96 // bits
	if p.Bits() < before {
		return "ranges of IPv4"
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-before).String()
}
