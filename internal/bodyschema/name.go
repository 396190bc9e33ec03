package bodyschema

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// NameOf converts a text into a model's name. Its words, which are separated by characters other than letters and
// digits, begin with a capital letter. It returns "" if the name would not begin with a letter.
func NameOf(text string) string {
	var b strings.Builder
	begins := true
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z' && begins:
			b.WriteRune(r - 'a' + 'A')
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		default:
			begins = true
			continue
		}
		begins = false
	}
	return b.String()
}

// HashName returns a name for a model that has no other. The name changes with the schema.
func (m *Model) HashName() string {
	sum := sha256.Sum256(m.JSON)
	return "Body" + hex.EncodeToString(sum[:4])
}
