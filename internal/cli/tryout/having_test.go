package tryout

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

func TestHaving(t *testing.T) {
	var (
		scope  = access.Requirement{Kind: access.Scope, AnyOf: []string{"read"}}
		group  = access.Requirement{Kind: access.Group, AnyOf: []string{"admins"}}
		plan   = access.Requirement{Kind: access.Claim, Claim: "plan", AnyOf: []string{"pro"}}
		owner  = access.Requirement{Kind: access.PathIs, Parameter: "id", Claim: "sub"}
		member = access.Requirement{Kind: access.PathIn, Parameter: "tenant", Claim: "tenants"}
		either = access.Requirement{Kind: access.Either, Either: []access.Requirement{owner, group}}
	)
	for _, tt := range []struct {
		name            string
		requires        []access.Requirement
		having, lacking string
		compares        bool
		claims          map[string]any // of the token that has it
	}{
		{
			"scopes and groups",
			[]access.Requirement{scope, group},
			"that has scope read and group admins",
			"token that lacks scope read and group admins",
			false,
			map[string]any{},
		},
		{
			"a condition",
			[]access.Requirement{plan},
			"for which claim plan is pro",
			"valid token, but not one for which claim plan is pro",
			false,
			map[string]any{"plan": "pro"},
		},
		{
			"a member with a scope",
			[]access.Requirement{member, scope},
			"that has scope read, and for which the path's tenant is in the caller's tenants",
			"valid token, but not one that has scope read, and for which the path's tenant is in the caller's tenants",
			true,
			map[string]any{"tenants": []string{"1"}},
		},
		{
			"the owner or an administrator",
			[]access.Requirement{either},
			"for which either the path's id is the caller's sub or group admins",
			"valid token, but not one for which either the path's id is the caller's sub or group admins",
			true,
			map[string]any{"sub": "1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			aim := target{Route: matrix.Route{Requires: tt.requires, Who: "scope read and group admins"}}
			if got := having(aim); got != tt.having {
				t.Errorf("having: got %q, want %q", got, tt.having)
			}
			if got := lacking(aim); got != tt.lacking {
				t.Errorf("lacking: got %q, want %q", got, tt.lacking)
			}
			if got := comparesPath(aim.Route); got != tt.compares {
				t.Errorf("comparesPath: got %v", got)
			}
			var request devissuer.TokenRequest
			Grant(&request, tt.requires)
			if diff := cmp.Diff(tt.claims, request.Claims); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTenantOfAUserPool checks that a token of a user pool has the claim that names the tenant of the route's function.
func TestTenantOfAUserPool(t *testing.T) {
	to := target{Route: matrix.Route{Kind: matrix.Cognito}, method: &apimodel.Method{
		Scopes: []string{"read"}, Authorizer: &apimodel.Authorizer{},
		Integration: apimodel.Integration{Function: &apimodel.Function{PerTenant: true}, RequestParameters: map[string]string{
			"integration.request.header.X-Amz-Tenant-Id": "context.authorizer.claims.custom:tenant",
		}},
	}}
	request, err := (&maker{}).tokenRequest(to, devissuer.Issuer{})
	if err != nil {
		t.Fatal(err)
	}
	Grant(&request, []access.Requirement{{Kind: access.Scope, AnyOf: []string{"read"}}})
	if diff := cmp.Diff(map[string]any{"custom:tenant": "acme"}, request.Claims); diff != "" {
		t.Error(diff)
	}
}
