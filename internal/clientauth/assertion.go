package clientauth

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"time"
)

// assertionLife is how long an assertion is valid. It is used at once, but the clock of its creator may be behind the
// endpoint's.
const assertionLife = time.Minute

// assertion returns the JWT with which the client authenticates (RFC 7523, sections 2.2 and 3). Each request has a new
// one, because an endpoint may refuse an ID that it has seen.
func (c *Client) assertion(s *signer) (string, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(c.options.Random, id); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	now := c.options.Now()
	header := []byte(`{"typ":"JWT","alg":"` + s.signing.name + `"`)
	if c.options.KeyID != "" {
		header = appendText(append(header, `,"kid":`...), c.options.KeyID)
	}
	header = append(header, '}')
	claims := appendText([]byte(`{"iss":`), c.options.ClientID)
	claims = appendText(append(claims, `,"sub":`...), c.options.ClientID)
	claims = appendText(append(claims, `,"aud":`...), c.options.Audience)
	claims = append(claims, `,"jti":"`+hex.EncodeToString(id)+`","iat":`...)
	claims = strconv.AppendInt(claims, now.Unix(), 10)
	claims = strconv.AppendInt(append(claims, `,"exp":`...), now.Add(assertionLife).Unix(), 10)
	return s.sign(c.options.Random, header, append(claims, '}'))
}

// appendText appends a JSON string (RFC 8259, section 7) of printable ASCII, which Options.Check has ensured.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
