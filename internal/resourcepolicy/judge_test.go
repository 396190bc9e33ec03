package resourcepolicy

import (
	"strings"
	"testing"
)

var scope = Scope{
	Allowed: []string{"execute-api:/prod/GET/health"},
	Guarded: []string{"execute-api:/prod/GET/orders", "execute-api:/prod/GET/items/?*"},
}

func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name, document string
		scope          Scope
		all            bool
		want           string // of the error; "" for none
	}{
		{"an Allow of what is public",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, ""},
		{"without a list",
			`{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": ["execute-api:/prod/GET/health"]}}`,
			scope, false, ""},
		{"an Allow of all",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`, scope, false,
			"execute-api:/prod/GET/orders, which an authorizer guards"},
		{"an Allow of all, with nothing guarded",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`,
			Scope{Allowed: scope.Allowed}, true, ""},
		{"an Allow by a *, which crosses slashes",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/i*"}]}`,
			scope, false, "execute-api:/prod/GET/items/?*, which an authorizer guards"},
		{"an Allow of a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": {"Ref": "Which"}}]}`,
			scope, false, "which an authorizer guards"},
		{"an Allow of callers that sign",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}, {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, ""},
		{"a Deny of all", `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}`, scope,
			false, "locks everybody out"},
		{"nothing allowed that needs it",
			`{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`,
			scope, false, "add an Allow statement"},
		{"preflights that are forgotten",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`,
			Scope{Allowed: scope.Allowed, Guarded: scope.Guarded, Preflights: "execute-api:/prod/OPTIONS/*"}, false,
			"no statement allows everybody the preflights"},
		{"an Allow of members in lower case, which IAM refuses",
			`{"Statement": [{"effect": "Allow", "principal": "*", "action": "execute-api:Invoke", "resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, "its document is not readable"},
		{"an Allow beside one in lower case",
			`{"Statement": [{"Effect": "Deny", "effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, "its document is not readable"},
		{"an Allow without a principal",
			`{"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}`, scope, false,
			"a statement has no Principal"},
		{"a Deny without a principal, beside an Allow",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, {"Effect": "Deny", "Action": "*", "Resource": "*"}]}`,
			scope, false, "a statement has no Principal"},
		{"a Deny of all others",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, {"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}]}`,
			scope, false, ""},
		{"a principal that is a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, {"Effect": "Allow", "Principal": {"Ref": "Who"}, "Action": "*", "Resource": "*"}]}`,
			scope, false, ""},
		{"a statement that is a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, {"Fn::If": ["Open", {"Effect": "Allow"}, {"Ref": "AWS::NoValue"}]}]}`,
			scope, false, ""},
		{"no JSON", `{"Statement": `, scope, false, "its document is not readable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, err := Judge([]byte(tt.document), tt.scope)
			if all != tt.all || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want %v, %q", all, err, tt.all, tt.want)
			}
		})
	}
}

// FuzzJudge checks that Judge accepts any document, and that a further Deny does not remove the finding of an Allow.
func FuzzJudge(f *testing.F) {
	f.Add(`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`)
	f.Add(
		`{"Statement": {"Effect": "Allow", "NotPrincipal": "*", "NotAction": "x", "NotResource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}]]}}}`,
	)
	f.Add(
		`{"Statement": [{"Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"], "Condition": {"Null": {"aws:PrincipalArn": "true"}}}]}`,
	)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, document string) {
		all, err := Judge([]byte(document), scope)
		if all && err == nil {
			t.Errorf("%s allows everybody everything, and what is guarded with it", document)
		}
		if again, twice := Judge([]byte(document), scope); again != all || (twice == nil) != (err == nil) {
			t.Errorf("%s: %v, %v and then %v, %v", document, all, err, again, twice)
		}
	})
}
