package authztest

import (
	"crypto/ecdsa"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"time"
)

// URL returns the URL of the request that [RequestEvent] describes, without its query.
func URL(path string) string { return "https://" + host + "/prod" + path }

// Thumbprint returns the thumbprint of the public key (RFC 7638), which a token that is bound to the key has in
// cnf.jkt.
func (k *Key) Thumbprint() string {
	// JSON has the members sorted by name and no white space, as section 3 requires.
	sum := sha256.Sum256([]byte(k.JWK().With(Object{"use": nil, "kid": nil}).String()))
	return Base64(sum[:])
}

// Proof returns a DPoP proof (RFC 9449) by this key for a request with an access token: the value of its DPoP header.
// The URL is without query and fragment. Each proof is new, and is for one request.
func (k *Key) Proof(method, url, token string, at time.Time) string {
	return k.ProofWith(nil, nil, method, url, token, at)
}

// ProofWith returns a proof like [Key.Proof] with changes to its header and its claims, as [Object.With] makes them.
// Its signature is valid.
func (k *Key) ProofWith(header, claims Object, method, url, token string, at time.Time) string {
	alg := k.proofAlgorithm()
	sum := sha256.Sum256([]byte(token))
	return k.Sign(alg,
		Object{"typ": "dpop+jwt", "alg": alg, "jwk": k.JWK().With(Object{"use": nil, "kid": nil})}.With(header).String(),
		Object{
			"jti": cryptorand.Text(), "htm": method, "htu": url, "iat": at.Unix(), "ath": Base64(sum[:]),
		}.With(claims).String())
}

// proofAlgorithm returns an algorithm that fits the key.
func (k *Key) proofAlgorithm() string {
	switch private := k.Signer.(type) {
	case *rsa.PrivateKey:
		return "RS256"
	case *ecdsa.PrivateKey:
		return map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[private.Curve.Params().Name]
	}
	return "EdDSA"
}
