package accessdiff

import (
	"slices"
	"strings"
)

// untold are gains without those by the resource policy that the line of another gain covers: one of the same caller,
// route and address at a path that clients send by themselves, or one of all whom IAM allows to call.
//
// At other paths, as one with a segment of dots, a policy may say something else to keep callers from what a server
// makes of them, so that a gain there alone is told with its path.
func (p pair) untold(gains []gain) []gain {
	usual, every := map[string]bool{}, map[string]bool{}
	at := func(g gain) string { return " " + g.stage + " " + g.route.String() + " " + g.env.String() }
	for _, g := range gains {
		if g.step == byPolicy && where([]gain{g}) == "" {
			usual[p.key(g)+at(g)] = true
		}
		if g.caller.every() {
			every[g.path+at(g)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(gains), func(g gain) bool {
		return g.step == byPolicy && (where([]gain{g}) != "" && usual[p.key(g)+at(g)] ||
			g.caller.Kind == Signer && !g.caller.every() && p.amongEvery(g.caller) && every[g.path+at(g)])
	})
}

// amongEvery reports whether one who signs is among all whom IAM allows to call, as that reads: not one of another
// account, unless it stands for those that patterns of a policy do not tell from it.
func (p pair) amongEvery(c *caller) bool {
	parts, own := strings.Split(c.Principal, ":"), strings.Split(p.is.api.ARN, ":")
	return c.Name != "" || c.made || len(parts) > 5 && len(own) > 5 && parts[4] == own[4]
}

// toldBy reports whether the line of one of some gains covers another one, which assumes conditions: a gain of such
// callers on the route, or, as those by the resource policy are told with their addresses, one of the same request.
func (p pair) toldBy(gains []gain) func(gain) bool {
	at := func(g gain) string { return " " + g.stage + " " + g.verb + g.path + " " + g.env.String() }
	told := map[string]bool{}
	for _, g := range gains {
		key := g.route.String() + g.caller.Kind
		if g.caller.Kind == Signer && !g.caller.every() {
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
