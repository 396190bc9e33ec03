package checks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestDecided(t *testing.T) {
	r := iampolicy.Request{
		Action:   iampolicy.InvokeAction,
		Resource: "arn:x",
		Context:  iampolicy.Context{"aws:sourceip": {"203.0.113.9"}},
	}
	allow := iampolicy.Statement{Effect: iampolicy.Allow, Action: []string{"*"}, Resource: []string{"arn:x"}}
	for _, c := range []struct {
		name   string
		change func(*iampolicy.Statement)
		want   string
	}{
		{
			"a pattern",
			func(s *iampolicy.Statement) { s.Resource = []string{"arn:y", "arn:*", "*"} },
			"statement 1 of the policy allows it: arn:x matches arn:*",
		},
		{
			"a deny with an id",
			func(s *iampolicy.Statement) { s.SID, s.Effect = "Out", iampolicy.Deny },
			`statement 1 "Out" of the policy denies it: arn:x matches arn:x`,
		},
		{
			"what is not meant",
			func(s *iampolicy.Statement) { s.Resource, s.NotResource = nil, []string{"arn:y", "arn:z"} },
			"statement 1 of the policy allows it: arn:x is not one of arn:y, arn:z",
		},
		{"conditions", func(s *iampolicy.Statement) {
			s.Conditions = []iampolicy.Condition{
				{Operator: "IpAddress", Key: "aws:SourceIp", Values: []string{"203.0.113.0/24"}},
				{Operator: "Null", Key: "aws:SourceVpc", Values: []string{"true"}},
			}
		}, "statement 1 of the policy allows it: arn:x matches arn:x, under the condition IpAddress aws:SourceIp " +
			"203.0.113.0/24 and Null aws:SourceVpc true"},
		{
			"many values",
			func(s *iampolicy.Statement) { s.Resource, s.NotResource = nil, strings.Split("abcdef", "") },
			"statement 1 of the policy allows it: arn:x is not one of a, b, c, d and 2 more",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := allow
			c.change(&s)
			doc := iampolicy.Document{Statements: []iampolicy.Statement{s}}
			if got := explainDecision("the policy", doc, iampolicy.Decision{Statement: 0}, r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestUndecided(t *testing.T) {
	for n, want := range []string{
		"the policy has no statement, so nothing allows arn:x",
		"the statement of the policy does not match arn:x",
		"none of the 2 statements of the policy matches arn:x",
	} {
		doc := iampolicy.Document{Statements: make([]iampolicy.Statement, n)}
		if got := explainNoMatch("the policy", doc, iampolicy.Request{Resource: "arn:x"}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "0s",
		1234 * time.Nanosecond:    "0s",
		123_456 * time.Nanosecond: "120µs",
		12_345_678:                "12ms",
		3 * time.Second:           "3s",
		90 * time.Second:          "1m30s",
		5 * time.Minute:           "5m",
		time.Hour:                 "1h",
		time.Hour + 5*time.Minute: "1h5m",
		time.Hour + time.Second:   "1h0m1s",
	} {
		if got := shortDuration(d); got != want {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}

// BenchmarkCached checks a request whose authorizer's answer is cached. The policy has as many resources as the
// included authorizer writes for an API of medium size. The last resource matches.
func BenchmarkCached(b *testing.B) {
	g := newGate("")
	a := g.token(time.Minute, "")
	var resources []string
	for i := range 60 {
		resources = append(resources, fmt.Sprintf("%q", fmt.Sprintf("%sGET/orders%d/*", arnBase, i)))
	}
	g.answer = func(string) (string, error) {
		return answering(
			policyOf(`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":[` + strings.Join(resources, ",") + `]}`),
		), nil
	}
	g.Guard = New(g.options)
	call := g.call(guarded(a), "GET /orders59/7", "Authorization: x")
	b.ReportAllocs()
	for b.Loop() {
		if v := g.Check(b.Context(), call); v.Denial != nil {
			b.Fatal(v.Denial.Reason)
		}
	}
}
