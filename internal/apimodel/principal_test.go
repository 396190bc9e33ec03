package apimodel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestPrincipals checks the policies of roles and users, and that an incompletely known policy is reported.
func TestPrincipals(t *testing.T) {
	const document = `"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ` +
		`{"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:api/*"}}]}`
	const resolved = `{"Statement":[{"Action":"execute-api:Invoke","Effect":"Allow",` +
		`"Resource":"arn:aws:execute-api:us-east-1:123456789012:api/*"}]}`
	role := func(properties string) string {
		return `"Role": {"Type": "AWS::IAM::Role", "Properties": {` + properties + `}}`
	}
	for _, c := range []struct {
		name, resources string
		policies        int
		managed         string
		err             string // a part of it; "" for none
	}{
		{"none", role(``), 0, "[]", ""},
		{"inline", role(`"Policies": [{"PolicyName": "p", ` + document + `}]`), 1, "[]", ""},
		{"an inline policy",
			role(``) + `, "P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": [{"Ref": "Role"}], ` +
				document + `}}`,
			1, "[]", ""},
		{"a policy of another role",
			role(``) + `, "P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "p", "Roles": ["other"], ` +
				document + `}}`,
			0, "[]", ""},
		{"a policy of one role",
			role(``) +
				`, "P": {"Type": "AWS::IAM::RolePolicy", "Properties": {"PolicyName": "p", "RoleName": {"Ref": "Role"}, ` +
				document + `}}`,
			1, "[]", ""},
		{"a managed policy that it names",
			role(`"ManagedPolicyArns": ["arn:aws:iam::aws:policy/A", {"Ref": "M"}]`) +
				`, "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {` + document + `}}`,
			1, "[arn:aws:iam::aws:policy/A]", ""},
		{"a managed policy that names it",
			role(``) + `, "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}], ` +
				document + `}}`,
			1, "[]", ""},
		{"a statement that has no value",
			role(`"Policies": [{"PolicyDocument": {"Statement": [{"Resource": {"Fn::GetAtt": ["Nope", "X"]}}]}}]`), 0, "[]",
			`"Nope"`},
		{"a policy of a role that has no value",
			role(``) + `, "P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Nope"}], ` + document + `}}`, 0,
			"[]", `"Nope"`},
		{"no document", role(`"Policies": [{"PolicyName": "p"}]`), 0, "[]", "want a policy document"},
		{"policies that are not a list", role(`"Policies": {}`), 0, "[]", "not a list"},
		{"managed policies that are no list", role(`"ManagedPolicyArns": "a"`), 0, "[]", "want a list of names"},
		{"a managed policy that is no name", role(`"ManagedPolicyArns": [{}]`), 0, "[]", "want a name"},
		{"a boundary, which is not read", role(`"PermissionsBoundary": "arn:aws:iam::aws:policy/A"`), 0, "[]",
			"PermissionsBoundary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, `{"Resources": {`+c.resources+`}}`), cloudassembly.Options{})
			p := m.Principals[0]
			if len(p.Policies) != c.policies || fmt.Sprint(p.Managed) != c.managed {
				t.Errorf("got %s, %v, want %d policies and %s", p.Policies, p.Managed, c.policies, c.managed)
			}
			for _, document := range p.Policies {
				if string(document) != resolved {
					t.Errorf("got %s, want %s", document, resolved)
				}
			}
			if c.err == "" && p.Err != nil || c.err != "" && (p.Err == nil || !strings.Contains(p.Err.Error(), c.err)) {
				t.Errorf("got %v, want an error with %q", p.Err, c.err)
			}
			if len(m.Problems) != 0 {
				t.Errorf("got problems %v: a role does not matter until it calls", m.Problems)
			}
		})
	}
}

