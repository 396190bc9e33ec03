package devissuer

import (
	"encoding/hex"
	"encoding/json"
	"slices"
)

const vaultPath = "/secrets/"

func (p *Provider) secretsPath() string { return vaultPath + p.vault }

// SecretsURL is an endpoint that stands in for AWS Secrets Manager and knows the secrets of the issuers and their
// clients: the value for AWS_ENDPOINT_URL_SECRETS_MANAGER. It is "" if the provider is not served.
//
// Its path is made at random, since other users of the machine can reach the loopback interface too.
func (p *Provider) SecretsURL() string {
	if p.base == "" {
		return ""
	}
	return p.base + p.secretsPath()
}

// secret is what the secret of an ARN holds: an HMAC key, the credential of a client, or the keys of sessions; or an
// object that has them in the fields that they are read from. It reports false if no issuer's secret has the ARN.
func (p *Provider) secret(arn string) (string, bool, error) {
	if !p.knowsSecret(arn) {
		return "", false, nil
	}
	ring, err := p.keys.current()
	if err != nil {
		return "", true, err
	}
	whole, fields := "", map[string]string{}
	for _, h := range p.held() {
		if h.arn != arn {
			continue
		}
		text, err := h.text(ring)
		if err != nil {
			return "", true, err
		}
		if h.field == "" {
			whole = text
		} else {
			fields[h.field] = text
		}
	}
	if len(fields) == 0 {
		return whole, true, nil
	}
	text, err := json.Marshal(fields)
	return string(text), true, err
}

// held is something that a secret holds.
type held struct {
	arn, field string
	text       func(ring *keyring) (string, error)
}

// held lists what secrets hold.
func (p *Provider) held() (all []held) {
	add := func(arn, field string, text func(ring *keyring) (string, error)) {
		if arn != "" {
			all = append(all, held{arn, field, text})
		}
	}
	for _, i := range p.issuers {
		add(i.SecretARN, i.SecretField, func(ring *keyring) (string, error) { return ring.secret, nil })
		if n := i.Introspection; n != nil {
			add(n.SecretARN, n.SecretField, func(ring *keyring) (string, error) {
				return ring.credential(n.ClientID, n.ClientAuth, n.Algorithm)
			})
		}
		for _, a := range i.Apps {
			add(a.SecretARN, a.SecretField, func(ring *keyring) (string, error) {
				return ring.credential(a.ClientID, a.ClientAuth, a.Algorithm)
			})
			add(a.KeysARN, "", func(ring *keyring) (string, error) { return ring.sessionKeys(a.KeysARN), nil })
		}
	}
	return all
}

// sessionKeys are 64 characters that sessions' cookies are sealed with.
func (k *keyring) sessionKeys(arn string) string {
	return hex.EncodeToString(k.derived("keys of sessions " + arn))
}

// knowsSecret reports whether something is in a secret of this ARN.
func (p *Provider) knowsSecret(arn string) bool {
	return arn != "" && slices.ContainsFunc(p.held(), func(h held) bool { return h.arn == arn })
}
