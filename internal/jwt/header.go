package jwt

import (
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// header holds the parts of a token's JOSE header (RFC 7515, section 4) that matter. All others are ignored, as the RFC
// asks. In particular jwk, jku, x5u and x5c, which tell what key to verify with, are never trusted.
type header struct {
	algorithm *algorithm
	keyID     string
	named     bool   // whether there is a kid
	mediaType string // in short form, see [mediaType]; "" without a typ
}

// readHeader reads a header. It refuses what no issuer's configuration could make acceptable.
func readHeader(d *strictjson.Document, text string) (header, error) {
	v, err := d.Parse(text)
	if err != nil {
		return header{}, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	if v.Kind() != strictjson.Object {
		return header{}, ErrHeader
	}
	var h header
	for name, v := range v.Members() {
		s, isText := v.Text()
		switch name {
		case "alg":
			h.algorithm = algorithmNamed(s)
		case "kid":
			if !isText {
				return header{}, ErrKeyID
			}
			h.keyID, h.named = s, true
		case "typ":
			if h.mediaType = mediaType(s); h.mediaType == "" {
				return header{}, ErrType
			}
		case "crit", "b64", "zip":
			// crit lists extensions that must be understood, and none is (RFC 7515, section 4.1.11). b64 is an extension that is
			// only valid with crit (RFC 7797, section 6). zip is only for encrypted tokens (RFC 7516, section 4.1.3).
			return header{}, ErrCritical
		}
	}
	if h.algorithm == nil {
		return header{}, ErrAlgorithm
	}
	return h, nil
}

const application = "application/"

// mediaType returns the short form of a media type, without the "application/" that a typ may leave out (RFC 7515,
// section 4.1.9).
func mediaType(typ string) string {
	if len(typ) >= len(application) && foldEqual(typ[:len(application)], application) &&
		!strings.Contains(typ[len(application):], "/") {
		return typ[len(application):]
	}
	return typ
}

// foldEqual compares without regard to the case of ASCII letters, as media types are compared (RFC 2045, section 5.1).
// strings.EqualFold would treat the Kelvin sign as a k.
func foldEqual(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if 'A' <= x && x <= 'Z' {
			x |= 0x20
		}
		if 'A' <= y && y <= 'Z' {
			y |= 0x20
		}
		if x != y {
			return false
		}
	}
	return true
}
