package plan

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// proofHeader is the header with a DPoP proof (RFC 9449, section 4.1).
const proofHeader = "DPoP"

// DPoPBound returns the URL of an issuer whose tokens are bound by DPoP, or "".
func (l Lambda) DPoPBound() string {
	return l.boundBy(func(i issuer.Issuer) bool { return i.DPoPBound })
}

// ProofHeaders returns the headers of a request besides those of its token: DPoP if an issuer binds tokens by it.
func (l Lambda) ProofHeaders() []string {
	if l.DPoPBound() == "" {
		return nil
	}
	return []string{proofHeader}
}

// EnoughWithProofs adds the DPoP header to sets of headers that are enough, unless some issuer's tokens do without.
func (l Lambda) EnoughWithProofs(enough [][]string) [][]string {
	if l.DPoPBound() == "" || slices.ContainsFunc(l.JWT.Issuers, func(i issuer.Issuer) bool { return !i.DPoPBound }) {
		return enough
	}
	out := slices.Clone(enough)
	for i := range out {
		out[i] = append(slices.Clone(out[i]), proofHeader)
	}
	return out
}

// CheckDPoP refuses an authorizer of type REQUEST whose answers serve more than the request with the proof, and tokens
// that are not in the Authorization header, where RFC 9449, section 7.1 has them.
func (l Lambda) CheckDPoP(c identity.Cache) (errs []error) {
	url := l.DPoPBound()
	if url == "" {
		return nil
	}
	if c.TTL != identity.NoCache {
		errs = append(errs, fmt.Errorf("issuer %q is DPoPBound, and caching is on: each request has a proof of its own, and "+
			"a cached answer would serve requests whose proof nothing checks: set CacheTTL to NoCache", url))
	}
	want := settings.TokenSource{Kind: settings.Header, Name: "Authorization"}
	if sources := c.TokenSources(); len(sources) != 1 || sources[0] != want {
		errs = append(errs, fmt.Errorf("issuer %q is DPoPBound, and such tokens come in the Authorization header alone (RFC "+
			"9449, section 7.1): leave TokenSources out", url))
	}
	return errs
}

// checkTokenProof refuses an issuer whose tokens are bound by DPoP for an authorizer of type TOKEN.
func (l Lambda) checkTokenProof() error {
	url := l.DPoPBound()
	if url == "" {
		return nil
	}
	return fmt.Errorf("issuer %q is DPoPBound, and the event of a TOKEN authorizer has neither the proof nor the request "+
		"that it is for: use a RequestAuthorizer with CacheTTL NoCache", url)
}
