package policycompiler

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/percent"
)

// Method decides a request by its method ARN alone, for authorizers whose answers are not cached. It returns the rule
// for the request, or -1, and whether a policy can allow the request: the rule belongs to the authorizer, the caller
// may call it, and a policy can name the path literally.
//
// A segment that must have a claim's value may be percent-encoded. A policy cannot name a path with "*", "?" or "${",
// nor one that is too long for a Resource. As in [Compiler], a path with an empty segment is refused to callers that
// may not call every route.
func Method(t *access.Table, g *access.Grant, a ARN) (rule int, allow bool) {
	rule, ok := t.Match(a.Verb, a.Path)
	if !ok || t.Rules()[rule].Elsewhere || !a.isLiteral() || !g.Permits(rule, a.Path, Same) {
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

// Same reports whether a segment of a path equals a value, either unchanged or percent-decoded (RFC 3986, section 2.1),
// with hex digits of either case. A segment with a "%" that does not begin an escape equals no value.
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

// Permits reports whether the policy for the whole API allows a path of a rule, after the grant was passed to
// [Compiler.Append]. The path's segments must be the values unchanged, or with all reserved characters percent-encoded.
func Permits(g *access.Grant, rule int, path string) bool {
	return g.Permits(rule, path, func(segment, value string) bool { return segment == value }) ||
		g.Permits(rule, path, func(segment, value string) bool { return segment == access.Escaped(value) })
}

// AppendMethod appends the policy that allows or denies one method ARN, in JSON. If a policy cannot name the ARN
// literally, it denies everything.
func AppendMethod(to []byte, a ARN, allow bool) []byte {
	effect, resource := iampolicy.Deny, a.text
	if !a.isLiteral() {
		resource = a.Prefix() + "*"
	} else if allow {
		effect = iampolicy.Allow
	}
	to = append(append(append(to, opening...), effect...), element...)
	to = append(append(append(to, '"'), resource...), '"')
	return append(to, closing...)
}
