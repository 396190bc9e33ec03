package jwt

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// issuer is an [Issuer] prepared for use.
type issuer struct {
	config     Issuer
	algorithms []*algorithm
	mediaType  string // "" for the default
	keys       *keyCache
}

// query returns the query for a token's key. A secret has no name, so a kid does not choose it.
func (i *issuer) query(a *algorithm, id string, named bool) query {
	return query{id: id, named: named && i.config.Secret == nil, algorithm: a}
}

// checkHeader compares a header with what the issuer's tokens must have.
func (i *issuer) checkHeader(h *header) error {
	if !slices.Contains(i.algorithms, h.algorithm) {
		return ErrAlgorithm
	}
	switch {
	case i.config.ByAPIGateway:
		if !h.named {
			return ErrKeyID
		}
	case i.mediaType != "":
		if !foldEqual(h.mediaType, i.mediaType) {
			return ErrType
		}
	case h.mediaType != "" && !foldEqual(h.mediaType, "JWT") && !foldEqual(h.mediaType, "at+jwt"):
		return ErrType
	}
	return nil
}

// checkClaims compares all claims except the times with what the issuer's tokens must have.
func (i *issuer) checkClaims(c *claims, all strictjson.Value) error {
	config := &i.config
	if config.TokenUse != "" && !c.tokenUse.Is(config.TokenUse) {
		return mismatch(ErrTokenUse, describe(c.tokenUse), config.TokenUse)
	}
	audience, clients := c.audience, config.Clients
	if config.ByAPIGateway && !audience.Exists() {
		audience = c.clientID
	}
	if config.TokenUse == tokenUseAccess {
		// Amazon Cognito puts the client into each access token, and the audience only if the client asked for a resource.
		// Source:
		// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
		if !audience.Exists() {
			audience = c.clientID
		}
		if len(clients) == 0 {
			clients = config.Audiences
		}
		if c.clientID.Kind() != strictjson.String {
			return mismatch(ErrAudience, describe(c.clientID), strings.Join(clients, ", "))
		}
	}
	if !audienceFits(audience, config.Audiences) {
		return mismatch(ErrAudience, describe(audience), strings.Join(config.Audiences, ", "))
	}
	if len(clients) > 0 {
		if err := c.checkClient(config.ClientClaim, all, clients); err != nil {
			return err
		}
	}
	if c.confirmation.Exists() && !config.AcceptBoundTokens && !config.ByAPIGateway {
		return ErrBound
	}
	if !isOptionalText(c.subject) || !isOptionalText(c.id) {
		return ErrClaimType
	}
	return nil
}
