package policycompiler

import (
	"slices"
	"strings"
)

// unsafeVerbs are the verbs that API Gateway takes and that may change something (RFC 9110, section 9.2.1).
var unsafeVerbs = [...]string{"DELETE", "PATCH", "POST", "PUT"}

// SafeOnlySize is how many bytes [AppendSafeOnly] adds at most, for the longest prefix. A [Compiler] whose policies it
// is used on has to have a [Compiler.Limit] that is lower by so much.
//
// The name of a stage has up to 128 characters.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
const SafeOnlySize = len(nextDeny) + len(element) + 4*(len(`"DELETE/*",`)+LongestPrefix+128)

// AppendSafeOnly denies the verbs POST, PUT, PATCH and DELETE of the whole API in a policy that [Compiler.Append] or
// [AppendMethod] wrote, where the policy is what text has from the index on. The policy decides as before on the other
// verbs. Where the text is not such a policy, it becomes one that denies everything.
func AppendSafeOnly(text []byte, from int, prefix string) []byte {
	from = min(from, len(text))
	policy := string(text[from:])
	if !strings.HasPrefix(policy, opening) || !strings.HasSuffix(policy, closing) {
		return append(text[:from], opening+"Deny"+element+`"*"`+closing...)
	}
	text = slices.Grow(text[:len(text)-len(closing)], SafeOnlySize+len(closing))
	text = append(append(text, nextDeny...), element...)
	for i, verb := range unsafeVerbs {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(append(text, '"'), prefix...), verb...), `/*"`...)
	}
	return append(text, closing...)
}
