package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Key is the secret of an access key ID.
type Key struct {
	Secret string // the secret access key; if it is empty, no signature is valid

	// SessionToken is set for temporary credentials: requests must carry exactly this X-Amz-Security-Token. It is empty
	// for long-term credentials, and a request with a token is then rejected.
	SessionToken string
}

// stringToSign binds the canonical request to a time and to the scope of the key.
func stringToSign(c *claim, canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return algorithm + "\n" + c.date.Format(isoBasic) + "\n" +
		c.scope() + "\n" + hex.EncodeToString(sum[:])
}

// signature derives the signing key from the secret, and signs with it.
func signature(secret string, c *claim, toSign string) string {
	key := []byte("AWS4" + secret)
	for _, part := range [...]string{c.day, c.region, c.service, c.terminator, toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
