package issuer

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

func TestWithoutRights(t *testing.T) {
	require := func(kind access.Kind) access.Requirement { return access.Requirement{Kind: kind, AnyOf: []string{"x"}} }
	scope, group, role := require(access.Scope), require(access.Group), require(access.Role)
	claim := access.Requirement{Kind: access.Claim, Claim: "hd", AnyOf: []string{"x"}}
	either := func(of ...access.Requirement) access.Requirement {
		return access.Requirement{Kind: access.Either, Either: of}
	}
	google := func(scopes, groups, roles string) Issuer {
		return Issuer{Rightless: "Google", ScopesClaim: scopes, GroupsClaim: groups, RolesClaim: roles}
	}
	for _, tt := range []struct {
		name     string
		issuers  []Issuer
		requires []access.Requirement
		refused  bool
	}{
		{"a scope", []Issuer{google("", "", "")}, []access.Requirement{scope}, true},
		{"a group", []Issuer{google("", "", "")}, []access.Requirement{group}, true},
		{"a role", []Issuer{google("", "", "")}, []access.Requirement{role}, true},
		{"a claim and a scope", []Issuer{google("", "", "")}, []access.Requirement{claim, scope}, true},
		{"either a scope or a group", []Issuer{google("", "", "")}, []access.Requirement{either(scope, group)}, true},
		{"a scope, and groups and roles alone have a claim", []Issuer{google("", "g", "r")}, []access.Requirement{scope},
			true},
		{"a group, and scopes and roles alone have a claim", []Issuer{google("s", "", "r")}, []access.Requirement{group},
			true},
		{"a role, and scopes and groups alone have a claim", []Issuer{google("s", "g", "")}, []access.Requirement{role},
			true},
		{"a scope by its claim", []Issuer{google("s", "", "")}, []access.Requirement{scope}, false},
		{"a group by its claim", []Issuer{google("", "g", "")}, []access.Requirement{group}, false},
		{"a role by its claim", []Issuer{google("", "", "r")}, []access.Requirement{role}, false},
		{"a claim", []Issuer{google("", "", "")}, []access.Requirement{claim}, false},
		{"either a scope or a claim", []Issuer{google("", "", "")}, []access.Requirement{either(scope, claim)}, false},
		{"another issuer's scope", []Issuer{google("", "", ""), {}}, []access.Requirement{scope}, false},
		{"issuers that are not known", nil, []access.Requirement{scope}, false},
	} {
		err := WithoutRights(tt.issuers, tt.requires)
		if (err != nil) != tt.refused || err != nil && !strings.HasPrefix(err.Error(), "tokens of Google have no scopes") {
			t.Errorf("%s: got %v, want it refused: %t", tt.name, err, tt.refused)
		}
	}
}
