package authz

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// parsed is an answer, parsed strictly.
type parsed struct {
	principal  string
	policy     iampolicy.Document
	policyText string
	context    map[string]string
	usageKey   string
}

// readAnswer parses an answer, and fails if API Gateway could not read it.
func readAnswer(t testing.TB, text string) parsed {
	t.Helper()
	v, err := strictjson.Parse(text)
	if err != nil {
		t.Fatalf("the answer %q: %v", text, err)
	}
	if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
		t.Fatalf("the answer %q is not JSON", text)
	}
	a := parsed{context: map[string]string{}}
	for name, member := range v.Members() {
		switch name {
		case "principalId":
			a.principal, _ = member.Text()
		case "policyDocument":
			a.policyText = member.Raw()
			if a.policy, err = iampolicy.Parse(a.policyText); err != nil {
				t.Fatalf("the policy %s: %v", a.policyText, err)
			}
		case "context":
			for name, value := range member.Members() {
				s, ok := value.Text()
				if !ok || len(s) > maxValue {
					t.Fatalf("the context value %q is %s", name, value.Raw())
				}
				a.context[name] = s
			}
		case "usageIdentifierKey":
			var ok bool
			if a.usageKey, ok = member.Text(); !ok || len(a.usageKey) < minUsageKey || len(a.usageKey) > maxUsageKey {
				t.Fatalf("the key is %s", member.Raw())
			}
		default:
			t.Fatalf("the answer has %q", name)
		}
	}
	if a.principal == "" || a.policyText == "" || len(a.principal) > maxPrincipal ||
		!isPlain(strings.ReplaceAll(a.principal, "%", "")) {
		t.Fatalf("principal %q, policy %q", a.principal, a.policyText)
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
