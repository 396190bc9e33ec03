package iampolicy

import "fmt"

// ParseTemplate reads a policy document of a CloudFormation template, for checks before deployment. An intrinsic
// function in place of a text becomes [Unknown]. An ARN that Fn::Join builds with the partition, the region and the
// account becomes a pattern with "*" in their places. A function in place of the document becomes a document without
// statements; in place of a statement, a statement without an effect; in place of a principal, an unknown principal.
//
// It checks the shape as strictly as [Parse]: a member that is unknown, in another case or given twice is an error. It
// accepts what only an evaluation needs, such as unknown operators of conditions, so the document must not be
// evaluated.
func ParseTemplate(text string) (Document, error) {
	doc, err := reader{template: true}.document(text)
	if err != nil {
		return Document{}, fmt.Errorf("%w: %w", ErrDocument, err)
	}
	return doc, nil
}
