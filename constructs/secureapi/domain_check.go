package secureapi

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/domain"
)

// checkCertificate requires a certificate in the stack's region, if both regions are known.
func (s *site) checkCertificate(kind string, planned *domain.Domain) {
	if of, here, differ := differ(planned.CertificateOf, *s.stack.Region()); differ && of != "" {
		s.fail("Domain.Certificate is in the region %s, and the stack in %s: a %s domain needs a certificate of "+
			"the stack's region", of, here, kind)
	}
}

// mappingID returns the construct ID of a base path's mapping. It contains the path, with a mark in place of slashes
// that no path contains, so that a/b and a-b differ. It cannot contain a CDK token.
func mappingID(i int, path string) string {
	const id = "DomainMapping"
	switch {
	case cdktoken.Unresolved(path):
		return fmt.Sprintf("%s~%d", id, i)
	case path != "":
		return id + "-" + strings.ReplaceAll(path, "/", "~")
	}
	return id
}
