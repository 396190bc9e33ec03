package iampolicy

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Unknown stands in a document of [ParseTemplate] for a text that is known only when the stack is deployed.
const Unknown = "\x00"

// ParseTemplate reads a policy document of a CloudFormation template, for checks before the stack is deployed. An
// intrinsic function in the place of a text reads as [Unknown]; an ARN that Fn::Join puts together with the partition,
// the region and the account reads as a pattern that has "*" in their place. A function in the place of the document
// reads as one without statements, in the place of a statement as one without an effect, and in the place of a
// principal as an unknown one.
//
// It is as strict as [Parse] about the shape: a member that is unknown, in other case or there twice is an error. It
// does not refuse what only evaluation needs, such as the operators of conditions, and the document must not be
// evaluated.
func ParseTemplate(text string) (Document, error) {
	doc, err := reader{template: true}.document(text)
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return doc, nil
}

// text reads a string or, in a template, what stands for one.
func (r reader) text(v strictjson.Value) (string, error) {
	if !r.template || v.Kind() != strictjson.Object {
		return readText(v)
	}
	if pattern, ok := joinedARN(v); ok {
		return pattern, nil
	}
	return Unknown, nil
}

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

// joinedARN is the pattern of an ARN that CDK's Stack.FormatArn puts together when the stack is deployed: the
// partition, the region and the account, which have no separators in them, stand as "*".
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
