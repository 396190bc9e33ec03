package policycompiler

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestAppendUntil(t *testing.T) {
	end := time.Date(2023, 11, 14, 23, 18, 20, 999, time.FixedZone("", 3600))
	const condition = `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2023-11-14T22:18:20Z"}}`
	for _, c := range []struct{ name, policy, want string }{
		{"an Allow",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["*"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow"` + condition +
				`,"Action":"execute-api:Invoke","Resource":["*"]}]}`},
		{"an Allow and a Deny, which has no end",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["a"]},` +
				`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["b"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow"` + condition +
				`,"Action":"execute-api:Invoke","Resource":["a"]},{"Effect":"Deny","Action":"execute-api:Invoke",` +
				`"Resource":["b"]}]}`},
		{"a Deny alone",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["*"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["*"]}]}`},
		{"nothing", "", ""},
		{"a beginning", `{"Version":`, `{"Version":`},
	} {
		got := AppendUntil([]byte("before "+c.policy), len("before "), end)
		if string(got) != "before "+c.want {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
}

// API Gateway would refuse the whole policy for a date of more than four digits.
func TestAppendUntilTheLastDate(t *testing.T) {
	arn, err := ParseARN(prefix + "GET/orders")
	if err != nil {
		t.Fatal(err)
	}
	got := AppendUntil(AppendMethod(nil, arn, true), 0, time.Unix(1<<53-1, 0))
	policy, err := iampolicy.Parse(string(got))
	if err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if c := policy.Statements[0].Conditions; len(c) != 1 || c[0].Values[0] != "9999-12-31T23:59:59Z" {
		t.Errorf("conditions %v", c)
	}
}
