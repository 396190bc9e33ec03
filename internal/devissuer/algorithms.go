package devissuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"

	_ "crypto/sha256" // for crypto.Hash.New
	_ "crypto/sha512"
)

// algorithm is a signing algorithm for tokens (RFC 7518, section 3.1, and RFC 8037, section 3.1).
type algorithm struct {
	kind string // the kind of key
	hash crypto.Hash
	pss  bool
}

var algorithms = map[string]algorithm{
	"RS256":   {kind: rsaKind, hash: crypto.SHA256},
	"RS384":   {kind: rsaKind, hash: crypto.SHA384},
	"RS512":   {kind: rsaKind, hash: crypto.SHA512},
	"PS256":   {kind: rsaKind, hash: crypto.SHA256, pss: true},
	"PS384":   {kind: rsaKind, hash: crypto.SHA384, pss: true},
	"PS512":   {kind: rsaKind, hash: crypto.SHA512, pss: true},
	"ES256":   {kind: "P-256", hash: crypto.SHA256},
	"ES384":   {kind: "P-384", hash: crypto.SHA384},
	"ES512":   {kind: "P-521", hash: crypto.SHA512},
	"EdDSA":   {kind: ed25519Kind},
	"Ed25519": {kind: ed25519Kind}, // the same algorithm under its name in RFC 9864
	"HS256":   {kind: secretKind, hash: crypto.SHA256},
	"HS384":   {kind: secretKind, hash: crypto.SHA384},
	"HS512":   {kind: secretKind, hash: crypto.SHA512},
}

func algorithmNames() []string { return slices.Sorted(maps.Keys(algorithms)) }

// sign signs the input with a key of the algorithm's kind.
func (a algorithm) sign(key crypto.Signer, input []byte) ([]byte, error) {
	message, options := input, crypto.SignerOpts(a.hash)
	if a.hash != 0 { // 0 for Ed25519, which hashes itself
		h := a.hash.New()
		h.Write(input)
		message = h.Sum(nil)
	}
	if a.pss { // RFC 7518, section 3.5: the salt is as long as the hash
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
	}
	if private, ok := key.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, private, message)
		if err != nil {
			return nil, fmt.Errorf("devissuer: %w", err)
		}
		// RFC 7518, section 3.4: both numbers, each as long as those of the curve.
		half := (private.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, half)), s.FillBytes(make([]byte, half))...), nil
	}
	signature, err := key.Sign(rand.Reader, message, options)
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return signature, nil
}

// mac computes the HMAC of the input with a secret.
func (a algorithm) mac(secret string, input []byte) []byte {
	m := hmac.New(a.hash.New, []byte(secret))
	m.Write(input)
	return m.Sum(nil)
}
