package jwt

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// loadSecret is the [loader] of an issuer with a [Secret].
func loadSecret(secret Secret, algorithms []*algorithm) loader {
	// RFC 7518, section 3.2: a key must be at least as long as the hash.
	need := 0
	for _, a := range algorithms {
		need = max(need, a.hash.Size())
	}
	return func(ctx context.Context) ([]*key, time.Duration, error) {
		b, err := secret(ctx)
		if err != nil {
			return nil, 0, fmt.Errorf("secret: %w", err)
		}
		if len(b) < need {
			return nil, 0, fmt.Errorf("%w: the secret has %d bytes, and its issuer's algorithms need %d or more: make it of that many random bytes", ErrConfig, len(b), need)
		}
		return []*key{{kind: secretKey, secret: slices.Clone(b)}}, -1, nil
	}
}
