package reasons

import (
	"encoding/base64"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestCallerHas checks that a denial from the cache names the caller's rights for the route's requirements.
func TestCallerHas(t *testing.T) {
	included := map[string]string{"issuer": "https://id.example.com", "scopes": "a b", "groups": "staff"}
	claim := func(kind access.Kind, name string) access.Requirement {
		return access.Requirement{Kind: kind, Claim: name, Parameter: "id"}
	}
	for _, c := range []struct {
		name     string
		requires access.Requirement
		context  map[string]string
		claims   string
		want     string
	}{
		{"rights", access.Requirement{Kind: access.Scope}, included, `{}`,
			"the caller has the scopes a, b and the groups staff"},
		{"no rights", access.Requirement{Kind: access.Role}, map[string]string{"issuer": "i"}, `{}`,
			"the caller has no scope, group or role"},
		{"another function's context", access.Requirement{Kind: access.Scope}, map[string]string{"scopes": "a"}, `{}`, ""},
		{"a text", claim(access.Claim, "app.plan"), included, `{"app":{"plan":"free"}}`, "the caller's app.plan is free"},
		{"a list", claim(access.ClaimHas, "teams"), included, `{"teams":["a","b"]}`, "the caller's teams has a, b"},
		{"an empty list", claim(access.ClaimHas, "teams"), included, `{"teams":[]}`, "the caller's teams is an empty list"},
		{"another kind", claim(access.Claim, "level"), included, `{"level":{}}`,
			"the caller's level is neither a text nor a list of texts"},
		{"no claim", claim(access.Claim, "level"), included, `{}`, "the token has no claim level"},
		{"no claims", claim(access.Claim, "level"), included, `[`, ""},
		{"the path", claim(access.PathIs, "sub"), included, `{"sub":"u-1"}`, "the caller's sub is u-1, the path's id is u-2"},
		{
			"alternatives", access.Requirement{Kind: access.Either, Either: []access.Requirement{
				claim(access.PathIn, "ids"), {Kind: access.Group},
			}}, included, `{"ids":["u-1"]}`,
			"the caller's ids has u-1, the path's id is u-2, the caller has the scopes a, b and the groups staff",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Of(
				&apimodel.API{},
				&apimodel.Method{Authorizer: &apimodel.Authorizer{Type: apimodel.TokenAuthorizer}},
				matrix.Route{Requires: []access.Requirement{c.requires}},
			)
			token := "e30." + base64.RawURLEncoding.EncodeToString([]byte(c.claims)) + ".x"
			call := &checks.Call{Params: map[string]string{"id": "u-2"}, Request: &exchange.Request{
				Headers: exchange.Headers{{Name: "authorization", Value: "Bearer " + token}},
			}}
			got := r.callerHas(call, events.Caller{Lambda: &events.LambdaCaller{Context: c.context}})
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestExplain checks that a reason that is known is told alone, and any other with what the check says.
func TestExplain(t *testing.T) {
	const statement = "statement 1 denies it"
	requires := []access.Requirement{{Kind: access.Scope, AnyOf: []string{"a"}}}
	method := &apimodel.Method{Authorizer: &apimodel.Authorizer{Type: apimodel.TokenAuthorizer}}
	route := Of(&apimodel.API{}, method, matrix.Route{Who: "scope a", Requires: requires})
	for name, c := range map[string]struct {
		check, own string // the authorizer's own reason; "" for a cached answer
		scopes     string // of the caller, in the answer's context
		status     int
		want       string
	}{
		"the policy denies it": {"policy", "the caller lacks scope a", "", 403, "the caller lacks scope a"},
		"a cached policy denies it, for a scope": {
			"policy", "", "b", 403, "the route requires scope a, and the caller has the scopes b",
		},
		"a cached policy denies it, for another reason": {
			"policy", "", "b a", 403, "the route requires scope a, and the caller has the scopes b, a; " + statement,
		},
		"the function failed":         {"authorizer", "no database", "", 500, "no database; " + statement},
		"another check than a policy": {"API key", "", "", 403, statement},
	} {
		t.Run(name, func(t *testing.T) {
			v := &checks.Verdict{AuthorizerReason: c.own, Trace: []checks.Step{{Check: c.check, Detail: statement}}}
			v.Known.Lambda = &events.LambdaCaller{Context: map[string]string{"issuer": "i", "scopes": c.scopes}}
			call := &checks.Call{Request: &exchange.Request{}}
			got := route.Explain(&mapping.Failure{Status: c.status, Reason: statement}, call, v)
			if got.Reason != c.want {
				t.Errorf("got %q, want %q", got.Reason, c.want)
			}
		})
	}
}

// TestLacksRight looks for the rights that a route requires in the context of a cached answer.
func TestLacksRight(t *testing.T) {
	managers := access.Requirement{Kind: access.Group, AnyOf: []string{"Order managers", "admins"}}
	either := access.Requirement{Kind: access.Scope, AnyOf: []string{"read"}, Either: []access.Requirement{managers}}
	owner := access.Requirement{Kind: access.PathIs, Parameter: "id", Claim: "sub"}
	orOwner := access.Requirement{Kind: access.Group, AnyOf: []string{"admins"}, Either: []access.Requirement{owner}}
	for _, c := range []struct {
		name     string
		requires []access.Requirement
		groups   string
		want     bool
	}{
		{"none of the groups", []access.Requirement{managers}, "staff", true},
		{"a group with a space", []access.Requirement{managers, owner}, "staff Order%20managers", false},
		{"its words", []access.Requirement{managers}, "Order managers", true},
		{"the alternative", []access.Requirement{either}, "admins", false},
		{"neither", []access.Requirement{either}, "staff", true},
		{"an alternative that is not a right", []access.Requirement{orOwner}, "staff", false},
		{"no right is required", []access.Requirement{owner}, "", false},
	} {
		route := Of(&apimodel.API{}, &apimodel.Method{}, matrix.Route{Requires: c.requires})
		known := events.Caller{Lambda: &events.LambdaCaller{Context: map[string]string{"issuer": "i", "groups": c.groups}}}
		if got := route.lacksRight(known); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
