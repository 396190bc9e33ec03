package localgateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/checks"
)

// makeAccessKeys makes the development keys: one for each role and user of the assembly that has a policy, and one for a
// developer who may call everything. They are worth nothing outside this gateway. With an issuer they come from its keys
// and are the same at every start, so that a shell's history keeps working; without one, from a secret of the gateway's.
//
// Nobody else must know them: a page of any site can send a presigned request to this machine without a preflight.
func (s *served) makeAccessKeys() error {
	secret := func(name string) (string, error) {
		mac := hmac.New(sha256.New, s.gateway.seed[:])
		mac.Write([]byte(name))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil)[:30]), nil
	}
	if s.issuer != nil {
		secret = s.issuer.AccessSecret
	}
	add := func(name string, p *cloudassembly.Principal) error {
		text, err := secret(name)
		if err != nil {
			return err
		}
		id := sha256.Sum256([]byte("gatehouse access key id " + name)) // of the form that IAM gives
		s.keys = append(s.keys, checks.AccessKey{ID: "AKIA" + base32.StdEncoding.EncodeToString(id[:10]), Secret: text, Principal: p})
		return nil
	}
	if err := add("developer", nil); err != nil {
		return err
	}
	for _, p := range s.model.Principals {
		if len(p.Policies) == 0 {
			continue
		}
		if err := add(p.ID.String(), p); err != nil {
			return err
		}
	}
	return nil
}
