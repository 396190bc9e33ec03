package origin

import "net/netip"

// Parse parses a range that [Check] has accepted. A single address is a range of /32 or /128.
func Parse(v string) netip.Prefix {
	return netip.MustParsePrefix(rangeOf(v)).Masked()
}

// rangeOf turns a bare address into a range, and returns any other text unchanged.
func rangeOf(v string) string {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	return v
}

// Ranges turns the bare addresses of a list into ranges.
func Ranges(list []string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = rangeOf(v)
	}
	return out
}

// Unrouted reports whether a range is not routed on the internet (RFC 1918, RFC 4193).
func Unrouted(p netip.Prefix) bool {
	for _, of := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		if of := netip.MustParsePrefix(of); of.Bits() <= p.Bits() && of.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

// Covered reports whether every address of p is in one of the ranges.
func Covered(p netip.Prefix, ranges []netip.Prefix) bool {
	overlaps := false
	for _, r := range ranges {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
		overlaps = overlaps || r.Overlaps(p)
	}
	if !overlaps || p.IsSingleIP() {
		return false
	}
	low := netip.PrefixFrom(p.Addr(), p.Bits()+1)
	high := p.Addr().AsSlice()
	high[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	upper, _ := netip.AddrFromSlice(high)
	return Covered(low, ranges) && Covered(netip.PrefixFrom(upper, p.Bits()+1), ranges)
}
