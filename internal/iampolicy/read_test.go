package iampolicy

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	const text = `{
		"Version": "2012-10-17",
		"Id": "policy",
		"Statement": [
			{"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
			{"Effect": "Deny", "NotPrincipal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/deploy"],
				"Service": "apigateway.amazonaws.com"},
			 "NotAction": ["execute-api:ManageConnections"], "NotResource": ["arn:aws:execute-api:*:*:*/prod/${$}*", "*"],
			 "Condition": {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
			  "Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"x:n": 5}}}
		]
	}`
	want := Document{Version: "2012-10-17", ID: "policy", Statements: []Statement{
		{SID: "all", Effect: Allow, Principal: &Principal{Anyone: true}, Action: []string{"execute-api:Invoke"},
			Resource: []string{"execute-api:/*"}},
		{Effect: Deny, NotPrincipal: &Principal{AWS: []string{"123456789012", "arn:aws:iam::123456789012:role/deploy"},
			Service: []string{"apigateway.amazonaws.com"}},
			NotAction:   []string{"execute-api:ManageConnections"},
			NotResource: []string{"arn:aws:execute-api:*:*:*/prod/${$}*", "*"},
			Conditions: []Condition{
				{"NotIpAddress", "aws:SourceIp", []string{"203.0.113.0/24", "2001:db8::/32"}},
				{"Bool", "aws:SecureTransport", []string{"false"}},
				{"NumericLessThan", "x:n", []string{"5"}},
			}},
	}}
	got, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const compact = `{"Version":"2012-10-17","Id":"policy","Statement":[` +
		`{"Sid":"all","Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"},` +
		`{"Effect":"Deny","NotPrincipal":{"AWS":["123456789012","arn:aws:iam::123456789012:role/deploy"],` +
		`"Service":"apigateway.amazonaws.com"},"NotAction":"execute-api:ManageConnections",` +
		`"NotResource":["arn:aws:execute-api:*:*:*/prod/${$}*","*"],` +
		`"Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]},` +
		`"Bool":{"aws:SecureTransport":"false"},"NumericLessThan":{"x:n":"5"}}}]}`
	if diff := cmp.Diff(compact, string(got.AppendJSON(nil))); diff != "" {
		t.Error(diff)
	}
	one, err := Parse(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Principal":{"AWS":"*"}}}`)
	if err != nil || one.Version != "2008-10-17" || len(one.Statements) != 1 || !one.Statements[0].Principal.Anyone {
		t.Errorf("one statement without a list, of the old version: got %+v, %v", one, err)
	}
}

