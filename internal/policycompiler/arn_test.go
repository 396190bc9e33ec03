package policycompiler

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
)

func TestParseARN(t *testing.T) {
	for _, c := range []struct {
		name, in    string
		partition   string
		stage       string
		prefix      string
		verb, path  string
		literalPath bool
	}{
		{"plain", prefix + "GET/orders/7", "aws", "prod", prefix, "GET", "/orders/7", true},
		{"root", prefix + "GET/", "aws", "prod", prefix, "GET", "/", true},
		{"root without its slash", prefix + "GET", "aws", "prod", prefix, "GET", "/", true},
		{"trailing slash", prefix + "GET/orders/", "aws", "prod", prefix, "GET", "/orders/", true},
		{"double slash", prefix + "GET//orders", "aws", "prod", prefix, "GET", "//orders", true},
		{"colons in the path", prefix + "GET/a:b::c", "aws", "prod", prefix, "GET", "/a:b::c", true},
		{"China", "arn:aws-cn:execute-api:cn-north-1:123456789012:api/s/PUT/x", "aws-cn", "s",
			"arn:aws-cn:execute-api:cn-north-1:123456789012:api/s/", "PUT", "/x", true},
		{"GovCloud", "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:api/s/PUT/x", "aws-us-gov", "s",
			"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:api/s/", "PUT", "/x", true},
		{"a test of the method in the console", "arn:aws:execute-api:us-east-1:123456789012:api/test-invoke-stage/GET/",
			"aws", "test-invoke-stage", "arn:aws:execute-api:us-east-1:123456789012:api/test-invoke-stage/", "GET", "/", true},
		{"percent signs", prefix + "GET/a%2Fb%2A", "aws", "prod", prefix, "GET", "/a%2Fb%2A", true},
		{"what a path may hold besides (RFC 3986)", prefix + "GET/-._~!$&'()+,;=:@", "aws", "prod", prefix, "GET",
			"/-._~!$&'()+,;=:@", true},
		{"a star", prefix + "GET/a*", "aws", "prod", prefix, "GET", "/a*", false},
		{"a question mark", prefix + "GET/a?b", "aws", "prod", prefix, "GET", "/a?b", false},
		{"a policy variable", prefix + "GET/${aws:username}", "aws", "prod", prefix, "GET", "/${aws:username}", false},
		{"a quote", prefix + `GET/a"b`, "aws", "prod", prefix, "GET", `/a"b`, false},
		{"a backslash", prefix + `GET/a\b`, "aws", "prod", prefix, "GET", `/a\b`, false},
		{"a line feed", prefix + "GET/a\nb", "aws", "prod", prefix, "GET", "/a\nb", false},
		{"not ASCII", prefix + "GET/ö", "aws", "prod", prefix, "GET", "/ö", false},
		{"longer than a Resource may be", prefix + "GET/" + strings.Repeat("x", 512), "aws", "prod", prefix, "GET",
			"/" + strings.Repeat("x", 512), false},
		{"an unknown verb", prefix + "BREW/tea", "aws", "prod", prefix, "BREW", "/tea", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := ParseARN(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if a.Partition != c.partition || a.Stage != c.stage || a.Verb != c.verb || a.Path != c.path ||
				a.Prefix() != c.prefix || a.String() != c.in || a.isLiteral() != c.literalPath {
				t.Errorf("got %+v, prefix %q, literal %v", a, a.Prefix(), a.isLiteral())
			}
		})
	}
	a, err := ParseARN(prefix + "GET/")
	if err != nil || a.Region != "us-east-1" || a.Account != "123456789012" || a.API != "abcdef1234" {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestParseARNErrors(t *testing.T) {
	for _, in := range []string{
		"", "arn", ":::::", "arn:aws:execute-api:us-east-1:123456789012", "arn:aws:execute-api:us-east-1:123456789012:",
		"arn:aws:execute-api:us-east-1:123456789012:api", "arn:aws:execute-api:us-east-1:123456789012:api/",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage", "arn:aws:execute-api:us-east-1:123456789012:api/stage/",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage//x", "arn:aws:execute-api:us-east-1:123456789012:api//GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:/stage/GET/x", "arn:aws:execute-api::123456789012:api/stage/GET/x",
		"arn:aws:execute-api:us-east-1::api/stage/GET/x", "arn::execute-api:us-east-1:123456789012:api/stage/GET/x",
		"arn:aws:lambda:us-east-1:123456789012:api/stage/GET/x", "ARN:aws:execute-api:us-east-1:123456789012:api/stage/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:*/stage/GET/x", "arn:aws:execute-api:*:123456789012:api/stage/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/st*ge/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage/*/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/\"/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/${stage}/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/a b/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:api/stage/G:T/x",
		" " + prefix + "GET/",
	} {
		if a, err := ParseARN(in); !errors.Is(err, ErrARN) {
			t.Errorf("%q: want ErrARN, got %+v, %v", in, a, err)
		}
	}
}

// FuzzParseARN checks that nothing panics, and that the parts of an accepted ARN give the ARN again.
func FuzzParseARN(f *testing.F) {
	for _, s := range []string{prefix + "GET/", prefix + "GET", prefix + "PUT/a:b/", prefix + "GET/${*}",
		"arn:aws:execute-api:::", "arn:aws-cn:execute-api:cn-north-1:1:a/b/c//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseARN(s)
		if err != nil {
			return
		}
		if got := "arn:" + a.Partition + ":execute-api:" + a.Region + ":" + a.Account + ":" + a.API + "/" + a.Stage + "/" +
			a.Verb; got+a.Path != s &&
			(got != s || a.Path != "/") {
			t.Errorf("%q is put together as %q and %q", s, got, a.Path)
		}
		for _, allow := range []bool{true, false} {
			doc, err := iampolicy.Parse(string(AppendMethod(nil, a, allow)))
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			want := iampolicy.ExplicitDeny
			if allow && a.isLiteral() {
				want = iampolicy.Allowed
			}
			if got := doc.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: s}).Outcome; got != want {
				t.Errorf("%q: want %v, got %v", s, want, got)
			}
			// It denies any other request.
			if doc.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: s + "x"}).Outcome == iampolicy.Allowed {
				t.Errorf("%q: another request is allowed", s)
			}
		}
	})
}
