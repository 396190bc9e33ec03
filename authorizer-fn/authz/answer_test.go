package authz

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// parsed is the authorizer's answer.
type parsed struct {
	principal  string
	policy     iampolicy.Document
	policyText string
	context    map[string]string
	usageKey   string
}

// readAnswer parses the authorizer's answer. It fails the test if API Gateway would refuse the answer.
func readAnswer(t testing.TB, text string) parsed {
	t.Helper()
	v, err := strictjson.Parse(text)
	if err != nil {
		t.Fatalf("answer %q: %v", text, err)
	}
	if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
		t.Fatalf("answer %q is not JSON in UTF-8", text)
	}
	a := parsed{context: map[string]string{}}
	for name, member := range v.Members() {
		switch name {
		case "principalId":
			a.principal, _ = member.Text()
		case "policyDocument":
			a.policyText = member.Raw()
			if a.policy, err = iampolicy.Parse(a.policyText); err != nil {
				t.Fatalf("answer: policy %s: %v", a.policyText, err)
			}
		case "context":
			for name, value := range member.Members() {
				s, ok := value.Text()
				if !ok || len(s) > maxValue {
					t.Fatalf("answer: context value %q: got %s, want a string of at most %d bytes",
						name, value.Raw(), maxValue)
				}
				a.context[name] = s
			}
		case "usageIdentifierKey":
			var ok bool
			if a.usageKey, ok = member.Text(); !ok || len(a.usageKey) < minUsageKey || len(a.usageKey) > maxUsageKey {
				t.Fatalf("answer: usageIdentifierKey: got %s, want a string of %d to %d bytes",
					member.Raw(), minUsageKey, maxUsageKey)
			}
		default:
			t.Fatalf("answer: unknown member %q", name)
		}
	}
	if a.principal == "" || a.policyText == "" || len(a.principal) > maxPrincipal ||
		!isPlain(strings.ReplaceAll(a.principal, "%", "")) {
		t.Fatalf("answer: got principal %q and policy %q, want both, and a plain principal of at most %d bytes",
			a.principal, a.policyText, maxPrincipal)
	}
	return a
}

// methodARN returns the methodArn of an event, or "".
func methodARN(payload []byte) string {
	v, err := strictjson.Parse(string(payload))
	if err != nil {
		return ""
	}
	arn, _ := v.Get("methodArn").Text()
	return arn
}
