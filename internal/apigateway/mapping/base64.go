package mapping

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

func base64Text(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

// toValidText returns a body that counts as text, with invalid UTF-8 replaced.
func toValidText(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return []byte(exchange.Text(string(b)))
}

func fromBase64(b []byte) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.TrimSpace(string(b)))
}
