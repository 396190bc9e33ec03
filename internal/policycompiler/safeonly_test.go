package policycompiler

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestAppendSafeOnly(t *testing.T) {
	const deny = `{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["` + prefix + `DELETE/*","` + prefix +
		`PATCH/*","` + prefix + `POST/*","` + prefix + `PUT/*"]}]}`
	for _, c := range []struct{ name, policy, want string }{
		{"an Allow",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["*"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["*"]},` + deny},
		{"an Allow and a Deny",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["a"]},` +
				`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["b"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["a"]},` +
				`{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["b"]},` + deny},
		{"nothing", "",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["*"]}]}`},
		{"a beginning", `{"Version":`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["*"]}]}`},
		{"an end", `"Resource":["*"]}]}`,
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"execute-api:Invoke","Resource":["*"]}]}`},
	} {
		got := AppendSafeOnly([]byte("before "+c.policy), len("before "), prefix)
		if string(got) != "before "+c.want {
			t.Errorf("%s: got %s", c.name, got)
		}
	}
}

func TestSafeOnlySize(t *testing.T) {
	long := strings.Repeat("p", LongestPrefix+128)
	const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke",` +
		`"Resource":["*"]}]}`
	if n := len(AppendSafeOnly([]byte(policy), 0, long)) - len(policy); n > SafeOnlySize || n < SafeOnlySize-40 {
		t.Errorf("it adds %d bytes, and SafeOnlySize is %d", n, SafeOnlySize)
	}
}

// safeOnly returns a policy with the unsafe verbs denied.
func safeOnly(t testing.TB, policy []byte) iampolicy.Document {
	t.Helper()
	safe, err := iampolicy.Parse(string(AppendSafeOnly(slices.Clone(policy), 0, prefix)))
	if err != nil {
		t.Fatalf("%s: %v", policy, err)
	}
	return safe
}