// TestParseErrors checks that unknown parts are rejected and not ignored.
func TestParseErrors(t *testing.T) {
	const ok = `"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"`
	doc := func(statement string) string { return `{"Version":"2012-10-17","Statement":{` + statement + `}}` }
	for _, c := range []struct{ name, in, want string }{
		{"not JSON", `{`, "not JSON"},
		{"something follows", `{"Statement":{` + ok + `}} x`, "something follows the value"},
		{"a member twice", doc(ok + `,"Resource":"arn:aws:x:y:z:w"`), "a member name occurs twice"},
		{"no object", `[]`, "want an object, got an array"},
		{"unknown member", `{"Statement":{` + ok + `},"Comment":""}`, `"Comment": not known here`},
		{"a member in another case", `{"statement":{` + ok + `}}`, `"statement": not known here`},
		{"unknown version", `{"Version":"2020-01-01","Statement":{` + ok + `}}`,
			`version "2020-01-01": want "2012-10-17" or "2008-10-17"`},
		{"version as a number", `{"Version":2012,"Statement":{` + ok + `}}`, `"Version": want a string, got a number`},
		{"no statement", `{"Version":"2012-10-17"}`, "want at least one statement"},
		{"no statement in the list", `{"Statement":[]}`, "want at least one statement"},
		{"a statement that is not an object", `{"Statement":["Allow"]}`, `statement 1: want an object, got a string`},
		{"unknown member of a statement", doc(ok + `,"Resources":"*"`), `statement 1: "Resources": not known here`},
		{"an account of letters", doc(ok + `,"Principal":{"AWS":"12345678901x"}`),
			`principal "12345678901x": want an account's twelve digits, an ARN or *`},
		{"a function for the document", `{"Fn::If":["A",{},{}]}`, `"Fn::If": not known here`},
		{"a function for a statement", `{"Statement":{"Fn::If":["A",{},{}]}}`, `statement 1: "Fn::If": not known here`},
		{"a function for an Id", `{"Id":{"Ref":"A"},"Statement":{` + ok + `}}`, `"Id": want a string, got an object`},
		{"a function for a Sid", doc(ok + `,"Sid":{"Ref":"A"}`), `"Sid": want a string, got an object`},
		{"a function for an action", doc(`"Effect":"Allow","Action":{"Ref":"A"},"Resource":"*"`),
			`"Action": want a string, got an object`},
		{"a function for a resource", doc(`"Effect":"Allow","Action":"a:b","Resource":{"Fn::Join":["",["arn:a:b:c:d:e"]]}`),
			`"Resource": want a string, got an object`},
		{"a function for a principal", doc(ok + `,"Principal":{"Ref":"A"}`), `"Ref": not known here`},
		{"a function for a condition's value", doc(ok + `,"Condition":{"StringEquals":{"aws:SourceVpc":{"Ref":"A"}}}`),
			"want strings, numbers or booleans, got an object"},
		{"no effect", doc(`"Action":"a:b","Resource":"*"`), `statement 1: effect "": want Allow or Deny`},
		{"effect in another case", doc(`"Effect":"deny","Action":"a:b","Resource":"*"`),
			`statement 1: effect "deny": want Allow or Deny`},
		{"no action", doc(`"Effect":"Deny","Resource":"*"`), "want either Action or NotAction"},
		{"both actions", doc(ok + `,"NotAction":"a:b"`), "want either Action or NotAction"},
		{"no resource", doc(`"Effect":"Deny","Action":"a:b"`), "want either Resource or NotResource"},
		{"both resources", doc(ok + `,"NotResource":"*"`), "want either Resource or NotResource"},
		{"both principals", doc(ok + `,"Principal":"*","NotPrincipal":"*"`), "want either Principal or NotPrincipal"},
		{"NotPrincipal with Allow", doc(ok + `,"NotPrincipal":{"AWS":"123456789012"}`),
			"NotPrincipal stands with Deny only: an Allow would admit all other callers, anonymous ones too"},
		{"an empty list", doc(`"Effect":"Deny","Action":[],"Resource":"*"`), `"Action": want at least one string`},
		{"a number in a list", doc(`"Effect":"Deny","Action":["a:b",1],"Resource":"*"`),
			`"Action": want a string, got a number`},
		{"null", doc(`"Effect":"Deny","Action":null,"Resource":"*"`), `"Action": want a string, got null`},
		{"an action without a service", doc(`"Effect":"Deny","Action":"Invoke","Resource":"*"`),
			`action "Invoke": want service:action, like "execute-api:Invoke", or *`},
		{"a resource that is not an ARN", doc(`"Effect":"Deny","Action":"a:b","Resource":"/prod/GET/orders"`),
			`resource "/prod/GET/orders": want an ARN, *, or execute-api:/ and what follows the API's id`},
		{"a policy variable in a resource", doc(`"Effect":"Deny","Action":"a:b","Resource":"arn:aws:x:y:z:${aws:username}"`),
			`policy variables are not supported`},
		{"one after an escape", doc(`"Effect":"Deny","Action":"a:b","Resource":"arn:aws:x:y:z:${*}${aws:username}"`),
			`policy variables are not supported`},
		{"a policy variable in an action", doc(`"Effect":"Deny","Action":"a:${b}","Resource":"*"`), `want service:action`},
		{"a principal that is a name", doc(ok + `,"Principal":"alice"`), `"Principal": want "*" or an object`},
		{"a principal of an unknown kind", doc(ok + `,"Principal":{"Federated":"accounts.google.com"}`),
			`"Principal": "Federated": not known here`},
		{"a principal that is not an account", doc(ok + `,"Principal":{"AWS":"12345"}`),
			`principal "12345": want an account's twelve digits, an ARN or *`},
		{"a wildcard in a principal", doc(ok + `,"Principal":{"AWS":"arn:aws:iam::123456789012:role/*"}`),
			`a wildcard stands alone or not at all`},
		{"no principal", doc(ok + `,"Principal":{}`), `it names no principal`},
		{"conditions that are a list", doc(ok + `,"Condition":[]`), `"Condition": want an object, got an array`},
		{"unknown operator", doc(ok + `,"Condition":{"StringMatches":{"aws:UserAgent":"x"}}`),
			`unknown operator "StringMatches"`},
		{"operator in another case", doc(ok + `,"Condition":{"stringEquals":{"aws:UserAgent":"x"}}`),
			`unknown operator "stringEquals"`},
		{"unknown quantifier", doc(ok + `,"Condition":{"ForSomeValues:StringEquals":{"aws:UserAgent":"x"}}`),
			`unknown operator`},
		{"IfExists of Null", doc(ok + `,"Condition":{"NullIfExists":{"aws:UserAgent":"true"}}`), `unknown operator`},
		{"a condition without values", doc(ok + `,"Condition":{"StringEquals":{"aws:UserAgent":[]}}`),
			`want at least one value`},
		{"a condition on an object", doc(ok + `,"Condition":{"StringEquals":{"aws:UserAgent":{}}}`),
			`want strings, numbers or booleans, got an object`},
		{"a condition on null", doc(ok + `,"Condition":{"StringEquals":{"aws:UserAgent":[null]}}`),
			`want strings, numbers or booleans, got null`},
		{"a policy variable in a condition", doc(ok + `,"Condition":{"StringEquals":{"aws:UserAgent":"${aws:username}"}}`),
			`policy variables are not supported`},
		{"an invalid address", doc(ok + `,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}}`),
			`IpAddress cannot compare the value "203.0.113.0/33"`},
		{"an address with a zone", doc(ok + `,"Condition":{"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}}`),
			`IpAddress cannot compare the value`},
		{"an invalid number", doc(ok + `,"Condition":{"NumericEquals":{"x:n":"1e3"}}`),
			`NumericEquals cannot compare the value "1e3"`},
		{"an invalid date", doc(ok + `,"Condition":{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}`),
			`DateLessThan cannot compare the value "tomorrow"`},
		{"an invalid boolean", doc(ok + `,"Condition":{"Bool":{"aws:SecureTransport":"yes"}}`),
			`Bool cannot compare the value "yes"`},
		{"Null with an invalid boolean", doc(ok + `,"Condition":{"Null":{"aws:UserAgent":"0"}}`),
			`value "0": Null wants true or false`},
		{"bytes that are not base64", doc(ok + `,"Condition":{"BinaryEquals":{"x:b":"%"}}`),
			`BinaryEquals cannot compare the value "%"`},
		{"an invalid ARN", doc(ok + `,"Condition":{"ArnLike":{"aws:SourceArn":"*"}}`),
			`ArnLike cannot compare the value "*"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := Parse(c.in)
			if !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %s\n got %v", c.want, err)
			}
			if len(doc.Statements) > 0 {
				t.Errorf("a document came with the error: %+v", doc)
			}
		})
	}
}

func TestAppendString(t *testing.T) {
	got := string(appendString(nil, "a\"b\\c\x00\n\x7fö\u2028\xff</script>"))
	if want := `"a\"b\\c\u0000\u000a\u007fö` + "\u2028\ufffd" + `</script>"`; got != want {
		t.Errorf("want %s\n got %s", want, got)
	}
}

// FuzzParse checks that nothing panics, that an accepted document is written and read again unchanged, and that a
// refused one grants nothing.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":["` + prefix +
			`GET/*"]}]}`,
		`{"Statement":{"Sid":"x","Effect":"Deny","NotAction":["a:b","*"],"NotResource":"*",` +
			`"NotPrincipal":{"AWS":["123456789012"],"Service":["a.b"]},"Condition":{` +
			`"ForAllValues:StringLikeIfExists":{"aws:UserAgent":["a*","${*}"]},"Null":{"k":true}}}}`,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"execute-api:/*",` +
			`"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"},"NumericNotEquals":{"n":1.5}}}}`,
		`{"Statement":[]}`, `{"Version":1}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc, err := Parse(s)
		request := Request{Action: InvokeAction, Resource: prefix + "GET/orders"}
		if err != nil {
			if doc.Evaluate(request).Outcome != ImplicitDeny {
				t.Fatalf("%q was refused, and grants", s)
			}
			return
		}
		text := doc.AppendJSON(nil)
		again, err := Parse(string(text))
		if err != nil {
			t.Fatalf("%q was written as %q: %v", s, text, err)
		}
		if string(again.AppendJSON(nil)) != string(text) || again.Evaluate(request) != doc.Evaluate(request) {
			t.Errorf("%q was written as %q, and then as %q", s, text, again.AppendJSON(nil))
		}
	})
}
