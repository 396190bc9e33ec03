package apigateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// makeAccessKeys makes the development access keys:
//
//   - a long-term key and temporary credentials for a developer, who may call everything,
//   - a long-term key for each user of the assembly that has a policy,
//   - temporary credentials for each role that has a policy, since a role has no other kind. A role that only
//     integrations assume calls no API and gets none.
//
// The keys are worth nothing outside this gateway. With an issuer, they are derived from the issuer's keys and are the
// same at every start, so that commands in a shell's history keep working. Without one, they are derived from a secret
// of this gateway.
//
// The keys are secret all the same: a page of any site can send a presigned request to this machine without a
// preflight.
func (s *served) makeAccessKeys() error {
	secret := func(name string) (string, error) {
		if s.issuer != nil {
			return s.issuer.AccessSecret(name)
		}
		mac := hmac.New(sha256.New, s.gateway.seed[:])
		mac.Write([]byte(name))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil)[:30]), nil
	}
	// Ids have the prefixes that IAM gives:
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
	add := func(prefix, name string, p *apimodel.Principal) error {
		text, err := secret(name)
		if err != nil {
			return err
		}
		id := sha256.Sum256([]byte("gatehouse access key id " + name))
		key := checks.AccessKey{ID: prefix + base32.StdEncoding.EncodeToString(id[:10]), Secret: text, Principal: p}
		if prefix == temporary {
			if key.SessionToken, err = secret(name + " session token"); err != nil {
				return err
			}
		}
		s.keys = append(s.keys, key)
		return nil
	}
	if err := add(longTerm, "developer", nil); err != nil {
		return err
	}
	if err := add(temporary, "developer session", nil); err != nil {
		return err
	}
	for _, p := range s.model.Principals {
		prefix := temporary
		if p.User {
			prefix = longTerm
		}
		if len(p.Policies) == 0 || p.Outside || p.OfIntegrations {
			continue
		}
		if err := add(prefix, p.ID.String(), p); err != nil {
			return err
		}
	}
	return nil
}

// The prefixes of access key ids.
const (
	longTerm  = "AKIA"
	temporary = "ASIA"
)
