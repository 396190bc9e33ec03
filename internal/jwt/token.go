package jwt

import (
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Token is a verified token. It is immutable and safe for concurrent use. The same token may be returned again for the
// same text. It holds the claims but not the text itself.
type Token struct {
	issuer    *issuer
	key       *key
	algorithm *algorithm
	named     bool // whether it has a kid
	lifetime  lifetime
	subject   string
	claims    strictjson.Value
	document  strictjson.Document

	headerSize int // of the header's text, which shares memory with the text of the claims
}

func (t *Token) checkTime(now time.Time) error {
	return t.lifetime.check(now, t.issuer.config.Leeway)
}

// Issuer returns the iss claim, which is also the [Issuer.URL] of its configuration.
func (t *Token) Issuer() string { return t.issuer.config.URL }

// KeyID returns the kid of the key that verified the token, or "" if the key has none.
func (t *Token) KeyID() string { return t.key.id }

// Algorithm returns the algorithm of its signature, such as "RS256".
func (t *Token) Algorithm() string { return t.algorithm.name }

// Subject returns the sub claim, or "".
func (t *Token) Subject() string { return t.subject }

// Expires returns the exp claim, in whole seconds.
func (t *Token) Expires() time.Time { return time.Unix(t.lifetime.expires, 0) }

// Claims returns all claims, as an object.
func (t *Token) Claims() strictjson.Value { return t.claims }

// Claim returns the claim at a path: "groups", or "realm_access.roles" for the roles of the object realm_access. A
// claim with exactly that name takes precedence; see [strictjson.Value.Find]. If there is no such claim, the value does
// not exist.
func (t *Token) Claim(path string) strictjson.Value { return t.claims.Find(path) }

// String names the key that verified the token, and none of its claims, so that printing a token does not leak them.
func (t *Token) String() string {
	return fmt.Sprintf("token of issuer %q, key %q, %s", t.Issuer(), t.KeyID(), t.Algorithm())
}

// GoString returns the same as String, for %#v.
func (t *Token) GoString() string { return t.String() }

// MarshalText returns the same as String, for logs and JSON.
func (t *Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
