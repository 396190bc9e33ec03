package policycompiler

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// Method decides a request by its method's ARN alone, for authorizers whose answer is not cached. It finds the rule the
// request falls under (-1 if none), and reports whether a policy can allow it: the rule is the authorizer's own, the
// caller may call it, and the path can be named in a policy so that it means itself.
//
// A segment that has to be a claim's value is compared with it as it is and percent-decoded. A path with "*", "?" or
// "${" cannot be named, nor can one longer than a Resource may be. A path with an empty segment is refused to all who
// may not call every route, as [Compiler] does.
func Method(t *access.Table, g *access.Grant, a ARN) (rule int, allow bool) {
	rule, ok := t.Match(a.Verb, a.Path)
	if !ok || t.Rules()[rule].Elsewhere || !a.literal() || !g.Permits(rule, a.Path, Same) {
		return rule, false
	}
	if strings.Contains(a.Path, "//") {
		for i, r := range t.Rules() {
			if !r.Elsewhere && !(i < len(g.All) && g.All[i]) {
				return rule, false
			}
		}
	}
	return rule, true
}

// Same reports whether a segment of a path is a value, as it is or percent-decoded (RFC 3986, section 2.1), in hex of
// either case. A segment with a "%" that does not begin an escape is not a value.
func Same(segment, value string) bool {
	if segment == value {
		return true
	}
	for i := 0; i < len(segment); i++ {
		c := segment[i]
		if c == '%' {
			var ok bool
			if c, ok = percent.Byte(segment[i:]); !ok {
				return false
			}
			i += 2
		}
		if value == "" || value[0] != c {
			return false
		}
		value = value[1:]
	}
	return value == ""
}

// Permits reports whether the policy for the whole API allows a path that falls under a rule, for which a grant was
// given to [Compiler.Append]: its segments are the values as they are, or all of them percent-encoded.
func Permits(g *access.Grant, rule int, path string) bool {
	return g.Permits(rule, path, func(segment, value string) bool { return segment == value }) ||
		g.Permits(rule, path, func(segment, value string) bool { return segment == access.Escaped(value) })
}

// AppendMethod writes the policy that allows or denies one method ARN, in JSON, behind what is there already. If the
// ARN cannot be named in a policy so that it means itself, the policy denies everything, whatever was asked.
func AppendMethod(to []byte, a ARN, allow bool) []byte {
	effect, resource := iampolicy.Deny, a.text
	if !a.literal() {
		resource = a.Prefix() + "*"
	} else if allow {
		effect = iampolicy.Allow
	}
	to = append(append(append(to, opening...), effect...), element...)
	to = append(append(append(to, '"'), resource...), '"')
	return append(to, closing...)
}
