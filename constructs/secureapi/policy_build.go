package secureapi

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
)

// policyDocument is the resource policy for CDK; nil without one. The raw statements can be judged only here,
// since they are CDK's objects.
func (b *builder) policyDocument() awsiam.PolicyDocument {
	r := b.props.ResourcePolicy
	if r == nil {
		return nil
	}
	doc := awsiam.NewPolicyDocument(nil)
	for _, s := range b.plan.PolicyStatements() {
		doc.AddStatements(awsiam.PolicyStatement_FromJson(s))
	}
	doc.AddStatements(r.Statements...)
	text, err := json.Marshal(b.stack.Resolve(doc))
	if err == nil {
		err = b.plan.JudgePolicy(text)
	}
	if err != nil {
		b.fail("%w", err)
	}
	return doc
}
