package iampolicy

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Unknown stands for a text that is known only at deployment, in a document of [ParseTemplate].
const Unknown = "\x00"

// isIntrinsic reports whether a value is a call of an intrinsic function.
func isIntrinsic(v strictjson.Value) bool {
	if v.Kind() != strictjson.Object || v.Len() != 1 {
		return false
	}
	for name := range v.Members() {
		return name == "Ref" || strings.HasPrefix(name, "Fn::")
	}
	return false
}

// joinedARN returns the pattern of an ARN that CDK's Stack.FormatArn joins at deployment. The partition, the region and
// the account, which contain no separators, become "*".
func joinedARN(v strictjson.Value) (pattern string, ok bool) {
	join := v.Get("Fn::Join")
	if v.Len() != 1 || join.Len() != 2 {
		return "", false
	}
	var args []strictjson.Value
	for e := range join.Elements() {
		args = append(args, e)
	}
	if len(args) != 2 || !args[0].Is("") || args[1].Kind() != strictjson.Array {
		return "", false
	}
	for part := range args[1].Elements() {
		if text, is := part.Text(); is {
			pattern += text
			continue
		}
		ref := part.Get("Ref")
		if !ref.Is("AWS::Partition") && !ref.Is("AWS::Region") && !ref.Is("AWS::AccountId") {
			return "", false
		}
		pattern += "*"
	}
	return pattern, true
}
