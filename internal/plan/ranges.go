package plan

import "net/netip"

// parseRange reads a range that [checkEntry] has accepted. One address is a range, of /32 or /128.
func parseRange(v string) netip.Prefix {
	return netip.MustParsePrefix(prefix(v)).Masked()
}

// prefix writes a bare address as a range, and leaves any other text as it is.
func prefix(v string) string {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" {
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	return v
}

// prefixes are ranges with bare addresses written as such.
func prefixes(list []string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = prefix(v)
	}
	return out
}
