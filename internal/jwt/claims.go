package jwt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The values of Amazon Cognito's token_use claim. Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
const (
	tokenUseAccess = "access"
	tokenUseID     = "id"
)

// claims are the claims that verification compares: those of RFC 7519, section 4.1; client_id (RFC 9068); azp (OpenID
// Connect Core 1.0, section 2); cnf (RFC 7800); and Cognito's token_use.
type claims struct {
	issuer, subject, audience, expires, notBefore, issuedAt, id strictjson.Value
	clientID, authorizedParty, tokenUse, confirmation           strictjson.Value
}

// readClaims reads the claims from a token's payload.
func readClaims(d *strictjson.Document, text string) (all strictjson.Value, c claims, err error) {
	all, err = d.Parse(text)
	if err != nil {
		return all, c, fmt.Errorf("%w: %w", ErrClaims, err)
	}
	if all.Kind() != strictjson.Object {
		return all, c, ErrClaims
	}
	return all, pickClaims(all), nil
}

// pickClaims reads the claims from an object.
func pickClaims(all strictjson.Value) (c claims) {
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
		case "azp":
			c.authorizedParty = v
		case "token_use":
			c.tokenUse = v
		case "cnf":
			c.confirmation = v
		}
	}
	return c
}

// audienceFits reports whether aud is one of the audiences, or a list of only strings that has one of them (RFC 7519,
// section 4.1.3).
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

// checkClient compares the claims that name the client. With a path, that is the claim at the path. Otherwise at least
// one of azp and client_id must be there, and each that is there must fit.
func (c *claims) checkClient(path string, all strictjson.Value, clients []string) error {
	first, second := c.authorizedParty, c.clientID
	if path != "" {
		first, second = all.Find(path), strictjson.Value{}
	}
	for _, v := range [...]strictjson.Value{first, second} {
		if v.Exists() && !isOneOf(v, clients) {
			return mismatch(ErrClient, describe(v), strings.Join(clients, ", "))
		}
	}
	if !first.Exists() && !second.Exists() {
		return mismatch(ErrClient, describe(first), strings.Join(clients, ", "))
	}
	return nil
}

func isOneOf(v strictjson.Value, list []string) bool { return slices.ContainsFunc(list, v.Is) }

// lifetime is the time in which a token is valid, in whole seconds since 1970. A fraction of exp is cut off, and nbf
// and iat are rounded up, so that rounding never makes a token valid for longer.
type lifetime struct {
	expires   int64
	notBefore int64 // the later of nbf and iat
	issuedAt  int64 // rounded down; without an iat, lower than any
}

// maxSeconds is the largest number of seconds that is accepted as a time, in either direction. Beyond it, JSON parsers
// that use float64 disagree about the value (RFC 7493, section 2.2), and arithmetic with times overflows further up.
const maxSeconds = 1<<53 - 1

// seconds returns a claim rounded down to a whole number, and whether that is the exact value.
func seconds(v strictjson.Value) (n int64, exact, ok bool) {
	n, exact, ok = v.Floor()
	return n, exact, ok && -maxSeconds <= n && n <= maxSeconds
}

func readLifetime(c *claims) (lifetime, error) {
	expires, _, ok := seconds(c.expires)
	if !ok {
		return lifetime{}, ErrTime
	}
	l, err := readStart(c)
	l.expires = expires
	return l, err
}

// readStart reads a lifetime without its end.
func readStart(c *claims) (lifetime, error) {
	l := lifetime{notBefore: -maxSeconds, issuedAt: noTime}
	for i, v := range [...]strictjson.Value{c.notBefore, c.issuedAt} {
		if !v.Exists() {
			continue
		}
		at, exact, ok := seconds(v)
		if !ok {
			return l, ErrTime
		}
		if i == 1 {
			l.issuedAt = at
		}
		if !exact {
			at++
		}
		l.notBefore = max(l.notBefore, at)
	}
	return l, nil
}

const noTime = -maxSeconds - 1

// check returns an error if a token is not valid at a time.
func (l lifetime) check(now time.Time, leeway time.Duration) error {
	if l.expires <= now.Unix() {
		return mismatch(ErrExpired, timeText(l.expires), "after "+timeText(now.Unix()))
	}
	return l.checkStart(now, leeway)
}

func (l lifetime) checkStart(now time.Time, leeway time.Duration) error {
	if latest := now.Add(leeway).Unix(); l.notBefore > latest {
		return mismatch(ErrNotYet, timeText(l.notBefore), "not after "+timeText(latest))
	}
	return nil
}

// checkLength returns an error if a token is valid for longer than the limit, if there is one.
func (l lifetime) checkLength(limit time.Duration) error {
	most := int64(limit / time.Second)
	switch {
	case most == 0:
		return nil
	case l.issuedAt == noTime:
		return mismatch(ErrLifetime, "no iat", durationText(most))
	case l.expires-l.issuedAt > most:
		return mismatch(ErrLifetime, durationText(l.expires-l.issuedAt), durationText(most))
	}
	return nil
}

// isOptionalText reports whether a claim is a string, null or missing.
func isOptionalText(v strictjson.Value) bool {
	return v.Kind() <= strictjson.Null || v.Kind() == strictjson.String
}
