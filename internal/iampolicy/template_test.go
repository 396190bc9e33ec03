package iampolicy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTemplate(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Statement
	}{
		{"a function for a resource",
			`{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": {"Ref": "Which"}}]}`,
			[]Statement{{Effect: Allow, Action: []string{"*"}, Resource: []string{Unknown}}}},
		{"an ARN that is joined",
			`{"Statement": {"Effect": "Deny", "Action": ["*"], "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"},
			  ":execute-api:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":abc/prod/*"]]}}}`,
			[]Statement{{Effect: Deny, Action: []string{"*"}, Resource: []string{"arn:*:execute-api:*:*:abc/prod/*"}}}},
		{"a join of something else",
			`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "Api"}]]}}}`,
			[]Statement{{Effect: Deny, Action: []string{"*"}, Resource: []string{Unknown}}}},
		{"a join with a separator",
			`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": {"Fn::Join": ["/", ["arn:a", "b"]]}}}`,
			[]Statement{{Effect: Deny, Action: []string{"*"}, Resource: []string{Unknown}}}},
		{"a join of a list that is not known yet",
			`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": {"Fn::Join": ["", {"Ref": "List"}]}}}`,
			[]Statement{{Effect: Deny, Action: []string{"*"}, Resource: []string{Unknown}}}},
		{"an operator that is not known",
			`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*",
			  "Condition": {"StringMatches": {"k": ["v", {"Ref": "V"}]}}}}`,
			[]Statement{{Effect: Deny, Action: []string{"*"}, Resource: []string{"*"},
				Conditions: []Condition{{Operator: "StringMatches", Key: "k", Values: []string{"v", Unknown}}}}}},
		{"a function for a statement", `{"Statement": [{"Fn::If": ["A", {}, {}]}]}`, []Statement{{}}},
		{"a function for the document", `{"Fn::If": ["A", {}, {}]}`, nil},
		{"a function for a principal and for a condition's value",
			`{"Statement": {"Effect": "Allow", "Principal": {"Ref": "P"}, "Action": "*", "Resource": "*",
			  "Condition": {"StringEquals": {"aws:SourceVpc": {"Ref": "Vpc"}}}}}`,
			[]Statement{{
				Effect:     Allow,
				Action:     []string{"*"},
				Resource:   []string{"*"},
				Principal:  &Principal{AWS: []string{Unknown}},
				Conditions: []Condition{{Operator: "StringEquals", Key: "aws:SourceVpc", Values: []string{Unknown}}},
			}}},
		{"what Parse refuses to evaluate",
			`{"Statement": {"Effect": "Allow", "NotPrincipal": {"Federated": "x"}, "Action": "*", "Resource": ` +
				`"${aws:username}"}}`,
			[]Statement{{Effect: Allow, Action: []string{"*"}, Resource: []string{"${aws:username}"},
				NotPrincipal: &Principal{}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := ParseTemplate(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, doc.Statements); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, text := range []string{
		`{"statement": []}`, `{"Statement": [{"effect": "Allow"}]}`, `{"Statement": [{"Effect": {"Ref": "E"}}]}`,
		`{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}`, `{"Statement": [{"Effect": "Allow", "Resource": 5}]}`,
		`null`, `{`, `{"Statement": [{"Condition": {"StringEquals": {"k": null}}}]}`,
		`{"Statement": [{"Condition": {"StringEquals": {"k": [["v"]]}}}]}`,
		`{"Statement": [{"Fn::If": [], "Effect": "Allow"}]}`,
	} {
		if doc, err := ParseTemplate(text); err == nil {
			t.Errorf("%s: got %+v, want an error", text, doc)
		}
	}
}
