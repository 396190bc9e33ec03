package devissuer

import (
	"encoding/hex"
	"encoding/json"
	"slices"
)

const vaultPath = "/secrets/"

func (p *Provider) secretsPath() string { return vaultPath + p.vault }

// SecretsURL returns the endpoint that replaces AWS Secrets Manager and knows the secrets of the issuers and their
// clients: the value for AWS_ENDPOINT_URL_SECRETS_MANAGER. It is "" if the provider is not served.
//
// Its path is random, since other users of the machine can reach the loopback interface too.
func (p *Provider) SecretsURL() string {
	if p.base == "" {
		return ""
	}
	return p.base + p.secretsPath()
}

// secret returns the content of the secret with an ARN: an HMAC key, the credential of a client, or the keys of
// sessions; or an object with these in the fields from which they are read. It reports false if no issuer has a secret
// with the ARN.
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

// held is one part of a secret's content.
type held struct {
	arn, field string
	text       func(ring *keyring) (string, error)
}

// held lists the content of all secrets.
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

// sessionKeys returns the 64 characters that seal sessions' cookies.
func (k *keyring) sessionKeys(arn string) string {
	return hex.EncodeToString(k.derive("keys of sessions " + arn))
}

// knowsSecret reports whether a secret with this ARN has any content.
func (p *Provider) knowsSecret(arn string) bool {
	return arn != "" && slices.ContainsFunc(p.held(), func(h held) bool { return h.arn == arn })
}
