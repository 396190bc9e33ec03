package main

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// told matches the addresses in the text of a change, such as "addresses in 10.0.0.0/8 outside 10.1.0.0/16" and
// "addresses outside 10.0.0.0/8 or in 10.1.0.0/16".
var told = regexp.MustCompile(
	`\baddresses (in|outside) ([0-9a-f.:/, ]+?)(?: (?:outside|or in) ([0-9a-f.:/, ]+?))? gained`)

var (
	// ofTokens matches the issuer of the tokens that a text is about, with their audience or client.
	ofTokens = regexp.MustCompile(`^(?:access )?tokens of issuer (\S+)(?: for the audience (\S+)| of the client (\S+))?`)

	// ofSigner matches the role or user that a text is about.
	ofSigner = regexp.MustCompile(`^(?:role|user) (\w+) (?:gained|from|may call)`)

	// onRoutes matches the routes that a text names.
	onRoutes = regexp.MustCompile(`\bgained ([A-Z]+ /.*)$`)
)

// isAbout reports whether a text is about a gain, as far as it names callers, routes, paths and addresses.
func (g gain) isAbout(text string) bool {
	if f := ofTokens.FindStringSubmatch(text); f != nil {
		if g.token == nil || g.token.issuer != pool && !strings.HasSuffix(g.token.issuer, "//"+f[1]) ||
			f[2] != "" && f[2] != g.token.audience && g.token.issuer != pool || f[3] != "" && f[3] != g.token.client {
			return false
		}
	}
	if f := ofSigner.FindStringSubmatch(text); f != nil && f[1] != g.principal {
		return false
	}
	if f := onRoutes.FindStringSubmatch(text); f != nil && !strings.Contains(text, " more route") {
		routes, _, _ := strings.Cut(f[1], ", at paths")
		routes, _, _ = strings.Cut(routes, " (")
		if list := strings.Split(routes, ", "); !slices.Contains(list, g.old) && !slices.Contains(list, g.new) {
			return false
		}
	}
	return covers(text, g.path, g.ip)
}

// covers reports whether a text is about requests to a path from an address, as far as it names these.
func covers(text, path string, ip netip.Addr) bool {
	if strings.Contains(text, "at paths that end in a slash") && !strings.HasSuffix(path, "/") {
		return false
	}
	found := told.FindStringSubmatch(text)
	if found == nil {
		return true
	}
	yes := found[1] == "in" // for the first list; the second one is the opposite
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
