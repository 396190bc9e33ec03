package policycompiler

import (
	"slices"
	"strings"
)

// unsafeVerbs are the verbs of API Gateway that may change something (RFC 9110, section 9.2.1).
var unsafeVerbs = [...]string{"DELETE", "PATCH", "POST", "PUT"}

// SafeOnlySize is the maximum number of bytes that [AppendSafeOnly] adds, for the longest prefix. The [Compiler.Limit]
// of a Compiler whose policies it extends must be lower by this number.
//
// The name of a stage has up to 128 characters.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
const SafeOnlySize = len(nextDeny) + len(element) + 4*(len(`"DELETE/*",`)+LongestPrefix+128)

// AppendSafeOnly denies the verbs POST, PUT, PATCH and DELETE of the whole API in a policy that [Compiler.Append] or
// [AppendMethod] wrote. The policy begins at the index from of the text. Its decisions for other verbs do not change.
// If the text is not such a policy, it becomes a policy that denies everything.
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
