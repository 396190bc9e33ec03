package plan

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
)

func TestCertificateBound(t *testing.T) {
	bound := func(c identity.Cache) func(*Props) {
		return func(p *Props) {
			l := Lambda{JWT: jwt()}
			l.JWT.Issuers[0].CertificateBound = true
			p.Authorizer = deciding(l.JWT)
			p.Authorizer.Problems = append(p.Authorizer.Problems, l.CheckCertificate(c)...)
			p.Authorizer.CertificateBound = l.CertificateBound()
		}
	}
	elsewhere := func(d domain.Shared) func(*Props) {
		d.Name = "a.example.com"
		return shared(d)
	}
	keyed := identity.Cache{
		Included: true,
		Identity: []identity.Source{identity.Header("Authorization"), identity.ClientCertificate},
	}
	uncached := identity.Cache{Included: true, TTL: identity.NoCache}
	for name, change := range map[string]func(*Props){
		"with the certificate in the cache's key": both(bound(keyed), atDomain(mutual)),
		"without a cache":                         both(bound(uncached), atDomain(mutual)),
		"at a shared domain":                      both(bound(uncached), elsewhere(domain.Shared{MutualTLS: true})),
		"at an imported domain":                   both(bound(uncached), elsewhere(domain.Shared{Imported: true})),
	} {
		if _, err := New(table(change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	token := func(p *Props) {
		l := Lambda{JWT: jwt()}
		l.JWT.Issuers[0].CertificateBound = true
		p.Authorizer = deciding(l.JWT)
		p.Authorizer.Problems = append(p.Authorizer.Problems, l.CheckTokenEvent())
	}
	testRefusals(t, []refusal{
		{"a cache by the token alone", both(bound(identity.Cache{Included: true, TTL: time.Minute}), atDomain(mutual)),
			`issuer "https://idp.example.com/" is CertificateBound, and caching is on without the client certificate among ` +
				`the identity sources, so a stolen token would be answered from the cache: add ` +
				`IdentityContext("identity.clientCert.clientCertPem") to IdentitySources, beside the token's, or set CacheTTL ` +
				`to NoCache`},
		{"no domain", bound(uncached),
			`issuer "https://idp.example.com/" is CertificateBound, and clients present certificates only to a domain with ` +
				`mutual TLS: set Domain.MutualTLS, or set Domain.Of to a domain that has it`},
		{"a domain without mutual TLS", both(bound(uncached), atDomain(func(*domain.Domain) {})), `set Domain.MutualTLS`},
		{"a TOKEN authorizer", token,
			`issuer "https://idp.example.com/" is CertificateBound, and the event of a TOKEN authorizer has no client ` +
				`certificate: use a RequestAuthorizer`},
	})
}