// TestUsersInGroups checks that the policies of a user are not known if the user's groups may deny.
func TestUsersInGroups(t *testing.T) {
	for _, c := range []struct {
		name, resources string
		known           bool
	}{
		{"no group", `"U": {"Type": "AWS::IAM::User"}`, true},
		{"a group by name", `"U": {"Type": "AWS::IAM::User", "Properties": {"Groups": ["g"]}}`, false},
		{"a group that it is added to",
			`"U": {"Type": "AWS::IAM::User"}, "A": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "g", ` +
				`"Users": [{"Ref": "U"}]}}`,
			false},
		{"a role of the same name is another one",
			`"U": {"Type": "AWS::IAM::User", "Properties": {"UserName": "n"}}, "P": {"Type": "AWS::IAM::Policy", ` +
				`"Properties": {"Roles": ["n"], "PolicyDocument": {}}}`,
			true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Read(parse(t, `{"Resources": {`+c.resources+`}}`), cloudassembly.Options{}).Principals[0]
			if !p.User || (p.Err == nil) != c.known || len(p.Policies) != 0 {
				t.Errorf("got %+v, want it known: %v", p, c.known)
			}
		})
	}
}

// TestPrincipalsOutside checks that policies of roles and users outside the assembly count, and that unresolved ones
// stay as written.
func TestPrincipalsOutside(t *testing.T) {
	const document = `"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": ` +
		`{"Fn::GetAtt": ["Nope", "X"]}}]}`
	m := Read(parse(t, `{"Resources": {
		"P": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": ["ci"], "Users": ["bob"], "Groups": ["ops"], `+document+`}},
		"M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {`+document+`}}}}`), cloudassembly.Options{})
	var got []string
	for _, p := range m.Principals {
		got = append(got, fmt.Sprint(p.ID, " ", p.ARN, " ", p.Outside, " ", len(p.Policies), " ", len(p.Unread), " ",
			p.Err != nil))
	}
	for _, set := range append(m.Groups, m.ManagedPolicies...) {
		got = append(got, fmt.Sprintf("%s %s", set.ID, set.Documents))
	}
	const raw = `[{"Statement":[{"Action":"sqs:*","Effect":"Allow","Resource":{"Fn::GetAtt":["Nope","X"]}}]}]`
	want := []string{
		"Shop/ci arn:aws:iam::123456789012:role/ci true 0 1 true",
		"Shop/bob arn:aws:iam::123456789012:user/bob true 0 1 true",
		"Shop/ops " + raw,
		"Shop/M " + raw,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRolesOfIntegrations checks which roles only API Gateway may assume.
func TestRolesOfIntegrations(t *testing.T) {
	statement := func(principal string) string {
		return `{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ` + principal + `}`
	}
	const integrations = `{"Service": "apigateway.amazonaws.com"}`
	for _, c := range []struct {
		name, statements string
		want             bool
	}{
		{"API Gateway", statement(integrations), true},
		{"in lists", `[` + statement(`{"Service": ["apigateway.amazonaws.com"]}`) + `]`, true},
		{"and a Deny", `[` + statement(integrations) + `, {"Effect": "Deny", "Principal": "*", "Action": "*"}]`, true},
		{"functions", statement(`{"Service": "lambda.amazonaws.com"}`), false},
		{"both", statement(`{"Service": ["apigateway.amazonaws.com", "lambda.amazonaws.com"]}`), false},
		{"and an account", statement(`{"Service": "apigateway.amazonaws.com", "AWS": "123456789012"}`), false},
		{"and a statement of an account", `[` + statement(integrations) + `, ` + statement(`{"AWS": "123456789012"}`) +
			`]`, false},
		{"everyone", statement(`"*"`), false},
		{"a principal that is not known", statement(`{"Service": {"Fn::GetAtt": ["Nope", "X"]}}`), false},
		{"no statement", `[]`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, `{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
				"AssumeRolePolicyDocument": {"Statement": `+c.statements+`}}}}}`), cloudassembly.Options{})
			if got := m.Principals[0].OfIntegrations; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
