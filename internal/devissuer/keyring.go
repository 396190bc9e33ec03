package devissuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
)

// The kinds of keys. Others are named by their curves.
const (
	rsaKind     = "RSA"
	ed25519Kind = "Ed25519"
	secretKind  = "secret"
)

// kinds are the kinds of key pairs. The keyring has one signing key of each.
var kinds = []string{rsaKind, "P-256", "P-384", "P-521", ed25519Kind}

const (
	rsaBits = 2048

	// RFC 7518, section 3.2: the key of HS512 has at least the 64 bytes of its hash. As text it is twice as long.
	secretBytes = 64
)

// keyring is the set of keys in a file. It does not change.
type keyring struct {
	keys   []signingKey // one of each kind
	secret string       // for HMAC
}

// signingKey is a key pair.
type signingKey struct {
	kind   string
	id     string // kid
	signer crypto.Signer
}

// newKeyring makes keys of all kinds.
func newKeyring() (*keyring, error) { return keyringOf(newSigner) }

// keyringOf returns a keyring with the key pairs that a function makes.
func keyringOf(signerOf func(kind string) (crypto.Signer, error)) (*keyring, error) {
	k := &keyring{}
	for _, kind := range kinds {
		signer, err := signerOf(kind)
		if err != nil {
			return nil, fmt.Errorf("devissuer: make a key of kind %s: %w", kind, err)
		}
		key, err := makeKey(kind, signer)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, key)
	}
	secret := make([]byte, secretBytes)
	rand.Read(secret) // it never fails
	k.secret = hex.EncodeToString(secret)
	return k, nil
}

func newSigner(kind string) (crypto.Signer, error) {
	switch kind {
	case rsaKind:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case ed25519Kind:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
	return ecdsa.GenerateKey(curves[kind], rand.Reader)
}

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// makeKey gives a key pair its ID, which is derived from the public key: different keys have different IDs, and a key
// keeps its ID.
func makeKey(kind string, signer crypto.Signer) (signingKey, error) {
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return signingKey{}, fmt.Errorf("devissuer: key of kind %s: %w", kind, err)
	}
	sum := sha256.Sum256(der)
	return signingKey{
		kind:   kind,
		id:     "dev-" + base64.RawURLEncoding.EncodeToString(sum[:15]),
		signer: signer,
	}, nil
}

// keyOf returns the key of a kind.
func (k *keyring) keyOf(kind string) signingKey {
	return k.keys[slices.IndexFunc(k.keys, func(s signingKey) bool { return s.kind == kind })]
}

// jwk returns the public key (RFC 7517). alg is the only algorithm for which the issuer uses it, or "".
func (s signingKey) jwk(alg string) map[string]string {
	text := base64.RawURLEncoding.EncodeToString
	out := map[string]string{"kid": s.id, "use": "sig"}
	if alg != "" {
		out["alg"] = alg
	}
	switch public := s.signer.Public().(type) {
	case *rsa.PublicKey: // RFC 7518, section 6.3.1
		out["kty"], out["n"], out["e"] = "RSA", text(public.N.Bytes()), text(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey: // RFC 7518, section 6.2.1
		point, err := public.Bytes() // uncompressed: 4, x, y
		if err != nil {
			panic(err) // unreachable: all curves are the standard library's
		}
		half := len(point) / 2
		out["kty"], out["crv"], out["x"], out["y"] = "EC", s.kind, text(point[1:1+half]), text(point[1+half:])
	case ed25519.PublicKey: // RFC 8037, section 2
		out["kty"], out["crv"], out["x"] = "OKP", s.kind, text(public)
	}
	return out
}
