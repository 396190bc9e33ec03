package devissuer

import (
	"encoding/base64"
	"fmt"
)

// AccessSecret returns the secret of a named development access key (Signature Version 4), in AWS's own form: 40
// characters of base64. As long as the keys do not change, it is the same in all of the user's processes. No other user
// can know it.
//
// The error is one of [OpenKeys], if the keys can no longer be read.
func (p *Provider) AccessSecret(name string) (string, error) {
	if p.keys == nil {
		return "", fmt.Errorf("%w: the provider was made without keys", ErrConfig)
	}
	ring, err := p.keys.current()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(ring.derive("secret access key " + name)[:30]), nil
}
