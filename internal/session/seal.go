package session

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// A sealed value is the base64url encoding, without padding, of
//
//	version 1 byte | key id 4 bytes | salt 16 bytes | AES-256-GCM ciphertext and tag
//
// Each cookie has its own key and nonce, which are derived from the secret and the salt by HKDF-SHA256. As long as no
// salt repeats, no key encrypts twice, so the value need not contain the nonce. The cookie's name, the host and the
// version are associated data: a value under another name, or of another host, does not open.
// Sources: RFC 5869; NIST SP 800-38D.
const (
	version    = 1
	saltSize   = 16
	headerSize = 1 + len(keyID{}) + saltSize
	keySize    = 32
	nonceSize  = 12
	tagSize    = 16
)

var encoding = base64.RawURLEncoding.Strict()

// sealedSize returns the length of the sealed value of n bytes.
func sealedSize(n int) int { return encoding.EncodedLen(headerSize + n + tagSize) }

// newCipher returns the cipher and nonce for one cookie.
func (s *Store) newCipher(k *key, salt []byte, info string) (cipher.AEAD, []byte, error) {
	derived, err := hkdf.Key(sha256.New, k.secret, salt, info, keySize+nonceSize)
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(derived[:keySize])
	if err != nil {
		return nil, nil, err
	}
	aead, err := cipher.NewGCM(block)
	return aead, derived[keySize:], err
}

// associatedData returns the associated data of a sealed value: its name, the host, and the version.
func (s *Store) associatedData(name string) []byte {
	return []byte(name + "\n" + s.host + "\n1")
}

// seal encrypts a text for the cookie with a name.
func (s *Store) seal(ctx context.Context, info, name string, text []byte) (string, error) {
	b, err := s.encrypt(ctx, info, name, text)
	if err != nil {
		return "", err
	}
	return encoding.EncodeToString(b), nil
}

// open decrypts the value of the cookie with a name. The error is [ErrForged] or [ErrUnavailable].
func (s *Store) open(ctx context.Context, info, name, value string) ([]byte, error) {
	if len(value) > 2*maxCookie || strings.IndexByte(value, '\r') >= 0 || strings.IndexByte(value, '\n') >= 0 {
		return nil, ErrForged // the decoder would ignore line breaks
	}
	b, err := encoding.DecodeString(value)
	if err != nil {
		return nil, ErrForged
	}
	return s.decrypt(ctx, info, name, b)
}

// encrypt encrypts a text under a name.
func (s *Store) encrypt(ctx context.Context, info, name string, text []byte) ([]byte, error) {
	k, err := s.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, headerSize+len(text)+tagSize)
	b = append(append(b, version), k.id[:]...)
	b = b[:headerSize]
	salt := b[headerSize-saltSize:]
	if _, err := io.ReadFull(s.random, salt); err != nil {
		return nil, fmt.Errorf("session: no randomness: %w", err)
	}
	aead, nonce, err := s.newCipher(k, salt, info)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return aead.Seal(b, nonce, text, s.associatedData(name)), nil
}

// decrypt decrypts what was encrypted under a name. The error is [ErrForged] or [ErrUnavailable].
func (s *Store) decrypt(ctx context.Context, info, name string, b []byte) ([]byte, error) {
	if len(b) < headerSize+tagSize || b[0] != version {
		return nil, ErrForged
	}
	k, err := s.keys.find(ctx, keyID(b[1:]))
	if err != nil {
		return nil, err
	}
	aead, nonce, err := s.newCipher(k, b[headerSize-saltSize:headerSize], info)
	if err != nil {
		return nil, ErrForged
	}
	text, err := aead.Open(b[headerSize:headerSize], nonce, b[headerSize:], s.associatedData(name))
	if err != nil {
		return nil, ErrForged
	}
	return text, nil
}
