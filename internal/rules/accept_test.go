package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// url returns a template with an open URL of a guarded function, which has this metadata.
func url(t *testing.T, metadata string) *cloudassembly.Assembly {
	t.Helper()
	a, err := cloudassembly.Parse("Shop", fmt.Appendf(nil, `{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "GET", "AuthorizationType": "AWS_IAM",
			"Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
			"Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}},
		"F": {"Type": "AWS::Lambda::Function", "Properties": {}},
		"Url": {"Type": "AWS::Lambda::Url", "Metadata": %s, "Properties": {
			"AuthType": "NONE", "TargetFunctionArn": {"Fn::GetAtt": ["F", "Arn"]}}}
	}}`, metadata))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAcceptances(t *testing.T) {
	const open = "error open-function-url: the function URL is open, and its function answers GET /, which AWS_IAM guards"
	for _, tt := range []struct {
		name, metadata string
		want           []string // findings, and "accepted" with the reason
	}{
		{"none", `{}`, []string{open}},
		{"with a reason", `{"gatehouse:accepts": {"open-function-url": " it verifies signatures "}}`,
			[]string{"accepted: it verifies signatures"}},
		{"without a reason", `{"gatehouse:accepts": {"open-function-url": " "}}`, []string{"error acceptance: it accepts " +
			"open-function-url without a reason", open}},
		{"a reason that is not text", `{"gatehouse:accepts": {"open-function-url": true}}`, []string{"error acceptance: " +
			"it accepts open-function-url without a reason", open}},
		{"of an unknown rule", `{"gatehouse:accepts": {"open-url": "x"}}`,
			[]string{`error acceptance: it accepts the rule "open-url", which does not exist: want one of `, open}},
		{"of acceptances", `{"gatehouse:accepts": {"acceptance": "x"}}`,
			[]string{`error acceptance: it accepts the rule "acceptance"`, open}},
		{"that is left over", `{"gatehouse:accepts": {"open-function-url": "signed", "open-method": "once"}}`,
			[]string{"warning acceptance: it accepts open-method, and the rule finds nothing here", "accepted: signed"}},
		{"in another form", `{"gatehouse:accepts": ["open-function-url"]}`, []string{"error acceptance: the metadata " +
			"gatehouse:accepts is not an object of rules and reasons", open}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := url(t, tt.metadata)
			var got []string
			for _, f := range rules.Check(a, rules.Options{Accepted: true}) {
				if f.Accepted != "" {
					got = append(got, "accepted: "+f.Accepted)
					continue
				}
				got = append(got, fmt.Sprintf("%s %s: %s", f.Severity, f.Rule, f.Message))
			}
			if len(got) != len(tt.want) {
				t.Fatalf("found %q, want %q", got, tt.want)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("found %q, want %q", got[i], want)
				}
			}
			for _, f := range rules.Check(a, rules.Options{}) {
				if f.Accepted != "" {
					t.Errorf("%+v is accepted, but was not listed", f)
				}
			}
		})
	}
}
