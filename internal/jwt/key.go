package jwt

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// keyKind is the type of a key, including its curve.
type keyKind uint8

const (
	rsaKey keyKind = iota
	p256Key
	p384Key
	p521Key
	ed25519Key
	secretKey
)

// key verifies signatures. It is immutable.
type key struct {
	id        string
	named     bool // whether it has an ID, which may be empty
	kind      keyKind
	algorithm string // the only one that it is for; "" if it does not say

	rsa     *rsa.PublicKey
	ecdsa   *ecdsa.PublicKey
	ed25519 ed25519.PublicKey
	secret  []byte
}

// equal reports whether two keys are the same in everything that matters.
func (k *key) equal(o *key) bool {
	if k.id != o.id || k.named != o.named || k.kind != o.kind || k.algorithm != o.algorithm {
		return false
	}
	switch k.kind {
	case rsaKey:
		return k.rsa.Equal(o.rsa)
	case ed25519Key:
		return bytes.Equal(k.ed25519, o.ed25519)
	case secretKey:
		return hmac.Equal(k.secret, o.secret)
	default:
		return k.ecdsa.Equal(o.ecdsa)
	}
}

// parameter returns a key's decoded parameter with this name.
func parameter(v strictjson.Value, name string) ([]byte, error) {
	text, ok := v.Get(name).Text()
	if !ok {
		return nil, fmt.Errorf("%s is %v instead of a string", name, v.Get(name).Kind())
	}
	b, ok := decode(nil, []byte(text))
	if !ok {
		return nil, fmt.Errorf("%s is not base64url without padding", name)
	}
	return b, nil
}
