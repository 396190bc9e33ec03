package plan

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

func TestWrongAPIPolicies(t *testing.T) {
	policy := func(policy, mode string) func(*Props) {
		return func(p *Props) { p.SecurityPolicy, p.EndpointAccessMode = policy, mode }
	}
	edge := func(p *Props) { p.RestAPI = &RestAPI{Edge: true} }
	const strong, strongEdge = "SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_2025_EDGE"
	testRefusals(t, []refusal{
		{"a mode alone", policy("", "STRICT"), "EndpointAccessMode is set without SecurityPolicy: set both, or leave it out"},
		{"no policy", policy("TLS_1_3", ""), `SecurityPolicy "TLS_1_3": want one whose name begins with SecurityPolicy_`},
		{"no mode", policy(strong, "LAX"), `EndpointAccessMode "LAX": want STRICT or BASIC`},
		{"a mode with a legacy policy", policy("TLS_1_2", "BASIC"),
			"EndpointAccessMode is set beside the security policy TLS_1_2, and only policies whose names begin with"},
		{"of the edge", policy(strongEdge, ""), "SecurityPolicy " + strongEdge + " does not fit the API's type of " +
			"endpoint"},
		{"of a region", both(policy(strong, ""), edge), "SecurityPolicy " + strong + " does not fit the API's type"},
		{"beside that of the domain", both(policy(strong, ""), atDomain(func(d *domain.Domain) { d.Policy = strong })),
			"SecurityPolicy is set, and the API takes the one of its Domain, " + strong + ": leave it out"},
	})
	for _, tt := range []struct {
		name         string
		change       func(*Props)
		policy, mode string
	}{
		{"none", both(), "", ""},
		{"strict by default", policy(strong, ""), strong, "STRICT"},
		{"basic", policy(strong, "BASIC"), strong, "BASIC"},
		{"legacy", policy("TLS_1_2", ""), "TLS_1_2", ""},
		{"of the edge", both(policy(strongEdge, ""), edge), strongEdge, "STRICT"},
		{"beside a legacy domain", both(policy(strong, ""), atDomain(nil)), strong, "STRICT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(tt.change))
			if err != nil {
				t.Fatal(err)
			}
			if policy, mode := p.APIPolicy(); policy != tt.policy || mode != tt.mode {
				t.Errorf("the policy is %q with the mode %q, want %q with %q", policy, mode, tt.policy, tt.mode)
			}
		})
	}
}
