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

// claims are the claims that verification looks at (RFC 7519, section 4.1; client_id of RFC 9068; azp
// of OpenID Connect Core 1.0, section 2; cnf of RFC 7800; and Cognito's token_use).
type claims struct {
	issuer, subject, audience, expires, notBefore, issuedAt, id strictjson.Value
	clientID, authorizedParty, tokenUse, confirmation           strictjson.Value
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
	return all, pick(all), nil
}

// pick picks the claims out of an object.
func pick(all strictjson.Value) (c claims) {
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

// audienceFits reports whether aud is a string that is one of the audiences, or a list of nothing but strings that has
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

// checkClient compares the claims that name the client: the one at the path, if there is a path, and else azp and
// client_id, of which there must be one, and which must both fit where there are both.
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

// lifetime is when a token is valid, in whole seconds since 1970. A fraction is cut from exp and makes nbf and iat a
// second more, so that rounding never makes a token valid for longer.
type lifetime struct {
	expires   int64
	notBefore int64 // the later one of nbf and iat
	issuedAt  int64 // with a fraction cut from it; without an iat, lower than any
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
	expires, _, ok := seconds(c.expires)
	if !ok {
		return lifetime{}, ErrTime
	}
	l, err := readStart(c)
	l.expires = expires
	return l, err
}

// readStart reads a lifetime but for its end.
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

// check reports whether a token is valid at a time.
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

// checkLength reports whether a token is valid for no longer than it may be, if there is such a limit.
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

// optionalText reports whether a claim is a string, null or missing.
func optionalText(v strictjson.Value) bool {
	return v.Kind() <= strictjson.Null || v.Kind() == strictjson.String
}
