package personas

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

func TestFor(t *testing.T) {
	var w wanted
	w.add([]access.Requirement{
		{Kind: access.Scope, AnyOf: []string{"orders:write", "orders:read"}},
		{Kind: access.Claim, Claim: "plan", AnyOf: []string{"pro", "team"}},
		{Kind: access.PathIs, Claim: "sub", Parameter: "id"},
	})
	w.add([]access.Requirement{
		{Kind: access.Either, Either: []access.Requirement{
			{Kind: access.Group, AnyOf: []string{"admins"}},
			{Kind: access.Role, AnyOf: []string{"editor"}},
			{Kind: access.ClaimHas, Claim: "amr", AnyOf: []string{"mfa", "hwk"}},
		}},
		{Kind: access.Scope, AnyOf: []string{"orders:read"}},
		{Kind: access.Claim, Claim: "plan", AnyOf: []string{"team"}},
	})
	w.add([]access.Requirement{{Kind: access.ClaimHas, Claim: "amr", AnyOf: []string{"mfa"}}})
	w.add(nil)
	want := []devissuer.Persona{
		{Name: "may do everything", Scopes: []string{"orders:read", "orders:write"}, Groups: []string{"admins"},
			Roles: []string{"editor"}, Claims: map[string]any{"plan": "pro", "amr": []string{"hwk", "mfa"}}},
		{Name: "orders:read only", Scopes: []string{"orders:read"}},
		{Name: "orders:write only", Scopes: []string{"orders:write"}},
		{Name: "member of admins", Groups: []string{"admins"}},
		{Name: "has the role editor", Roles: []string{"editor"}},
	}
	if diff := cmp.Diff(want, w.personas(), cmpopts.IgnoreUnexported(devissuer.Persona{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFewPersonas(t *testing.T) {
	var many wanted
	for n := range 30 {
		many.add([]access.Requirement{{Kind: access.Scope, AnyOf: []string{fmt.Sprintf("s%02d", n)}}})
	}
	got := many.personas()
	if len(got) != 12 || len(got[0].Scopes) != 30 || got[11].Name != "s10 only" {
		t.Errorf("got %d, the first with %d scopes and the last %q", len(got), len(got[0].Scopes), got[len(got)-1].Name)
	}
	if got := new(wanted).personas(); got != nil {
		t.Errorf("without a requirement: got %+v", got)
	}
}
