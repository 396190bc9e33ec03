package jwt

import (
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Token is a token that was verified. It does not change, and any number of goroutines may use it; it may be handed out
// again for the same token. It holds the claims and not the token itself.
type Token struct {
	issuer    *issuer
	key       *key
	algorithm *algorithm
	named     bool // it has a kid
	lifetime  lifetime
	subject   string
	claims    strictjson.Value
	document  strictjson.Document

	headerSize int // of the header's text, which the claims' keeps in memory: they are parts of one
}

func (t *Token) checkTime(now time.Time) error {
	return t.lifetime.check(now, t.issuer.config.Leeway)
}

// Issuer returns the iss claim, which is the [Issuer.URL] of its configuration.
func (t *Token) Issuer() string { return t.issuer.config.URL }

// KeyID returns the kid of the key that verified the token; "" if the key has none.
func (t *Token) KeyID() string { return t.key.id }

// Algorithm returns the algorithm of its signature, "RS256" for one.
func (t *Token) Algorithm() string { return t.algorithm.name }

// Subject returns the sub claim, or "" without one.
func (t *Token) Subject() string { return t.subject }

// Expires returns the exp claim, in whole seconds.
func (t *Token) Expires() time.Time { return time.Unix(t.lifetime.expires, 0) }

// Claims returns all the claims, an object.
func (t *Token) Claims() strictjson.Value { return t.claims }

// Claim is the claim at a path: "groups"; "realm_access.roles" for the roles of the object realm_access, or for the
// claim of that very name, which comes first; see [strictjson.Value.Find]. Without such a claim, the value does not
// exist.
func (t *Token) Claim(path string) strictjson.Value { return t.claims.Find(path) }

// String reports which key verified the token, and nothing of its claims, so that printing one does not leak them.
func (t *Token) String() string {
	return fmt.Sprintf("token of issuer %q, key %q, %s", t.Issuer(), t.KeyID(), t.Algorithm())
}

// GoString returns the same as String, for %#v.
func (t *Token) GoString() string { return t.String() }

// MarshalText returns the same as String, for logs and JSON.
func (t *Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
