package localgateway

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"

	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/checks"
)

// accessKeys are the development keys: one for each role and user of the assembly that has a policy, and one for a
// developer who may call everything. They are worth nothing outside this gateway, and they are the same at every start,
// so that a shell's history keeps working.
func (s *served) accessKeys() []checks.AccessKey {
	keys := []checks.AccessKey{newAccessKey("developer", nil)}
	for _, p := range s.model.Principals {
		if len(p.Policies) > 0 {
			keys = append(keys, newAccessKey(p.ID.String(), p))
		}
	}
	return keys
}

// newAccessKey derives a key from a name: an id of the form that IAM gives, and a secret.
func newAccessKey(name string, p *assembly.Principal) checks.AccessKey {
	id := sha256.Sum256([]byte("gatehouse access key id " + name))
	secret := sha256.Sum256([]byte("gatehouse secret access key " + name))
	return checks.AccessKey{
		ID:        "AKIA" + base32.StdEncoding.EncodeToString(id[:10]),
		Secret:    base64.StdEncoding.EncodeToString(secret[:30]),
		Principal: p,
	}
}
