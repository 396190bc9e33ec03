package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

// CertificateBound returns the URL of an issuer whose tokens are bound to certificates, or "".
func (l Lambda) CertificateBound() string {
	return l.boundBy(func(i issuer.Issuer) bool { return i.CertificateBound })
}

// CheckTokenEvent refuses an issuer whose tokens are bound to certificates or by DPoP for an authorizer of type TOKEN.
func (l Lambda) CheckTokenEvent() error {
	url := l.CertificateBound()
	if url == "" {
		return l.checkTokenProof()
	}
	return fmt.Errorf("issuer %q is CertificateBound, and the event of a TOKEN authorizer has no client certificate: use "+
		"a RequestAuthorizer", url)
}

// CheckCertificate refuses a cache that gives the answer for one certificate to a caller with another.
func (l Lambda) CheckCertificate(c identity.Cache) []error {
	url := l.CertificateBound()
	if url == "" || c.TTL == identity.NoCache || slices.Contains(c.Sources(), identity.ClientCertificate) {
		return nil
	}
	return []error{fmt.Errorf("issuer %q is CertificateBound, and caching is on without the client certificate among the "+
		"identity sources, so a stolen token would be answered from the cache: add IdentityContext(%q) to IdentitySources, "+
		"beside the token's, or set CacheTTL to NoCache", url, identity.ClientCertificate.Name())}
}

// checkCertificates refuses guards that require client certificates where no request presents one.
func (p *Plan) checkCertificates(d *domain.Domain) (errs []error) {
	if d != nil && (d.MutualTLS != nil || d.Of != nil && (d.Of.MutualTLS || d.Of.Imported)) {
		return nil
	}
	for _, g := range p.Guards {
		if g.CertificateBound != "" {
			errs = append(errs, errors.New(g.String()+": issuer \""+g.CertificateBound+"\" is CertificateBound, and clients "+
				"present certificates only to a domain with mutual TLS: set Domain.MutualTLS, or set Domain.Of to a domain that "+
				"has it"))
		}
	}
	return errs
}
