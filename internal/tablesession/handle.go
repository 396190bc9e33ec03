package tablesession

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// The keys of items. The sort keys of sessions begin with sessionPrefix.
//
//	subject#DIGEST of issuer and subject   generation
//	                                       session#DIGEST of the session's id
//	sid#DIGEST of issuer and sid           ended
//	                                       session#DIGEST of issuer and subject#DIGEST of the session's id
//	jti#DIGEST of issuer and jti           jti
const (
	subjectPrefix = "subject#"
	sidPrefix     = "sid#"
	jtiPrefix     = "jti#"

	sessionPrefix  = "session#"
	generationSort = "generation"
	endedSort      = "ended"
	jtiSort        = "jti"
)

const idSize = 32

var (
	encoding     = base64.RawURLEncoding.Strict()
	digestLength = encoding.EncodedLen(sha256.Size)
)

// handle is the value of the browser's cookie.
type handle struct {
	subject [sha256.Size]byte // the digest
	id      [idSize]byte
}

// handleLength is the length of a handle in a cookie.
var handleLength = encoding.EncodedLen(sha256.Size + idSize)

func (h handle) String() string { return encoding.EncodeToString(append(h.subject[:], h.id[:]...)) }

// parseHandle parses a cookie's value. The error is [session.ErrForged].
func parseHandle(value string) (h handle, err error) {
	b, ok := decode(value, handleLength)
	if !ok {
		return handle{}, session.ErrForged
	}
	copy(h.subject[:], b)
	copy(h.id[:], b[sha256.Size:])
	return h, nil
}

// decode decodes base64url of a given length. The decoder alone would ignore line breaks.
func decode(text string, length int) ([]byte, bool) {
	if len(text) != length || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	b, err := encoding.DecodeString(text)
	return b, err == nil
}

// isDigest reports whether a text has the form of a digest in a key.
func isDigest(text string) bool {
	_, ok := decode(text, digestLength)
	return ok
}

// digest returns the digest of an issuer and a text for one kind of item.
func digest(prefix, issuer, text string) [sha256.Size]byte {
	b := append([]byte("gatehouse "+prefix), make([]byte, 8)...)
	binary.BigEndian.PutUint64(b[len(b)-8:], uint64(len(issuer)))
	return sha256.Sum256(append(append(b, issuer...), text...))
}

// partition returns the partition of the items for a text of an issuer. The error names the missing text.
func partition(prefix, issuer, text string) (string, error) {
	if issuer == "" || text == "" {
		return "", fmt.Errorf("tablesession: the issuer is %q and the %s %q: want both", issuer,
			strings.TrimSuffix(prefix, "#"), text)
	}
	d := digest(prefix, issuer, text)
	return prefix + encoding.EncodeToString(d[:]), nil
}

// key returns the key of the handle's session.
func (h handle) key() Key {
	d := sha256.Sum256(append([]byte("gatehouse session"), h.id[:]...))
	return Key{subjectPrefix + encoding.EncodeToString(h.subject[:]), sessionPrefix + encoding.EncodeToString(d[:])}
}

// fillRandom fills a slice with random bytes.
func (s *Store) fillRandom(b []byte) error {
	if _, err := io.ReadFull(s.random, b); err != nil {
		return errors.Join(errors.New("tablesession: there is no randomness"), err)
	}
	return nil
}
