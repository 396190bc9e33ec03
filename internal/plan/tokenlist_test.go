package plan

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// TestListsInThePlaceOfOneValue checks that a list from a parameter is rejected as a single value. CDK reports this at
// synth, but without the place.
func TestListsInThePlaceOfOneValue(t *testing.T) {
	const list = "#{Token[TOKEN.7]}"
	const says = " is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"
	testRefusals(t, []refusal{
		{"an issuer", func(p *Props) {
			settings := jwt()
			settings.Issuers[0].URL = list
			p.Authorizer = deciding(settings)
		}, "JWT.Issuers[0]: URL" + says},
		{"claims of the context", func(p *Props) {
			settings := jwt()
			settings.ContextClaims = []string{list}
			p.Authorizer = deciding(settings)
		}, "JWT.ContextClaims" + says},
		{"a web ACL", func(p *Props) { p.WebACL = list }, "WebACL" + says},
		{"a name", atDomain(func(d *domain.Domain) { d.Name = list }), "Domain.Name" + says},
		{"paths", atDomain(func(d *domain.Domain) { d.BasePaths = []string{list} }), "Domain.BasePaths" + says},
		{"VPC endpoints", atDomain(func(d *domain.Domain) {
			d.Private = &domain.Private{AllowVPCEndpoints: []string{list}, AssociateVPCEndpoints: []string{list}}
		}), "Domain.Private.AssociateVPCEndpoints" + says},
		{"a list beside a range", policy(ResourcePolicy{AllowCIDRs: []string{office, list}}),
			"ResourcePolicy.AllowCIDRs[1]" + says},
	})
}
