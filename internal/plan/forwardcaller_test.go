package plan

import (
	"fmt"
	"testing"
)

func TestForwardCaller(t *testing.T) {
	integrated := func(r Route) Route {
		return withOptions(r, func(r *Route) { r.Function, r.Integrated = 0, true })
	}
	known := func(p *Props) { p.Authorizer.Caller = Lambda{JWT: jwt()}.Caller() }
	p, err := New(table(both(known, add(
		integrated(handle("POST /jobs", 0, ForwardCaller{})),
		integrated(handle("POST /mute", 0)),
	))))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Routes {
		got := r.Caller()
		if r.Pattern.Path() != "/jobs" {
			if got != nil {
				t.Errorf("%s forwards %+v", r.Pattern, *got)
			}
			continue
		}
		if want := (Caller{Principal: "authorizer.principalId", Issuer: "authorizer.issuer"}); got == nil || *got != want {
			t.Errorf("%s forwards %+v, want %+v", r.Pattern, got, want)
		}
	}
	if got := (Lambda{Own: true}).Caller(); got.Issuer != "" {
		t.Errorf("a function of the app's own is read for an issuer: %+v", got)
	}

	for _, tt := range []struct {
		name   string
		caller Caller
		calls  bool // whether the integration calls a service
		want   string
	}{
		{"a user of a pool", PoolCaller, false, "{context.authorizer.claims.sub context.authorizer.claims.iss false}"},
		{"an IAM principal", IAMCaller, false, "{context.identity.userArn  false}"},
		{"whom a function of the app's own names", LambdaCaller, false, "{context.authorizer.principalId  true}"},
		{"a call that has the caller", PoolCaller, true, "none"},
	} {
		p, err := New(table(both(func(p *Props) { p.Authorizer.Caller = tt.caller }, add(
			withOptions(integrated(handle("POST /jobs", 0, ForwardCaller{})), func(r *Route) { r.Calls = tt.calls }),
			integrated(handle("POST /mute", 0)),
		))))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Routes {
			if !r.Integrated {
				continue
			}
			got, want := "none", tt.want
			if caller := p.Integrated(r).Caller; caller != nil {
				got = fmt.Sprint(*caller)
			}
			if r.Pattern.Path() == "/mute" {
				want = "none"
			}
			if got != want || p.Integrated(r).TellsCallers == tt.calls {
				t.Errorf("%s: %s has the caller %s and TellsCallers %v, want %s", tt.name, r.Pattern, got,
					p.Integrated(r).TellsCallers, want)
			}
		}
	}

	testRefusals(t, []refusal{
		{"a public route", add(integrated(handle("POST /a", 0, Public{"x"}, ForwardCaller{}))),
			`route "POST /a": it is Public and has ForwardCaller, and no guard identifies its callers: leave one of them out`},
		{"a function", both(known, add(handle("POST /a", fn, ForwardCaller{}))),
			`route "POST /a": it has ForwardCaller, and its function gets the caller in the event's requestContext anyway: ` +
				`leave it out`},
		{"a caller in quotes", add(integrated(handle("POST /a", 0, ForwardCaller{}))),
			`route "POST /a": it has ForwardCaller, and mapping templates get the claims of the API's Included as JSON text ` +
				`with quotes, which its integration cannot send on safely: guard the route with a TokenAuthorizer with JWT, or ` +
				`answer it with a function`},
		{"an alternative", add(handle("POST /a", fn, Either{[]Access{anyScope("s"), ForwardCaller{}}})),
			`its Either holds ForwardCaller, which is not a requirement of who calls: write it beside Either`},
	})
}
