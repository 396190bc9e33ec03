package orders

import (
	"encoding/base64"
)

// A cursor names the last order of a page. It is opaque to clients, and its first byte is a version, so that what is in
// it can change. It is not signed: any id is a place to go on from, and it opens nothing that the list does not show.
const (
	cursorVersion = 1
	cursorLength  = 23 // of 17 bytes in base64url without padding
)

func encodeCursor(id string) string {
	u, _ := parseUUID(id)
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion}, u[:]...))
}

// decodeCursor takes what encodeCursor makes and nothing else: one position has one cursor.
func decodeCursor(s string) (id string, ok bool) {
	// encoding/base64 passes over line breaks, hence the length, and over bits that are left, hence Strict.
	if len(s) != cursorLength {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 17 || b[0] != cursorVersion {
		return "", false
	}
	return ParseID(format([16]byte(b[1:])))
}
