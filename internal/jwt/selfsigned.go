package jwt

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// SelfSigned is a JWS that was verified with the public key in its own header. It proves that its author has the
// private key, and nothing about who that is.
type SelfSigned struct {
	// Claims is the payload, an object.
	Claims strictjson.Value

	// Thumbprint is the SHA-256 thumbprint of the key in base64url (RFC 7638).
	Thumbprint string

	// Algorithm is the algorithm of the signature, such as "ES256".
	Algorithm string
}

// VerifySelfSigned verifies a JWS that has exactly this typ and the public key that verifies it (jwk). Its algorithm is
// one of [SelfSignedAlgorithms], which are asymmetric. A key with a private member is refused.
//
// The error is an [ErrRejected] and contains no part of the text.
func VerifySelfSigned(text, typ string) (SelfSigned, error) {
	if len(text) > MaxTokenSize {
		return SelfSigned{}, ErrTooLong
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return SelfSigned{}, ErrSerialization
	}
	var decoded [3][]byte
	for i, part := range parts {
		var ok bool
		if decoded[i], ok = decode(nil, []byte(part)); !ok {
			return SelfSigned{}, ErrBase64
		}
	}
	var document strictjson.Document
	h, err := readHeader(&document, string(decoded[0]))
	if err != nil {
		return SelfSigned{}, err
	}
	all, err := document.Parse(string(decoded[0]))
	if err != nil {
		return SelfSigned{}, ErrHeader
	}
	switch {
	case !all.Get("typ").Is(typ):
		return SelfSigned{}, ErrType
	case h.algorithm.family == oct:
		return SelfSigned{}, ErrAlgorithm
	case all.Get("jwk").Kind() != strictjson.Object:
		return SelfSigned{}, ErrUnknownKey
	}
	k, err := parseKey(all.Get("jwk"))
	if err != nil {
		return SelfSigned{}, fmt.Errorf("%w: %w", ErrUnknownKey, err)
	}
	if !h.algorithm.fits(k) {
		return SelfSigned{}, ErrKeyMismatch
	}
	claims, err := strictjson.Parse(string(decoded[1]))
	if err != nil {
		return SelfSigned{}, fmt.Errorf("%w: %w", ErrClaims, err)
	}
	if claims.Kind() != strictjson.Object {
		return SelfSigned{}, ErrClaims
	}
	if err := h.algorithm.verify(k, []byte(text[:len(parts[0])+1+len(parts[1])]), decoded[2]); err != nil {
		return SelfSigned{}, err
	}
	return SelfSigned{Claims: claims, Thumbprint: thumbprint(all.Get("jwk"), k.kind), Algorithm: h.algorithm.name}, nil
}

// SelfSignedAlgorithms returns the names of the algorithms that [VerifySelfSigned] accepts.
func SelfSignedAlgorithms() (names []string) {
	for i := range algorithms {
		if algorithms[i].family != oct {
			names = append(names, algorithms[i].name)
		}
	}
	return names
}

// thumbprint returns the thumbprint of a JWK that [parseKey] has accepted: the hash of its required members, sorted by
// name (RFC 7638, section 3.2, and RFC 8037, section 2). Their values are base64url or known names, so JSON needs no
// escapes.
func thumbprint(jwk strictjson.Value, kind keyKind) string {
	names := []string{"crv", "kty", "x", "y"}
	switch kind {
	case rsaKey:
		names = []string{"e", "kty", "n"}
	case ed25519Key:
		names = names[:3]
	}
	var b strings.Builder
	for i, name := range names {
		value, _ := jwk.Get(name).Text()
		b.WriteString([]string{"{", ","}[min(i, 1)] + `"` + name + `":"` + value + `"`)
	}
	b.WriteByte('}')
	sum := sha256.Sum256([]byte(b.String()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
