package plan

import "net/netip"

// parseRange parses a range that [checkEntry] has accepted. A single address is a range of /32 or /128.
func parseRange(v string) netip.Prefix {
	return netip.MustParsePrefix(prefix(v)).Masked()
}

// prefix turns a bare address into a range, and returns any other text unchanged.
func prefix(v string) string {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	return v
}

// prefixes applies [prefix] to each entry of a list.
func prefixes(list []string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = prefix(v)
	}
	return out
}
