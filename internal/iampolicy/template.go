package iampolicy

import "fmt"

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
