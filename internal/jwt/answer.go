package jwt

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// CheckAnswer compares an introspection endpoint's answer about an active token (RFC 7662, section 2.2) with what the
// issuer's tokens must have. It returns when the token expires, or the zero time if the answer has no exp.
//
// The requirements are weaker than those for a JWT, because the endpoint vouches for the token: iss and exp may be
// missing. With Audiences, aud must have one of them. Without Audiences, the endpoint must say that it is a bearer
// token, because it also answers about refresh tokens.
//
// The error is an [ErrRejected].
func (i *Issuer) CheckAnswer(answer strictjson.Value, now time.Time) (expires time.Time, err error) {
	c := pickClaims(answer)
	if len(i.Audiences) > 0 && !audienceFits(c.audience, i.Audiences) {
		return expires, mismatch(ErrAudience, describe(c.audience), strings.Join(i.Audiences, ", "))
	}
	if len(i.Clients) > 0 {
		if err := c.checkClient(i.ClientClaim, answer, i.Clients); err != nil {
			return expires, err
		}
	}
	if t := answer.Get("token_type"); len(i.Audiences) == 0 && t.Kind() != strictjson.String {
		return expires, mismatch(ErrTokenUse, "no token_type", "Bearer")
	}
	return i.checkAnswer(&c, answer, i.MaxLifetime, now)
}

// CheckConfirmation is like CheckAnswer for a token that was verified as a JWT. The token's own claims have been
// compared already, so the answer only has to be about a token of this issuer that may be used now.
func (i *Issuer) CheckConfirmation(answer strictjson.Value, now time.Time) (expires time.Time, err error) {
	c := pickClaims(answer)
	return i.checkAnswer(&c, answer, 0, now)
}

func (i *Issuer) checkAnswer(c *claims, answer strictjson.Value, longest time.Duration, now time.Time) (
	expires time.Time, err error,
) {
	if c.issuer.Exists() && !c.issuer.Is(i.URL) {
		return expires, mismatch(ErrIssuer, describe(c.issuer), i.URL)
	}
	for _, name := range [...]string{"token_use", "token_type", "typ"} {
		if v := answer.Get(name); isOneOf(v, notAccess) {
			return expires, mismatch(ErrTokenUse, describe(v), "an access token")
		}
	}
	if (c.confirmation.Exists() || isBound(answer.Get("token_type"))) && !i.AcceptBoundTokens {
		return expires, ErrBound
	}
	if !isOptionalText(c.subject) || !isOptionalText(c.id) {
		return expires, ErrClaimType
	}
	if c.expires.Exists() {
		l, err := readLifetime(c)
		if err == nil {
			err = l.checkLength(longest)
		}
		if err == nil {
			err = l.check(now, i.Leeway)
		}
		return time.Unix(l.expires, 0), err
	}
	if longest > 0 {
		return expires, mismatch(ErrLifetime, "no exp", durationText(int64(longest/time.Second)))
	}
	l, err := readStart(c)
	if err == nil {
		err = l.checkStart(now, i.Leeway)
	}
	return expires, err
}

// notAccess are the values by which providers mark a token that is not for an API. The standard defines none.
// Sources: https://www.ory.sh/docs/hydra/reference/api (token_use) and
// https://github.com/keycloak/keycloak/blob/main/core/src/main/java/org/keycloak/util/TokenUtil.java (typ)
var notAccess = []string{"refresh_token", "refresh", "id_token", "id", "Refresh", "Offline", "ID", "Logout"}

// isBound reports whether a token_type says that possession of the token is not enough to use it, as DPoP does (RFC
// 9449, section 6.2). Types are compared without case (RFC 6749, section 5.1). Some servers return access_token, which
// is a kind of token and not a type of RFC 6749.
// Source: https://docs.duendesoftware.com/identityserver/reference/endpoints/introspection
func isBound(tokenType strictjson.Value) bool {
	text, ok := tokenType.Text()
	return tokenType.Exists() && (!ok || !foldEqual(text, "Bearer") && text != "access_token")
}

// answerType is the typ of signed introspection answers. An answer is only for the client that asked: no token of this
// type is accepted, and nothing else is accepted as an answer (RFC 9701, section 8.1).
const answerType = "token-introspection+jwt"

// maxAnswerAge is how old a signed answer may be. Answers are created on request, but clocks may differ.
const maxAnswerAge = 5 * time.Minute

// Errors in a signed answer, besides [ErrRejected].
var (
	errAnswerTime = errors.New("jwt: iat is missing, ahead of now, or more than 5 minutes old, or exp is past")
	errNoAnswer   = errors.New("jwt: token_introspection is not an object")
)

// VerifyAnswer verifies an issuer's signed introspection answer (RFC 9701, section 5) to the client that asked, and
// returns its member token_introspection as JSON. As for tokens, cheap checks come first.
//
// The error tells why there is no answer. It reveals nothing about the token that was asked about.
func (v *Verifier) VerifyAnswer(ctx context.Context, issuer, client, text string) (string, error) {
	i := v.issuers[issuer]
	parts := strings.Split(text, ".")
	if i == nil || len(parts) != 3 {
		return "", ErrSerialization // five parts are an encrypted answer, which is not supported
	}
	var decoded [3][]byte
	for n, part := range parts {
		var ok bool
		if decoded[n], ok = decode(nil, []byte(part)); !ok {
			return "", ErrBase64
		}
	}
	var document, all strictjson.Document
	h, err := readHeader(&document, string(decoded[0]))
	switch {
	case err != nil:
		return "", err
	case !foldEqual(h.mediaType, answerType):
		return "", ErrType
	case !slices.Contains(i.algorithms, h.algorithm):
		return "", ErrAlgorithm
	}
	claims, c, err := readClaims(&all, string(decoded[1]))
	switch {
	case err != nil:
		return "", err
	case !c.issuer.Is(issuer):
		return "", mismatch(ErrIssuer, describe(c.issuer), issuer)
	case !audienceFits(c.audience, []string{client}):
		return "", mismatch(ErrAudience, describe(c.audience), client)
	}
	now := v.now()
	made, _, ok := seconds(c.issuedAt)
	if leeway := i.config.Leeway; !ok || made > now.Add(leeway).Unix() || made < now.Add(-maxAnswerAge-leeway).Unix() {
		return "", errAnswerTime
	}
	if c.expires.Exists() {
		if n, _, ok := seconds(c.expires); !ok || n <= now.Unix() {
			return "", errAnswerTime
		}
	}
	answer := claims.Get("token_introspection")
	if answer.Kind() != strictjson.Object {
		return "", errNoAnswer
	}
	k, err := i.keys.find(ctx, i.query(h.algorithm, h.keyID, h.named))
	if err != nil {
		return "", err
	}
	if err := h.algorithm.verify(k, []byte(text[:len(parts[0])+1+len(parts[1])]), decoded[2]); err != nil {
		return "", err
	}
	return answer.Raw(), nil
}
