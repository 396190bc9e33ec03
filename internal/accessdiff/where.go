package accessdiff

import (
	"slices"
	"strings"
)

// usual are those of some gains that are at paths which clients send by themselves. At others, as one with a segment of
// dots, a policy may say something else to keep them from what a server makes of them. Of a route that gained at such
// paths alone they are all there.
func usual(gains []gain) []gain {
	plain := func(g gain) bool { return !atSlash(g) && !atDots(g) }
	routes := map[string]bool{} // that gained at usual paths
	for _, g := range gains {
		routes[g.route.String()] = routes[g.route.String()] || plain(g)
	}
	var out []gain
	for _, g := range gains {
		if plain(g) || !routes[g.route.String()] {
			out = append(out, g)
		}
	}
	return out
}

func atSlash(g gain) bool { return g.path != "/" && strings.HasSuffix(g.path, "/") }

func atDots(g gain) bool {
	return strings.Contains(g.path, "..") || strings.Contains(g.path+"/", "/./") || strings.Contains(g.path, "//") ||
		strings.Contains(strings.ToUpper(g.path), "/%2F")
}

// where says at which paths some gains are, if they are at such alone as clients do not send by themselves.
func where(gains []gain) string {
	switch {
	case !slices.ContainsFunc(gains, func(g gain) bool { return !atSlash(g) }):
		return ", at paths that end in a slash"
	case !slices.ContainsFunc(gains, func(g gain) bool { return !atSlash(g) && !atDots(g) }):
		return ", at paths with dots or further slashes in place of names"
	}
	return ""
}
