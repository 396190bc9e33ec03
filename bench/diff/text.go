package main

import (
	"net/netip"
	"regexp"
	"strings"
)

// told finds the addresses in the text of a change, such as "addresses in 10.0.0.0/8 outside 10.1.0.0/16" and "addresses
// outside 10.0.0.0/8 or in 10.1.0.0/16".
var told = regexp.MustCompile(`\baddresses (in|outside) ([^a-z]+)(?: (?:outside|or in) ([^a-z]+))? gained`)

// covers reports whether a text is about requests to a path from an address, as far as it names such.
func covers(text, path string, ip netip.Addr) bool {
	if strings.Contains(text, "at paths that end in a slash") && !strings.HasSuffix(path, "/") {
		return false
	}
	found := told.FindStringSubmatch(text)
	if found == nil {
		return true
	}
	yes := found[1] == "in" // of the first list; the second one is the other way round
	best, gained := -1, !yes
	for i, list := range found[2:] {
		for _, part := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
			if p := netip.MustParsePrefix(part); p.Contains(ip) && p.Bits() > best {
				best, gained = p.Bits(), yes == (i == 0)
			}
		}
	}
	return gained
}
