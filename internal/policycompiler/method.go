package policycompiler

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

// Method decides a request by its method's ARN alone, for authorizers whose answer is not cached. It finds the rule the
// request falls under (-1 if none), and reports whether a policy can allow it: the rule is the authorizer's own, the
// caller may call it, and the path can be named in a policy so that it means itself.
//
// A path with "*", "?" or "${" cannot, nor can one longer than a Resource may be. A path with an empty segment is
// refused to all who may not call every route, as [Compiler] does.
func Method(t *access.Table, permitted []bool, a ARN) (rule int, allow bool) {
	may := func(rule int) bool { return rule < len(permitted) && permitted[rule] }
	rule, ok := t.Match(a.Verb, a.Path)
	if !ok || !may(rule) || t.Rules()[rule].Elsewhere || !a.literal() {
		return rule, false
	}
	if strings.Contains(a.Path, "//") {
		for i, r := range t.Rules() {
			if !r.Elsewhere && !may(i) {
				return rule, false
			}
		}
	}
	return rule, true
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
