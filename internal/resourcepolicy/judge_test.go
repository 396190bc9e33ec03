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
		{"an Allow of what is public", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`, scope, false, ""},
		{"without a list", `{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": ["execute-api:/prod/GET/health"]}}`, scope, false, ""},
		{"an Allow of all", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`, scope, false, "execute-api:/prod/GET/orders, which an authorizer guards"},
		{"an Allow of all, with nothing guarded", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`, Scope{Allowed: scope.Allowed}, true, ""},
		{"an Allow by a *, which crosses slashes", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/i*"}]}`, scope, false, "execute-api:/prod/GET/items/?*, which an authorizer guards"},
		{"an Allow of a token", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": {"Ref": "Which"}}]}`, scope, false, "which an authorizer guards"},
		{"an Allow of callers that sign", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}, {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`, scope, false, ""},
		{"a Deny of all", `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}`, scope, false, "locks everybody out"},
		{"nothing allowed that needs it", `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`, scope, false, "add an Allow statement"},
		{"preflights that are forgotten", `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/health"}]}`,
			Scope{Allowed: scope.Allowed, Guarded: scope.Guarded, Preflights: "execute-api:/prod/OPTIONS/*"}, false, "no statement allows everybody the preflights"},
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

// matches is a plain matcher of a pattern with * and ?, to compare with.
func matches(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	switch pattern[0] {
	case '*':
		return matches(pattern[1:], text) || text != "" && matches(pattern, text[1:])
	case '?':
		return text != "" && matches(pattern[1:], text[1:])
	}
	return text != "" && text[0] == pattern[0] && matches(pattern[1:], text[1:])
}

// Where two patterns do not meet, no text fits both; and a text that fits a pattern meets it.
func FuzzMeet(f *testing.F) {
	for _, s := range [][3]string{
		{"a*", "*b", "ab"}, {"a?", "ab", "ab"}, {"*", "", ""}, {"execute-api:/prod/*", "execute-api:/prod/GET/items/?*", "execute-api:/prod/GET/items/1"},
		{"?*", "*?", "x"}, {"a", "b", "a"}, {"a*b*c", "a?c", "abc"},
	} {
		f.Add(s[0], s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, a, b, text string) {
		if len(a)+len(b)+len(text) > 40 || strings.Count(a+b, "*") > 6 || strings.ContainsAny(text, "*?") {
			return // the plain matcher takes too long, and a text has no wildcards
		}
		meets := meet(a, b)
		if meets != meet(b, a) {
			t.Errorf("%q meets %q: %v, and the other way round %v", a, b, meets, !meets)
		}
		if !meets && matches(a, text) && matches(b, text) {
			t.Errorf("%q fits %q and %q, which do not meet", text, a, b)
		}
		if matches(a, text) != meet(a, text) {
			t.Errorf("%q meets the text %q: %v, and it fits: %v", a, text, meet(a, text), matches(a, text))
		}
	})
}

// Judge takes any document, and a Deny that is added takes no finding of an Allow away.
func FuzzJudge(f *testing.F) {
	f.Add(`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "*"}]}`)
	f.Add(`{"Statement": {"Effect": "Allow", "NotPrincipal": "*", "NotAction": "x", "NotResource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}]]}}}`)
	f.Add(`{"Statement": [{"Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"], "Condition": {"Null": {"aws:PrincipalArn": "true"}}}]}`)
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
