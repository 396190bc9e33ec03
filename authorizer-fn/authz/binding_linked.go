//go:build !lambda.norpc || gatehouse_binding

package authz

import (
	"context"
	"errors"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
)

// checksBindings reports whether this program can check what tokens are bound to. Programs that are not functions
// always can.
const checksBindings = true

// checkHolder checks that the request is by the holder of a token that its issuer binds: to a key or a certificate.
func (a *Authorizer) checkHolder(
	ctx context.Context, e event, arn policycompiler.ARN, text string, byDPoP bool, token claims,
) error {
	if a.issuers[token.Issuer()].CertificateBound {
		if err := e.checkBinding(token); err != nil {
			return err
		}
	}
	return a.checkProof(ctx, e, arn, text, byDPoP, token)
}

// bindingReason returns the reason for an error about a binding, or "" for another error.
func bindingReason(err error) string {
	switch {
	case errors.Is(err, errUnbound):
		return "unbound"
	case errors.Is(err, errCertificate):
		return "certificate"
	}
	return dpop.Reason(err)
}
