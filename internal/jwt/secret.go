package jwt

import (
	"context"
	"fmt"
	"slices"
)

// loadSecret returns the [loader] for an issuer with a [Secret].
func loadSecret(secret Secret, algorithms []*algorithm) loader {
	// RFC 7518, section 3.2: a key must be at least as long as the hash.
	need := 0
	for _, a := range algorithms {
		need = max(need, a.hash.Size())
	}
	return func(ctx context.Context) (loaded, error) {
		b, err := secret(ctx)
		if err != nil {
			return loaded{}, fmt.Errorf("secret: %w", err)
		}
		if len(b) < need {
			return loaded{}, fmt.Errorf("%w: the secret has %d bytes, and its issuer's algorithms need %d or more: make it "+
				"of that many random bytes", ErrConfig, len(b), need)
		}
		return loaded{keys: []*key{{kind: secretKey, secret: slices.Clone(b)}}, age: -1}, nil
	}
}
