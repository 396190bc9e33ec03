package bodyschema

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// NameOf makes a model's name of another text: its words, which other characters than letters and digits divide, begin
// with a capital letter. It is "" where no letter begins it.
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

// HashName is a name for a model that has no other: it changes with the schema.
func (m *Model) HashName() string {
	sum := sha256.Sum256(m.JSON)
	return "Body" + hex.EncodeToString(sum[:4])
}
