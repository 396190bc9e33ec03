package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// checkProofURLs refuses URLs that nothing uses, and those that no DPoP proof can be for. The function checks the
// values of CDK tokens when it starts.
func checkProofURLs(urls []string, used bool) (errs []error) {
	if len(urls) > 0 && !used {
		errs = append(errs, errors.New("JWT.ProofURLs is set, and no issuer is DPoPBound, so that nothing uses it: leave it "+
			"out, or set DPoPBound"))
	}
	const https = "https://"
	for i, u := range urls {
		for _, other := range urls {
			if httpname.UnderBaseURL(u, other) {
				errs = append(errs, fmt.Errorf("JWT.ProofURLs has %q and %q, which is under it, so that a proof for one route "+
					"would count for another: leave one out", other, u))
			}
		}
		switch {
		case cdktoken.UnresolvedList(u):
			errs = append(errs, fmt.Errorf("JWT.ProofURLs %s", cdktoken.ListProblem))
		case slices.Contains(urls[:i], u):
			errs = append(errs, fmt.Errorf("JWT.ProofURLs has %q twice: leave one out", u))
		case !cdktoken.Unresolved(u):
			if err := httpname.CheckBaseURL(u); err != nil {
				errs = append(errs, fmt.Errorf("JWT.ProofURLs[%d] %w", i, err))
			}
		case !strings.HasPrefix(u, https):
			errs = append(errs, fmt.Errorf("JWT.ProofURLs[%d] is a CDK token, and proofs are compared with the whole URL: "+
				"write %q and the token of the host behind it", i, https))
		case strings.HasSuffix(u, "/"):
			errs = append(errs, fmt.Errorf("JWT.ProofURLs[%d] ends with a slash, and each path begins with one: leave it out",
				i))
		}
	}
	return errs
}
