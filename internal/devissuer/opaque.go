package devissuer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// opaque reports whether the issuer's tokens are opaque.
func (i Issuer) opaque() bool { return i.Introspection != nil && !i.Introspection.VerifyJWTs }

// seal makes an opaque token: its claims, encrypted with a key that is made of the ring's secret. So it needs no list
// of tokens, and every process with the keys can make one. Who has the token cannot read it.
func (k *keyring) seal(random io.Reader, claims []byte) (string, error) {
	aead, err := k.opaqueCipher()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(claims)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("devissuer: no randomness: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, claims, nil))
	if len(token) > jwt.MaxTokenSize {
		return "", tooLarge(len(token))
	}
	return token, nil
}

// open is the claims of an opaque token; false for any other text.
func (k *keyring) open(token string) (claims strictjson.Value, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return claims, false
	}
	aead, err := k.opaqueCipher()
	if err != nil || len(sealed) < aead.NonceSize() {
		return claims, false
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return claims, false
	}
	claims, err = strictjson.Parse(string(text))
	return claims, err == nil
}

func (k *keyring) opaqueCipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.derived("opaque token"))
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return cipher.NewGCM(block)
}

// derived is 32 bytes for a purpose, made of the secret. No token begins as what they are made of does.
func (k *keyring) derived(purpose string) []byte {
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte("gatehouse " + purpose))
	return mac.Sum(nil)
}
