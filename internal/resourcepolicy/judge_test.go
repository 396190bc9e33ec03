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
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": ` +
				`"execute-api:/prod/GET/health"}]}`,
			scope, false, ""},
		{"without a list",
			`{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": ` +
				`["execute-api:/prod/GET/health"]}}`,
			scope, false, ""},
		{"an Allow of all",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`, scope, false,
			"execute-api:/prod/GET/orders, which an authorizer guards"},
		{"an Allow of all, with nothing guarded",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`,
			Scope{Allowed: scope.Allowed}, true, ""},
		{"an Allow by a *, which crosses slashes",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": ` +
				`"arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/i*"}]}`,
			scope, false, "execute-api:/prod/GET/items/?*, which an authorizer guards"},
		{"an Allow of a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": ` +
				`{"Ref": "Which"}}]}`,
			scope, false, "which an authorizer guards"},
		{"an Allow of callers that sign",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
				"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
				{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke",
				"Resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, ""},
		{"a Deny of all", `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}`, scope,
			false, "locks everybody out"},
		{"nothing allowed that needs it",
			`{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"IpAddress": ` +
				`{"aws:SourceIp": "203.0.113.0/24"}}}]}`,
			scope, false, "add an Allow statement"},
		{"preflights that are forgotten",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": ` +
				`"execute-api:/prod/GET/health"}]}`,
			Scope{Allowed: scope.Allowed, Guarded: scope.Guarded, Preflights: "execute-api:/prod/OPTIONS/*"}, false,
			"no statement allows everybody the preflights"},
		{"an Allow of members in lower case, which IAM refuses",
			`{"Statement": [{"effect": "Allow", "principal": "*", "action": "execute-api:Invoke", "resource": ` +
				`"execute-api:/prod/GET/health"}]}`,
			scope, false, "its document is not readable"},
		{"an Allow beside one in lower case",
			`{"Statement": [{"Effect": "Deny", "effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", ` +
				`"Resource": "execute-api:/prod/GET/health"}]}`,
			scope, false, "its document is not readable"},
		{"an Allow without a principal",
			`{"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}`, scope, false,
			"a statement has no Principal"},
		{"a Deny without a principal, beside an Allow",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, ` +
				`{"Effect": "Deny", "Action": "*", "Resource": "*"}]}`,
			scope, false, "a statement has no Principal"},
		{"a Deny of all others",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, ` +
				`{"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*", "Resource": "*"}]}`,
			scope, false, ""},
		{"a principal that is a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, ` +
				`{"Effect": "Allow", "Principal": {"Ref": "Who"}, "Action": "*", "Resource": "*"}]}`,
			scope, false, ""},
		{"a statement that is a token",
			`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/GET/health"}, ` +
				`{"Fn::If": ["Open", {"Effect": "Allow"}, {"Ref": "AWS::NoValue"}]}]}`,
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

// allow returns a statement that allows all callers a resource.
func allow(resource string) string { return about("Allow", `"*"`, resource, "") }

func about(effect, principal, resource, condition string) string {
	if condition != "" {
		condition = `, "Condition": {` + condition + `}`
	}
	return `{"Effect": "` + effect + `", "Principal": ` + principal + `, "Action": "execute-api:Invoke", "Resource": ` +
		resource + condition + `}`
}

func TestJudgeStatements(t *testing.T) {
	const (
		health  = `"execute-api:/prod/GET/health"`
		account = `{"AWS": "123456789012"}`
		guarded = "which an authorizer guards"
	)
	preflights := Scope{Allowed: []string{"execute-api:/prod/OPTIONS/*"}, Preflights: "execute-api:/prod/OPTIONS/*"}
	nothing := Scope{Guarded: scope.Guarded}
	for _, tt := range []struct {
		name       string
		statements []string
		scope      Scope
		all        bool
		want       string // of the error; "" for none
	}{
		{"an Allow of all and one of a part", []string{allow(`"*"`), allow(health)}, Scope{Allowed: scope.Allowed}, true, ""},
		{"an Allow of something else", []string{allow(`"execute-api:/prod/GET/other"`)}, scope, false,
			"add an Allow statement"},
		{"an Allow of what is public, for an account", []string{about("Allow", account, health, "")}, scope, false,
			"add an Allow statement"},
		{"an Allow of preflights", []string{allow(`"execute-api:/prod/OPTIONS/*"`)}, preflights, false, ""},
		{"an Allow of preflights, and one of something else",
			[]string{allow(`"execute-api:/prod/OPTIONS/*"`), allow(health)}, preflights, false, ""},
		{"an Allow of preflights, for an account",
			[]string{allow(`"execute-api:/prod/OPTIONS/a"`), about("Allow", account, `"execute-api:/prod/OPTIONS/*"`, "")},
			Scope{Allowed: []string{"execute-api:/prod/OPTIONS/a"}, Preflights: "execute-api:/prod/OPTIONS/b"}, false,
			"no statement allows everybody the preflights"},
		{"a Deny, where no route needs an Allow",
			[]string{about("Deny", `"*"`, `"*"`, `"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}`)}, nothing, false, ""},
		{"an Allow of another action", []string{
			`{"Effect": "Allow", "Principal": "*", "Action": "execute-api:ManageConnections", "Resource": "*"}`}, scope, false,
			"add an Allow statement"},
		{"an Allow of an action in other letters", []string{
			`{"Effect": "Allow", "Principal": "*", "Action": "EXECUTE-API:invoke", "Resource": "*"}`}, scope, false, guarded},
		{"a Deny of all for an account", []string{allow(health), about("Deny", account, `"*"`, "")}, scope, false, ""},
		{"a Deny of a resource that is a token", []string{allow(health), about("Deny", `"*"`, `{"Ref": "Which"}`, "")}, scope,
			false, ""},
		{"a Deny of an action that is a token", []string{allow(health),
			`{"Effect": "Deny", "Principal": "*", "Action": {"Ref": "Which"}, "Resource": "*"}`}, scope, false, ""},
		{"a Deny of all other actions", []string{allow(health),
			`{"Effect": "Deny", "Principal": "*", "NotAction": "execute-api:Invoke", "Resource": "*"}`}, scope, false, ""},
		{"an Allow of an action that is a token", []string{
			`{"Effect": "Allow", "Principal": "*", "Action": {"Ref": "Which"}, "Resource": "*"}`}, scope, false, guarded},
		{"an Allow of all other actions", []string{
			`{"Effect": "Allow", "Principal": "*", "NotAction": "s3:*", "Resource": "*"}`}, scope, false, guarded},
		{"an Allow of all other resources", []string{
			`{"Effect": "Allow", "Principal": "*", "Action": "*", "NotResource": ` + health + `}`}, scope, false, guarded},
		{"an Allow of an API, by its ARN", []string{allow(`"arn:aws:execute-api:us-east-1:123456789012:abc"`)}, scope, false,
			guarded},
		{"an Allow of every API, by its ARN", []string{allow(`"arn:aws:execute-api:us-east-1:123456789012:*"`)}, scope,
			false, guarded},
		{"an Allow of a short ARN", []string{allow(`"arn:aws:execute-api:*"`)}, scope, false, guarded},
		{"callers that sign", []string{allow(health), about("Allow", `"*"`, `"*"`,
			`"StringLike": {"AWS:PrincipalArn": "arn:aws:iam::123456789012:role/*"}`)}, scope, false, ""},
		{"callers of a network", []string{about("Allow", `"*"`, `"*"`, `"StringEquals": {"aws:SourceVpc": "vpc-1"}`)}, scope,
			false, guarded},
		{"callers that are not of an organization", []string{about("Allow", `"*"`, `"*"`,
			`"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}`)}, scope, false, guarded},
		{"callers without an organization", []string{about("Allow", `"*"`, `"*"`,
			`"Null": {"aws:PrincipalOrgID": "true"}`)}, scope, false, guarded},
		{"callers of an organization, if any", []string{about("Allow", `"*"`, `"*"`,
			`"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}`)}, scope, false, guarded},
		{"callers with no other tags", []string{about("Allow", `"*"`, `"*"`,
			`"ForAllValues:StringEquals": {"aws:PrincipalTag/team": "a"}`)}, scope, false, guarded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, err := Judge([]byte(`{"Statement": [`+strings.Join(tt.statements, ", ")+`]}`), tt.scope)
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
		`{"Statement": {"Effect": "Allow", "NotPrincipal": "*", "NotAction": "x", "NotResource": {"Fn::Join": ["", ` +
			`["arn:", {"Ref": "AWS::Partition"}]]}}}`,
	)
	f.Add(
		`{"Statement": [{"Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"], "Condition": ` +
			`{"Null": {"aws:PrincipalArn": "true"}}}]}`,
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
