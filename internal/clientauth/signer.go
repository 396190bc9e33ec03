package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha256" // for crypto.SHA256
	_ "crypto/sha512" // for crypto.SHA384 and crypto.SHA512
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// signing is an algorithm that signs assertions (RFC 7518, section 3.1; RFC 8037, section 3.1).
type signing struct {
	name string
	hash crypto.Hash // 0 for EdDSA, which hashes by itself
	rsa  bool
	pss  bool
	size int // of each half of an ECDSA signature
}

var signings = [...]signing{
	{name: "RS256", hash: crypto.SHA256, rsa: true},
	{name: "RS384", hash: crypto.SHA384, rsa: true},
	{name: "RS512", hash: crypto.SHA512, rsa: true},
	{name: "PS256", hash: crypto.SHA256, rsa: true, pss: true},
	{name: "PS384", hash: crypto.SHA384, rsa: true, pss: true},
	{name: "PS512", hash: crypto.SHA512, rsa: true, pss: true},
	{name: "ES256", hash: crypto.SHA256, size: 32},
	{name: "ES384", hash: crypto.SHA384, size: 48},
	{name: "ES512", hash: crypto.SHA512, size: 66},
	{name: "EdDSA"},
}

// Algorithms returns the values that [Options.Algorithm] may have.
func Algorithms() []string { return settings.ClientAlgorithms() }

// signer signs assertions.
type signer struct {
	signing *signing
	key     any
}

// newSigner reads a private key for an algorithm: PKCS #8 in PEM (RFC 7468, section 10). No error contains any part of
// it.
func newSigner(algorithm string, text []byte) (*signer, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New(`it is not PKCS #8 in PEM, which begins with "-----BEGIN PRIVATE KEY-----"; ` +
			"openssl pkcs8 -topk8 -nocrypt makes it of other forms")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("it is not a key in PKCS #8")
	}
	for i := range signings {
		if s := &signings[i]; s.name == algorithm {
			if !s.fits(key) {
				return nil, fmt.Errorf("it is a %s, which does not sign with %s", describe(key), algorithm)
			}
			return &signer{s, key}, nil
		}
	}
	return nil, fmt.Errorf("the algorithm %q is not known", algorithm)
}

func (s *signing) fits(key any) bool {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return s.rsa && k.N.BitLen() >= 2048 // RFC 7518, section 3.3
	case *ecdsa.PrivateKey:
		return s.size == (k.Curve.Params().BitSize+7)/8 // of P-256, P-384 or P-521
	case ed25519.PrivateKey:
		return !s.rsa && s.size == 0
	}
	return false
}

func describe(key any) string {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return "key for RSA with " + strconv.Itoa(k.N.BitLen()) + " bits"
	case *ecdsa.PrivateKey:
		return "key on the curve " + k.Curve.Params().Name
	case ed25519.PrivateKey:
		return "key for Ed25519"
	}
	return "key of another kind"
}

// sign returns the compact serialization (RFC 7515, section 7.1) of a header and claims.
func (s *signer) sign(random io.Reader, header, claims []byte) (string, error) {
	input := base64.RawURLEncoding.AppendEncode(nil, header)
	input = base64.RawURLEncoding.AppendEncode(append(input, '.'), claims)
	digest := input
	if s.signing.hash != 0 {
		h := s.signing.hash.New()
		h.Write(input)
		digest = h.Sum(nil)
	}
	var signature []byte
	var err error
	switch k := s.key.(type) {
	case *rsa.PrivateKey:
		if s.signing.pss { // the salt is as long as the hash: RFC 7518, section 3.5
			options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			signature, err = rsa.SignPSS(random, k, s.signing.hash, digest, &options)
		} else {
			signature, err = rsa.SignPKCS1v15(random, k, s.signing.hash, digest)
		}
	case *ecdsa.PrivateKey:
		// Both numbers are as long as those of the curve (RFC 7518, section 3.4).
		r, t, e := ecdsa.Sign(random, k, digest)
		if err = e; err == nil {
			signature = make([]byte, 2*s.signing.size)
			r.FillBytes(signature[:s.signing.size])
			t.FillBytes(signature[s.signing.size:])
		}
	case ed25519.PrivateKey:
		signature = ed25519.Sign(k, digest)
	}
	if err != nil {
		return "", fmt.Errorf("the assertion cannot be signed: %w", err)
	}
	return string(base64.RawURLEncoding.AppendEncode(append(input, '.'), signature)), nil
}
