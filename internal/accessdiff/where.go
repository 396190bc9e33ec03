package accessdiff

import (
	"slices"
	"strings"
)

// usual are those of some gains that are at paths which clients send by themselves. At others, as one with a segment of
// dots, a policy may say something else to keep them from what a server makes of them. All of them, if there are none.
func usual(gains []gain) []gain {
	var out []gain
	for _, g := range gains {
		if !atSlash(g) && !atDots(g) {
			out = append(out, g)
		}
	}
	if out == nil {
		return gains
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
