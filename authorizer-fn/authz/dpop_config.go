//go:build !lambda.norpc || gatehouse_binding

package authz

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// bindsByDPoP reports whether tokens of some issuer are bound by DPoP.
func (c Config) bindsByDPoP() bool {
	for i := range c.Issuers {
		if c.Issuers[i].DPoPBound {
			return true
		}
	}
	return false
}

// checkDPoP reports settings with which proofs would not be checked, or not for each request.
func (c Config) checkDPoP(fail func(format string, a ...any)) {
	if !c.bindsByDPoP() {
		if c.ProofTable != "" {
			fail("proofTable is set, and no issuer is dpopBound")
		}
		if len(c.ProofURLs) > 0 {
			fail("proofUrls is set, and no issuer is dpopBound")
		}
		return
	}
	for i, u := range c.ProofURLs {
		if err := httpname.CheckBaseURL(u); err != nil {
			fail("proofUrls: %w", err)
		} else if slices.Contains(c.ProofURLs[:i], u) {
			fail("proofUrls has %q twice", u)
		}
		for _, other := range c.ProofURLs {
			if httpname.UnderBaseURL(u, other) {
				fail("proofUrls has %q and %q, which is under it: a proof for one route would count for another", other, u)
			}
		}
	}
	for _, i := range c.Issuers {
		if i.DPoPBound && i.AcceptBoundTokens {
			fail("issuer %q has both dpopBound and acceptBoundTokens: the first checks what the second accepts unchecked",
				i.URL)
		}
		if i.DPoPBound && i.CertificateBound {
			fail("issuer %q has both dpopBound and certificateBound: a token has one binding", i.URL)
		}
	}
	if c.Session != nil {
		fail("tokens are bound by DPoP, and a session presents no token")
	}
	if len(c.TokenSources) > 1 || len(c.TokenSources) == 1 && c.TokenSources[0] != authorizationHeader {
		fail("tokens are bound by DPoP, which presents them in the Authorization header alone: leave tokenSources out")
	}
	if !c.PerRequest {
		fail("tokens are bound by DPoP, whose proofs are for one request each: set perRequest")
	}
}

// authorizationHeader is where a token is if no source is configured.
var authorizationHeader = TokenSource{Header, "Authorization"}
