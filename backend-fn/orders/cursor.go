package orders

import (
	"encoding/base64"
)

// A cursor names the last order of a page. It is opaque to clients. Its first byte is a version, so that its content
// can change. It is not signed: every ID is a valid place to continue, and a cursor reveals nothing that the list does
// not show.
const (
	cursorVersion = 1
	cursorLength  = 23 // of 17 bytes in base64url without padding
)

func encodeCursor(id string) string {
	u, _ := parseUUID(id)
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion}, u[:]...))
}

// decodeCursor accepts only what encodeCursor returns, so that each position has one cursor.
func decodeCursor(s string) (id string, ok bool) {
	// encoding/base64 ignores line breaks, hence the check of the length, and leftover bits, hence Strict.
	if len(s) != cursorLength {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 17 || b[0] != cursorVersion {
		return "", false
	}
	return ParseID(format([16]byte(b[1:])))
}
