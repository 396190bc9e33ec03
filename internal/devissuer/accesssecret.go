package devissuer

import (
	"encoding/base64"
	"fmt"
)

// AccessSecret is what signs for a development access key of a name (Signature Version 4), in the form of AWS's own: 40
// characters of base64. It is the same as long as the keys are, in all of the user's processes, and no other user can
// know it.
//
// The error is what [OpenKeys] says if the keys cannot be read any more.
func (p *Provider) AccessSecret(name string) (string, error) {
	if p.keys == nil {
		return "", fmt.Errorf("%w: the provider was made without keys", ErrConfig)
	}
	ring, err := p.keys.current()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(ring.derived("secret access key " + name)[:30]), nil
}
