package devissuer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// opaque reports whether the issuer's tokens are opaque.
func (i Issuer) opaque() bool { return i.Introspection != nil && !i.Introspection.VerifyJWTs }

// The purposes of sealing. Each has its own key, so nothing that was sealed for one purpose opens for another.
const (
	opaquePurpose  = "opaque token"
	codePurpose    = "authorization code"
	refreshPurpose = "refresh token"
	pushedPurpose  = "pushed authorization request"
	formPurpose    = "sign-in form"
)

// seal makes an opaque token: its claims, encrypted with a key that is derived from the ring's secret. So no list of
// tokens is needed, and every process with the keys can make one. Holders of the token cannot read it.
func (k *keyring) seal(random io.Reader, claims []byte) (string, error) {
	token, err := k.sealFor(opaquePurpose, random, claims)
	if err == nil && len(token) > jwt.MaxTokenSize {
		return "", tooLarge(len(token))
	}
	return token, err
}

// open returns the claims of an opaque token; false for any other text.
func (k *keyring) open(token string) (claims strictjson.Value, ok bool) {
	text, ok := k.openFor(opaquePurpose, token)
	if !ok {
		return claims, false
	}
	claims, err := strictjson.Parse(string(text))
	return claims, err == nil
}

// sealFor encrypts a text for a purpose.
func (k *keyring) sealFor(purpose string, random io.Reader, text []byte) (string, error) {
	aead, err := k.cipherFor(purpose)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("devissuer: no randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, text, nil)), nil
}

// openFor returns a text that was sealed for a purpose; false for any other text.
func (k *keyring) openFor(purpose, sealed string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	aead, err := k.cipherFor(purpose)
	if err != nil || len(raw) < aead.NonceSize() {
		return nil, false
	}
	text, err := aead.Open(nil, raw[:aead.NonceSize()], raw[aead.NonceSize():], nil)
	return text, err == nil
}

// sealJSON seals a value as JSON.
func (p *Provider) sealJSON(ring *keyring, purpose string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("devissuer: %w", err)
	}
	return ring.sealFor(purpose, p.random, text)
}

// openJSON reads what sealJSON sealed.
func (k *keyring) openJSON(purpose, sealed string, v any) bool {
	text, ok := k.openFor(purpose, sealed)
	return ok && json.Unmarshal(text, v) == nil
}

func (k *keyring) cipherFor(purpose string) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.derive(purpose))
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return cipher.NewGCM(block)
}

// derive returns 32 bytes for a purpose, derived from the secret. The secret also signs tokens with HMAC-SHA256. What
// is signed there contains no space, so it never equals the input of a derivation.
func (k *keyring) derive(purpose string) []byte {
	mac := hmac.New(sha256.New, []byte(k.secret))
	mac.Write([]byte("gatehouse " + purpose))
	return mac.Sum(nil)
}
