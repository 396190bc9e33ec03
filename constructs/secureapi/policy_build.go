package secureapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// policyDocument returns the resource policy for CDK, or nil. The raw statements can only be judged here, because they
// are CDK's objects.
func (b *builder) policyDocument() awsiam.PolicyDocument {
	r := b.props.ResourcePolicy
	if r == nil && !b.plan.RestrictsAddresses() {
		return nil
	}
	statements := b.plan.PolicyStatements()
	document := func() awsiam.PolicyDocument {
		doc := awsiam.NewPolicyDocument(nil)
		for _, s := range statements {
			doc.AddStatements(awsiam.PolicyStatement_FromJson(s))
		}
		if r != nil {
			doc.AddStatements(r.Statements...)
		}
		return doc
	}
	doc := document()
	text, err := json.Marshal(b.stack.Resolve(doc))
	if err == nil {
		err = b.plan.JudgePolicy(text)
	}
	if err != nil {
		b.fail("%w", err)
	}
	if b.spellOut(statements) {
		return document()
	}
	return doc
}

// spellOut writes out the ARNs of NotResource, if there are any. API Gateway documents the short form only for
// Resource. If it did not expand it in NotResource, it would match no request there. The API's policy cannot refer to
// the API's ID, so a ? stands for each of its ten characters.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
func (b *builder) spellOut(statements []map[string]any) (there bool) {
	const short, id = "execute-api:/", "??????????"
	var arn string
	for _, s := range statements {
		list, ok := s["NotResource"].([]string)
		if !ok {
			continue
		}
		if arn == "" {
			arn = *b.stack.FormatArn(&awscdk.ArnComponents{Service: jsii.String("execute-api"), Resource: jsii.String(id)})
		}
		list = slices.Clone(list)
		for i, resource := range list {
			list[i] = arn + "/" + strings.TrimPrefix(resource, short)
		}
		s["NotResource"] = list
	}
	return arn != ""
}
