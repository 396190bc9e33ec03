package accessdiff

import (
	"slices"
	"strings"
)

// untold removes gains through the resource policy that the line of another gain covers: one of the same caller, route
// and address at a path that clients send on their own, or one of everyone whom IAM allows to call.
//
// At other paths, such as one with a segment of dots, a policy may decide differently to keep callers from what a
// server makes of the path. So a gain only at such paths is reported with its path.
func (p pair) untold(gains []gain) []gain {
	usual, every := map[string]bool{}, map[string]bool{}
	at := func(g gain) string { return " " + g.stage + " " + g.route.String() + " " + g.env.String() }
	for _, g := range gains {
		if g.step == byPolicy && where([]gain{g}) == "" {
			usual[p.key(g)+at(g)] = true
		}
		if g.caller.standsForAll() {
			every[g.path+at(g)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(gains), func(g gain) bool {
		return g.step == byPolicy && (where([]gain{g}) != "" && usual[p.key(g)+at(g)] ||
			g.caller.Kind == Signer && !g.caller.standsForAll() && p.amongEvery(g.caller) && every[g.path+at(g)])
	})
}

// amongEvery reports whether a signer is among "everyone whom IAM allows to call", as readers understand that: it is
// not in another account, and does not stand for others that a policy's patterns do not distinguish.
func (p pair) amongEvery(c *caller) bool {
	parts, own := strings.Split(c.Principal, ":"), strings.Split(p.is.api.ARN, ":")
	return c.Name != "" || c.made || len(parts) > 5 && len(own) > 5 && parts[4] == own[4]
}

// toldBy reports whether the line of one of some gains covers another gain, which assumes conditions: a gain of such
// callers on the route or, since gains through the resource policy are reported with their addresses, one of the same
// request.
func (p pair) toldBy(gains []gain) func(gain) bool {
	at := func(g gain) string { return " " + g.stage + " " + g.verb + g.path + " " + g.env.String() }
	told := map[string]bool{}
	for _, g := range gains {
		key := g.route.String() + g.caller.Kind
		if g.caller.Kind == Signer && !g.caller.standsForAll() {
			key += signerName(g.caller, false)
		}
		if g.step == byPolicy {
			key += at(g)
		}
		told[key] = true
	}
	return func(g gain) bool {
		all := g.route.String() + g.caller.Kind
		one := all + signerName(g.caller, false)
		if g.caller.Kind != Signer {
			return told[all] || told[all+at(g)]
		}
		return told[one] || told[one+at(g)] || p.amongEvery(g.caller) && (told[all] || told[all+at(g)])
	}
}

func atSlash(g gain) bool { return g.path != "/" && strings.HasSuffix(g.path, "/") }

func atDots(g gain) bool {
	return strings.Contains(g.path, "..") || strings.Contains(g.path+"/", "/./") || strings.Contains(g.path, "//") ||
		strings.Contains(strings.ToUpper(g.path), "/%2F")
}

// where says at which paths some gains are, if these are only paths that clients do not send on their own.
func where(gains []gain) string {
	switch {
	case !slices.ContainsFunc(gains, func(g gain) bool { return !atSlash(g) }):
		return ", at paths that end in a slash"
	case !slices.ContainsFunc(gains, func(g gain) bool { return !atSlash(g) && !atDots(g) }):
		return ", at paths with dots or further slashes in place of names"
	}
	return ""
}
