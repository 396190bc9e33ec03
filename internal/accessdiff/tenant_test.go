package accessdiff

import "testing"

// TestTenantRequirements: a tenant is a requirement of the caller's claim.
func TestTenantRequirements(t *testing.T) {
	for _, tt := range []struct{ name, was, is, want string }{
		{"a tenant is required", "GET /a: token", "GET /a: tenant org",
			"- callers with a valid token lost GET /a (now: claim org is a tenant ID)"},
		{"a tenant is no longer required", "GET /a: tenant org", "GET /a: token",
			"+ callers with a valid token gained GET /a (was: claim org is a tenant ID)"},
		{"of another claim", "GET /a: tenant org", "GET /a: tenant team",
			"+ callers whose claim team is a tenant ID gained GET /a (was: claim org is a tenant ID)\n" +
				"- callers whose claim org is a tenant ID lost GET /a (now: claim team is a tenant ID)"},
		{"a scope instead", "GET /a: tenant org", "GET /a: scope s",
			"+ callers with scope s gained GET /a (was: claim org is a tenant ID)\n" +
				"- callers whose claim org is a tenant ID lost GET /a (now: scope s)"},
		{"only one tenant", "GET /a: tenant org", "GET /a: tenant org + claim org acme",
			"- callers whose claim org is a tenant ID lost GET /a (now: claim org is a tenant ID and claim org is acme)"},
		{"the same", "GET /a: tenant org + scope s", "GET /a: scope s + tenant org", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := linesOf(Compare(matrixOf(apiOf(tt.was)), matrixOf(apiOf(tt.is)))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
