package mapping

import (
	"encoding/base64"
	"strings"
)

func base64Text(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

func fromBase64(b []byte) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
}
