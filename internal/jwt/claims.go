package jwt

import (
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The values of Amazon Cognito's token_use claim.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
const (
	tokenUseAccess = "access"
	tokenUseID     = "id"
)

// claims are the claims that verification looks at (RFC 7519, section 4.1, and Cognito's two).
type claims struct {
	issuer, subject, audience, expires, notBefore, issuedAt, id strictjson.Value
	clientID, tokenUse                                          strictjson.Value
}

// readClaims picks the claims out of a token's payload.
func readClaims(d *strictjson.Document, text string) (all strictjson.Value, c claims, err error) {
	all, err = d.Parse(text)
	if err != nil {
		return all, c, fmt.Errorf("%w: %w", ErrClaims, err)
	}
	if all.Kind() != strictjson.Object {
		return all, c, ErrClaims
	}
	for name, v := range all.Members() {
		switch name {
		case "iss":
			c.issuer = v
		case "sub":
			c.subject = v
		case "aud":
			c.audience = v
		case "exp":
			c.expires = v
		case "nbf":
			c.notBefore = v
		case "iat":
			c.issuedAt = v
		case "jti":
			c.id = v
		case "client_id":
			c.clientID = v
		case "token_use":
			c.tokenUse = v
		}
	}
	return all, c, nil
}

// audienceFits tells whether aud is a string that is one of the audiences, or a list of nothing but strings that has
// one of them (RFC 7519, section 4.1.3).
func audienceFits(aud strictjson.Value, audiences []string) bool {
	fits := false
	switch aud.Kind() {
	case strictjson.String:
		fits = isOneOf(aud, audiences)
	case strictjson.Array:
		for e := range aud.Elements() {
			if e.Kind() != strictjson.String {
				return false
			}
			fits = fits || isOneOf(e, audiences)
		}
	}
	return fits
}

func isOneOf(v strictjson.Value, list []string) bool { return slices.ContainsFunc(list, v.Is) }

// lifetime is when a token is valid, in whole seconds since 1970. A fraction is cut from exp and makes nbf and iat a
// second more, so that rounding never makes a token valid for longer.
type lifetime struct {
	expires   int64
	notBefore int64 // the later one of nbf and iat
}

// maxSeconds is the largest number of seconds that counts as a time, either way. Beyond it, JSON readers that hold
// numbers as float64 no longer agree on the value (RFC 7493, section 2.2), and computing with times goes wrong
// further up.
const maxSeconds = 1<<53 - 1

// seconds is the largest whole number that is not above a claim, and whether it is the claim itself.
func seconds(v strictjson.Value) (n int64, exact, ok bool) {
	n, exact, ok = v.Floor()
	return n, exact, ok && -maxSeconds <= n && n <= maxSeconds
}

func readLifetime(c *claims) (lifetime, error) {
	l := lifetime{notBefore: -maxSeconds}
	var ok bool
	if l.expires, _, ok = seconds(c.expires); !ok {
		return l, ErrTime
	}
	for _, v := range [...]strictjson.Value{c.notBefore, c.issuedAt} {
		if !v.Exists() {
			continue
		}
		at, exact, ok := seconds(v)
		if !ok {
			return l, ErrTime
		}
		if !exact {
			at++
		}
		l.notBefore = max(l.notBefore, at)
	}
	return l, nil
}

// check tells whether a token is valid at a time.
func (l lifetime) check(now time.Time, leeway time.Duration) error {
	if l.expires <= now.Unix() {
		return ErrExpired
	}
	if l.notBefore > now.Add(leeway).Unix() {
		return ErrNotYet
	}
	return nil
}

// optionalText tells whether a claim is a string, null or missing.
func optionalText(v strictjson.Value) bool {
	return v.Kind() <= strictjson.Null || v.Kind() == strictjson.String
}
