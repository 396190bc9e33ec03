package jwt

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// issuer is an [Issuer] made ready.
type issuer struct {
	config     Issuer
	algorithms []*algorithm
	mediaType  string // "" for the default
	keys       *keyCache
}

// query is what to ask the issuer's keys for. A secret has no name, so a kid does not choose it.
func (i *issuer) query(a *algorithm, id string, named bool) query {
	return query{id: id, named: named && i.config.Secret == nil, algorithm: a}
}

// checkHeader compares a header with what the issuer's tokens have.
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

// checkClaims compares all but the times with what the issuer's tokens have.
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
		// Amazon Cognito has the client in each access token, and the audience where the client asked for a resource.
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
	if !optionalText(c.subject) || !optionalText(c.id) {
		return ErrClaimType
	}
	return nil
}
