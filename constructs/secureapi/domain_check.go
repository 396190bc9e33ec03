package secureapi

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// checkCertificate wants a certificate of the stack's region, where both are known.
func (s *site) checkCertificate(kind string, planned *plan.Domain) {
	if of, here, differ := another(planned.CertificateOf, *s.stack.Region()); differ && of != "" {
		s.fail("Domain.Certificate is in the region %s, and the stack in %s: a %s domain needs a certificate of "+
			"the stack's region", of, here, kind)
	}
}

// mappingID is the construct id of a base path's mapping. It has the path, with a mark that no path has for the slash,
// so that a/b and a-b are two; a CDK token cannot be in one.
func mappingID(i int, path string) string {
	const id = "DomainMapping"
	switch {
	case plan.Unresolved(path):
		return fmt.Sprintf("%s~%d", id, i)
	case path != "":
		return id + "-" + strings.ReplaceAll(path, "/", "~")
	}
	return id
}
