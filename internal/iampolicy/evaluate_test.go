package iampolicy

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func document(tb testing.TB, text string) Document {
	tb.Helper()
	d, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestEvaluate(t *testing.T) {
	const (
		allowAll  = `{"Effect":"Allow","Action":"*","Resource":"*"}`
		allowGet  = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + prefix + `GET/*"}`
		denyAdmin = `{"Effect":"Deny","Action":"execute-api:*","Resource":"` + prefix + `*/admin*"}`
	)
	for _, c := range []struct {
		name       string
		statements string
		request    string
		want       Decision
	}{
		{"an Allow that matches", allowGet, "GET/a", Decision{Allowed, 0}},
		{"none that does", allowGet, "POST/a", Decision{ImplicitDeny, -1}},
		{"a Deny beats an Allow before it", allowAll + "," + denyAdmin, "GET/admin", Decision{ExplicitDeny, 1}},
		{"and one after it", denyAdmin + "," + allowAll, "GET/admin", Decision{ExplicitDeny, 0}},
		{"a Deny that does not match does not count", denyAdmin + "," + allowAll, "GET/a", Decision{Allowed, 1}},
		{"the first Allow is named", denyAdmin + "," + allowGet + "," + allowAll, "GET/a", Decision{Allowed, 1}},
		{"actions are the same in any case", `{"Effect":"Allow","Action":"Execute-API:invoke","Resource":"*"}`, "GET/a",
			Decision{Allowed, 0}},
		{"and have wildcards", `{"Effect":"Allow","Action":"execute-api:Inv?k*","Resource":"*"}`, "GET/a",
			Decision{Allowed, 0}},
		{"another action", `{"Effect":"Allow","Action":["s3:*","execute-api:ManageConnections"],"Resource":"*"}`, "GET/a",
			Decision{ImplicitDeny, -1}},
		{"NotAction", `{"Effect":"Allow","NotAction":["s3:*","execute-api:ManageConnections"],"Resource":"*"}`, "GET/a",
			Decision{Allowed, 0}},
		{"NotAction of this one", `{"Effect":"Allow","NotAction":["s3:*","execute-api:*"],"Resource":"*"}`, "GET/a",
			Decision{ImplicitDeny, -1}},
		{"one resource of a list", `{"Effect":"Allow","Action":"*","Resource":["` + prefix + `GET/b","` + prefix + `GET/a"]}`,
			"GET/a", Decision{Allowed, 0}},
		{"NotResource", `{"Effect":"Deny","Action":"*","NotResource":["` + prefix + `GET/b"]}`, "GET/a",
			Decision{ExplicitDeny, 0}},
		{"NotResource of this one", `{"Effect":"Deny","Action":"*","NotResource":["` + prefix + `GET/a"]},` + allowAll,
			"GET/a", Decision{Allowed, 1}},
		{"resources are case-sensitive", allowGet, "get/a", Decision{ImplicitDeny, -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := document(t, `{"Version":"2012-10-17","Statement":[`+c.statements+`]}`)
			if diff := cmp.Diff(c.want, d.Evaluate(Request{Action: InvokeAction, Resource: prefix + c.request})); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := (Document{}).Evaluate(Request{}); got != (Decision{ImplicitDeny, -1}) {
		t.Errorf("an empty document: got %v", got)
	}
	if got := (Document{Statements: []Statement{{Effect: Allow}}}).Evaluate(Request{}); got.Outcome != ImplicitDeny {
		t.Errorf("a statement without a resource: got %v", got)
	}
	if got := ImplicitDeny.String() + ", " + ExplicitDeny.String() + ", " +
		Allowed.String(); got != "implicit deny, explicit deny, allowed" {
		t.Errorf("got %s", got)
	}
}

// TestEvaluateFailsClosed covers documents that are built in Go and have a condition that no parsed document has.
func TestEvaluateFailsClosed(t *testing.T) {
	odd := []Condition{{Operator: "StringMatches", Key: "aws:UserAgent", Values: []string{"x"}}}
	s := Statement{Action: []string{"*"}, Resource: []string{"*"}, Conditions: odd}
	s.Effect = Allow
	if got := (Document{Statements: []Statement{s}}).Evaluate(Request{}).Outcome; got != ImplicitDeny {
		t.Errorf("in an Allow: got %v", got)
	}
	s.Effect = Deny
	if got := (Document{Statements: []Statement{s}}).Evaluate(Request{}).Outcome; got != ExplicitDeny {
		t.Errorf("in a Deny: got %v", got)
	}
}

func TestPrincipal(t *testing.T) {
	const account = "123456789012"
	user := Caller{ARN: "arn:aws:iam::123456789012:user/alice", Account: account}
	session := Caller{ARN: "arn:aws:sts::123456789012:assumed-role/deploy/ci", Account: account}
	other := Caller{ARN: "arn:aws:iam::210987654321:user/alice", Account: "210987654321"}
	for _, c := range []struct {
		name, principal string
		caller          Caller
		want            bool
	}{
		{"anyone, anonymous", `"*"`, Caller{}, true},
		{"anyone of AWS, anonymous too", `{"AWS":"*"}`, Caller{}, true},
		{"an account is everybody in it", `{"AWS":"123456789012"}`, user, true},
		{"another account", `{"AWS":"123456789012"}`, other, false},
		{"not an anonymous caller", `{"AWS":"123456789012"}`, Caller{}, false},
		{"its root", `{"AWS":"arn:aws:iam::123456789012:root"}`, session, true},
		{"another one's root", `{"AWS":"arn:aws:iam::123456789012:root"}`, other, false},
		{"a user", `{"AWS":"arn:aws:iam::123456789012:user/alice"}`, user, true},
		{"another user", `{"AWS":"arn:aws:iam::123456789012:user/bob"}`, user, false},
		{"a role's session", `{"AWS":"arn:aws:iam::123456789012:role/deploy"}`, session, true},
		{"a role with a path", `{"AWS":"arn:aws:iam::123456789012:role/ops/deploy"}`, session, true},
		{"another role's session", `{"AWS":"arn:aws:iam::123456789012:role/deployer"}`, session, false},
		{"the same role of another account", `{"AWS":"arn:aws:iam::210987654321:role/deploy"}`, session, false},
		{"the session itself", `{"AWS":"arn:aws:sts::123456789012:assumed-role/deploy/ci"}`, session, true},
		{"another session", `{"AWS":"arn:aws:sts::123456789012:assumed-role/deploy/cd"}`, session, false},
		{"a role does not take a user of its name", `{"AWS":"arn:aws:iam::123456789012:role/alice"}`, user, false},
		{"a user whose name is the session's role", `{"AWS":"arn:aws:iam::123456789012:user/deploy"}`, session, false},
		{"a role without a name", `{"AWS":"arn:aws:iam::123456789012:role/"}`, session, false},
		{"a role whose name is the kind of another principal", `{"AWS":"arn:aws:iam::123456789012:role/federated-user"}`,
			Caller{ARN: "arn:aws:sts::123456789012:federated-user/deploy", Account: account}, false},
		{"a root of no account", `{"AWS":"arn:aws:iam:::root"}`, Caller{ARN: user.ARN}, false},
		{"no ARN", `{"AWS":"urn:aws:iam::123456789012:root"}`, user, false},
		{"an ARN without an account", `{"AWS":"arn:aws:s3:::123456789012:root"}`, user, false},
		{"an ARN of another service", `{"AWS":"arn:aws:s3::123456789012:root"}`, user, false},
		{"an account, of a caller without an ARN", `{"AWS":"123456789012"}`, Caller{Account: account}, true},
		{"a role, of a caller without an ARN", `{"AWS":"arn:aws:iam::123456789012:role/deploy"}`, Caller{Account: account},
			false},
		{"one of a list", `{"AWS":["210987654321","123456789012"]}`, user, true},
		{"a user is not a service", `{"Service":["apigateway.amazonaws.com"]}`, user, false},
		{"an anonymous caller is not a service", `{"Service":"apigateway.amazonaws.com"}`, Caller{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Request{Action: InvokeAction, Resource: prefix + "GET/a", Caller: c.caller}
			allow := document(t, `{"Statement":{"Effect":"Allow","Principal":`+c.principal+`,"Action":"*","Resource":"*"}}`)
			if got := allow.Evaluate(r).Outcome == Allowed; got != c.want {
				t.Errorf("Principal: want %v, got %v", c.want, got)
			}
			deny := document(t, `{"Statement":{"Effect":"Deny","NotPrincipal":`+c.principal+`,"Action":"*","Resource":"*"}}`)
			if got := deny.Evaluate(r).Outcome == ExplicitDeny; got == c.want {
				t.Errorf("NotPrincipal: want %v, got %v", !c.want, got)
			}
		})
	}
}

func TestExpand(t *testing.T) {
	const api = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234"
	short := document(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke",
		 "Resource":["execute-api:/prod/GET/*","`+api+`/dev/*"]},
		{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","NotResource":"execute-api:/*"}]}`)
	long := short.Expand(api)
	if diff := cmp.Diff([]string{api + "/prod/GET/*", api + "/dev/*"}, long.Statements[0].Resource); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{api + "/*"}, long.Statements[1].NotResource); diff != "" {
		t.Error(diff)
	}
	if short.Statements[0].Resource[0] != "execute-api:/prod/GET/*" {
		t.Error("the document itself was changed")
	}
	if got := long.Evaluate(Request{Action: InvokeAction, Resource: api + "/prod/GET/a"}); got != (Decision{Allowed, 0}) {
		t.Errorf("got %v", got)
	}
	if got := long.Evaluate(Request{Action: InvokeAction, Resource: api + "x/prod/GET/a"}); got != (Decision{ExplicitDeny,
		1}) {
		t.Errorf("another API: got %v", got)
	}
}

// randomDocument returns random statements whose resources overlap.
func randomDocument(r *rand.Rand) Document {
	var d Document
	for range 1 + r.IntN(5) {
		s := Statement{Effect: []Effect{Allow, Deny}[r.IntN(2)],
			Action: []string{[]string{"*", InvokeAction, "s3:*"}[r.IntN(3)]}}
		for range 1 + r.IntN(3) {
			s.Resource = append(s.Resource, prefix+randomText(r, "ab/*?", 5))
		}
		if r.IntN(4) == 0 {
			s.Resource, s.NotResource = nil, s.Resource
		}
		d.Statements = append(d.Statements, s)
	}
	return d
}

// TestEvaluateByTheRules holds the evaluator against the rules of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html:
// all requests are denied by default, an explicit allow overrides that, and an explicit deny overrides any allow.
func TestEvaluateByTheRules(t *testing.T) {
	r := newRand(61)
	outcomes := map[Outcome]int{}
	references := map[string]*regexp.Regexp{} // to compile one takes longer than all the rest
	for range 20_000 {
		d := randomDocument(r)
		request := Request{Action: InvokeAction, Resource: prefix + randomText(r, "ab/", 5)}
		var allow, deny bool
		for _, s := range d.Statements {
			list := append(s.Resource[:len(s.Resource):len(s.Resource)], s.NotResource...)
			some := false
			for _, pattern := range list {
				if references[pattern] == nil {
					references[pattern] = reference(pattern)
				}
				some = some || references[pattern].MatchString(request.Resource)
			}
			if matches := s.Action[0] != "s3:*" && some == (s.NotResource == nil); matches && s.Effect == Deny {
				deny = true
			} else if matches {
				allow = true
			}
		}
		want := ImplicitDeny
		if deny {
			want = ExplicitDeny
		} else if allow {
			want = Allowed
		}
		got := d.Evaluate(request).Outcome
		if got != want {
			t.Fatalf("%s of %s: want %v, got %v", d.AppendJSON(nil), request.Resource, want, got)
		}
		outcomes[got]++

		// The order of statements does not matter.
		shuffled := Document{Statements: append([]Statement(nil), d.Statements...)}
		r.Shuffle(len(shuffled.Statements), func(i, j int) {
			shuffled.Statements[i], shuffled.Statements[j] = shuffled.Statements[j], shuffled.Statements[i]
		})
		if again := shuffled.Evaluate(request).Outcome; again != got {
			t.Fatalf("%s of %s: %v, and in another order %v", d.AppendJSON(nil), request.Resource, got, again)
		}
		// An additional Deny never allows a request, and an additional Allow never denies one.
		more := randomDocument(r).Statements[0]
		with := Document{Statements: append(shuffled.Statements, more)}.Evaluate(request).Outcome
		if more.Effect == Deny && with == Allowed && got != Allowed || more.Effect == Allow && with != Allowed &&
			got == Allowed {
			t.Fatalf("%s of %s: %v, and with %s more %v", d.AppendJSON(nil), request.Resource, got, more.Effect, with)
		}
	}
	if outcomes[Allowed] < 1000 || outcomes[ExplicitDeny] < 1000 || outcomes[ImplicitDeny] < 1000 {
		t.Errorf("%v: too few of one to prove anything", outcomes)
	}
}

// TestPrincipalARN checks that the session of a role has the role in aws:PrincipalArn.
func TestPrincipalARN(t *testing.T) {
	for _, tt := range []struct {
		caller Caller
		want   string
	}{
		{Caller{ARN: "arn:aws:iam::123456789012:user/eve"}, "arn:aws:iam::123456789012:user/eve"},
		{Caller{ARN: "arn:aws:sts::123456789012:assumed-role/ci/s"}, "arn:aws:iam::123456789012:role/ci"},
		{Caller{ARN: "arn:aws:sts::123456789012:assumed-role/ci/s", Role: "arn:aws:iam::123456789012:role/team/ci"},
			"arn:aws:iam::123456789012:role/team/ci"},
		{Caller{}, ""},
	} {
		if got := tt.caller.PrincipalARN(); got != tt.want {
			t.Errorf("%+v: got %s, want %s", tt.caller, got, tt.want)
		}
	}
}
