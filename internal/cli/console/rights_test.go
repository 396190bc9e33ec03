package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// TestRights compares the token of a request with what its route requires.
func TestRights(t *testing.T) {
	c := newConsole(t, shop())
	pool := poolURL(t, c)
	for _, tt := range []struct {
		name, target string
		token        devissuer.TokenRequest
		want         []comparison // without the last comparison of the token itself, which has a time
	}{
		{
			"all is met", "GET /prod/orders",
			devissuer.TokenRequest{Issuer: pool, Use: devissuer.Access, Scopes: []string{"orders/read", "x"}},
			[]comparison{
				{"issuer " + pool, pool, true},
				{"token_use access", "access", true},
				{"a token that has not expired", "", true},
				{"scope orders/read", "orders/read, x", true},
			},
		},
		{
			"nothing is", "GET /prod/orders",
			devissuer.TokenRequest{
				Issuer: "https://idp.example.com", Expires: -time.Minute, Claims: map[string]any{"token_use": "id"},
			},
			[]comparison{
				{"issuer " + pool, "https://idp.example.com", false},
				{"token_use access", "id", false},
				{"a token that has not expired", "", false},
				{"scope orders/read", "none", false},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := c.gateway.Issuer().Mint(tt.token)
			if err != nil {
				t.Fatal(err)
			}
			got := decisionOf(t, c, c.call(t, tt.target, "X-Shop: Bearer "+token)).Rights
			for i := range got {
				if got[i].Wants == "a token that has not expired" {
					got[i].Has = ""
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, target := range []string{"GET /prod/open", "GET /prod/signed", "GET /prod/gone"} {
		if got := decisionOf(t, c, c.call(t, target, "Authorization: Bearer a.b.c")).Rights; got != nil {
			t.Errorf("%s: %+v", target, got)
		}
	}
	want := []comparison{{"scope orders/read", "nothing is known of the caller", false}}
	if diff := cmp.Diff(want, decisionOf(t, c, c.call(t, "GET /prod/orders")).Rights); diff != "" {
		t.Errorf("without a token: %s", diff)
	}
	p := c.prepared(t, form("GET", "/orders", "token", object{"token": object{"issuer": pool, "use": "access"}}))
	if n := len(p.Rights); n != 4 || p.Rights[3] != (comparison{"scope orders/read", "none", false}) {
		t.Errorf("prepared: %+v", p.Rights)
	}
}

// TestCompare has one case for each kind of requirement.
func TestCompare(t *testing.T) {
	claims, err := strictjson.Parse(`{"scope":"a b","groups":["The Staff"],"roles":["r"],"plan":"pro","tags":["x","y"],` +
		`"sub":"jane@example.com","odd":{}}`)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{}
	served := apigateway.Route{Method: &apimodel.Method{Authorizer: &apimodel.Authorizer{}}}
	const owned = "the path's id is the caller's sub"
	owner := access.Requirement{Kind: access.PathIs, Parameter: "id", Claim: "sub"}
	for _, tt := range []struct {
		name, path string
		requires   access.Requirement
		want       comparison
	}{
		{
			"a scope", "", access.Requirement{Kind: access.Scope, AnyOf: []string{"b", "c"}},
			comparison{"scope b or c", "a, b", true},
		},
		{
			"a group", "", access.Requirement{Kind: access.Group, AnyOf: []string{"Staff"}},
			comparison{"group Staff", "The Staff", false},
		},
		{"a role", "", access.Requirement{Kind: access.Role, AnyOf: []string{"r"}}, comparison{"role r", "r", true}},
		{
			"a claim", "", access.Requirement{Kind: access.Claim, Claim: "plan", AnyOf: []string{"free"}},
			comparison{"claim plan is free", "plan is pro", false},
		},
		{
			"a list", "", access.Requirement{Kind: access.ClaimHas, Claim: "tags", AnyOf: []string{"y"}},
			comparison{"claim tags has y", "tags has x, y", true},
		},
		{
			"an object", "", access.Requirement{Kind: access.Claim, Claim: "odd", AnyOf: []string{"y"}},
			comparison{"claim odd is y", "odd is neither a text nor a list of texts", false},
		},
		{
			"no such claim", "", access.Requirement{Kind: access.Claim, Claim: "gone", AnyOf: []string{"y"}},
			comparison{"claim gone is y", "no claim gone", false},
		},
		{
			"the owner", "/users/jane@example.com", owner,
			comparison{owned, "the path’s id is jane@example.com, sub is jane@example.com", true},
		},
		{
			"the owner, escaped", "/users/jane%40example.com", owner,
			comparison{owned, "the path’s id is jane%40example.com, sub is jane@example.com", true},
		},
		{
			"another one", "/users/ada", owner,
			comparison{owned, "the path’s id is ada, sub is jane@example.com", false},
		},
		{
			"one of some", "/users/ada",
			access.Requirement{Kind: access.Either, Either: []access.Requirement{
				owner, {Kind: access.Role, AnyOf: []string{"r"}},
			}},
			comparison{
				"either the path's id is the caller's sub or role r",
				"the path’s id is ada, sub is jane@example.com; roles: r", true,
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			target := route{Kind: "token", Path: "/users/{id}", Requires: []access.Requirement{tt.requires}}
			who := v.described(caller{path: tt.path, at: time.Now()}, claims, served.Method.Authorizer, target)
			if diff := cmp.Diff([]comparison{tt.want}, v.compare(served, target, who)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCallers checks that the form's caller meets each kind of requirement.
func TestCallers(t *testing.T) {
	v := newConsole(t, shop()).current()
	served, ok := v.route("prod", "GET", "/query")
	if !ok {
		t.Fatal("there is no such route")
	}
	for _, tt := range []struct {
		name     string
		requires access.Requirement
		want     persona
	}{
		{"a scope", access.Requirement{Kind: access.Scope, AnyOf: []string{"read", "write"}},
			persona{Scopes: []string{"read"}, Claims: map[string]any{}}},
		{"a role", access.Requirement{Kind: access.Role, AnyOf: []string{"r"}},
			persona{Roles: []string{"r"}, Claims: map[string]any{}}},
		{"a claim", access.Requirement{Kind: access.Claim, Claim: "plan", AnyOf: []string{"pro"}},
			persona{Claims: map[string]any{"plan": "pro"}}},
		{"a tenant", access.Requirement{Kind: access.Tenant, Claim: "org"},
			persona{Claims: map[string]any{"org": "acme"}}},
		{"ownership", access.Requirement{Kind: access.PathIs, Parameter: "id", Claim: "sub"},
			persona{Claims: map[string]any{"sub": "1"}}}, // the form fills in 1 for each parameter
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := v.readRoute(matrix.Route{Requires: []access.Requirement{tt.requires}}, served).Caller
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRightsOfTheContext checks that, if a caller's token cannot be read, the rights are those in the context of the
// included authorizer.
func TestRightsOfTheContext(t *testing.T) {
	c := newConsole(t, shop())
	v := c.current()
	served, ok := v.route("prod", "GET", "/query")
	if !ok {
		t.Fatal("there is no such route")
	}
	target := route{Kind: "request", Path: "/query", Requires: []access.Requirement{
		{Kind: access.Group, AnyOf: []string{"The Staff"}},
		{Kind: access.Scope, AnyOf: []string{"b"}},
	}}
	record := func(context map[string]string) []comparison {
		c.Record(&apigateway.Record{
			Request: request("GET /prod/query?access=opaque"), Route: "GET /query",
			Verdict: checks.Verdict{Known: events.Caller{Lambda: &events.LambdaCaller{Context: context}}},
		})
		entries, _ := c.ring.after(0)
		return v.compare(served, target, v.callerOf(entries[0], served, target))
	}
	got := record(map[string]string{"issuer": "https://idp.example.com", "groups": "The%20Staff x", "scopes": "a"})
	want := []comparison{{"group The Staff", "The Staff, x", true}, {"scope b", "a", false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = record(map[string]string{"groups": "The%20Staff"})
	if len(got) != 2 || got[0].Met || got[0].Has != "nothing is known of the caller" {
		t.Errorf("of another authorizer: %+v", got)
	}
}
