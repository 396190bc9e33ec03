package orders

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// NewID returns a version 7 UUID. Its first 48 bits are the time in milliseconds, so that IDs sort by age, and a store
// needs no second index to list the newest first. The next 12 bits hold the fraction of the millisecond, which keeps
// the order within one (RFC 9562, section 6.2, method 3). The other 62 bits come from random.
func NewID(now time.Time, random io.Reader) (string, error) {
	var u [16]byte
	if _, err := io.ReadFull(random, u[8:]); err != nil {
		return "", fmt.Errorf("orders: no random bytes for an id: %w", err)
	}
	fraction := now.Nanosecond() % 1e6 * 4096 / 1e6
	binary.BigEndian.PutUint64(u[:8], uint64(now.UnixMilli())<<16|0x7000|uint64(fraction))
	u[8] = u[8]&0x3f | 0x80 // the variant
	return format(u), nil
}

func format(u [16]byte) string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ParseID parses a version 7 UUID in its usual form, in upper or lower case (RFC 9562, section 4), and returns it in
// lower case.
func ParseID(s string) (string, bool) {
	u, ok := parseUUID(s)
	if !ok {
		return "", false
	}
	return format(u), true
}

func parseUUID(s string) (u [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return u, false
	}
	n, err := hex.Decode(u[:], []byte(strings.ReplaceAll(s, "-", "")))
	return u, err == nil && n == 16 && u[6]>>4 == 7 && u[8]>>6 == 2
}

// idTime returns the time in an ID.
func idTime(id string) time.Time {
	u, _ := parseUUID(id)
	return time.UnixMilli(int64(binary.BigEndian.Uint64(u[:8]) >> 16)).UTC()
}
