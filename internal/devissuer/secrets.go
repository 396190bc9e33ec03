package devissuer

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
)

const vaultPath = "/secrets/"

func (p *Provider) secretsPath() string { return vaultPath + p.vault }

// SecretsURL is an endpoint that stands in for AWS Secrets Manager and knows the secrets of the issuers that have some:
// the value for AWS_ENDPOINT_URL_SECRETS_MANAGER. It is "" if the provider is not served.
//
// Its path is made at random, since other users of the machine can reach the loopback interface too.
func (p *Provider) SecretsURL() string {
	if p.base == "" {
		return ""
	}
	return p.base + p.secretsPath()
}

// Secret is what the secret of an ARN holds: an HMAC key, or the credential of a client that asks about tokens; or an
// object that has them in the fields that they are read from. It reports false if no issuer's secret has the ARN.
func (p *Provider) Secret(arn string) (string, bool, error) {
	if !p.knowsSecret(arn) {
		return "", false, nil
	}
	ring, err := p.keys.current()
	if err != nil {
		return "", true, err
	}
	whole, fields := "", map[string]string{}
	put := func(field, value string) {
		if field == "" {
			whole = value
		} else {
			fields[field] = value
		}
	}
	for _, i := range p.issuers {
		if i.SecretARN == arn {
			put(i.SecretField, ring.secret)
		}
		if n := i.Introspection; n != nil && n.SecretARN == arn {
			credential, err := ring.credential(i)
			if err != nil {
				return "", true, err
			}
			put(n.SecretField, credential)
		}
	}
	if len(fields) == 0 {
		return whole, true, nil
	}
	text, err := json.Marshal(fields)
	return string(text), true, err
}

// knowsSecret reports whether an issuer has a secret of this ARN.
func (p *Provider) knowsSecret(arn string) bool {
	return arn != "" && slices.ContainsFunc(p.issuers, func(i Issuer) bool {
		return i.SecretARN == arn || i.Introspection != nil && i.Introspection.SecretARN == arn
	})
}

// serveSecret answers GetSecretValue.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (p *Provider) serveSecret(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, body map[string]any) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	refuse := func(kind, message string) {
		answer(http.StatusBadRequest, map[string]any{"__type": kind, "Message": message})
	}
	if target := r.Header.Get("X-Amz-Target"); r.Method != http.MethodPost ||
		target != "secretsmanager.GetSecretValue" {
		refuse("InvalidRequestException", "devissuer: only GetSecretValue is answered here")
		return
	}
	var in struct{ SecretId string }
	if err := json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&in); err != nil {
		refuse("InvalidParameterException", "devissuer: want a JSON object with SecretId")
		return
	}
	text, known, err := p.Secret(in.SecretId)
	switch {
	case err != nil:
		answer(http.StatusInternalServerError, map[string]any{"__type": "InternalServiceError", "Message": err.Error()})
	case !known:
		refuse("ResourceNotFoundException", "devissuer: no issuer's key is in the secret "+in.SecretId)
	default:
		answer(http.StatusOK, map[string]any{
			"ARN": in.SecretId, "SecretString": text, "VersionStages": []string{"AWSCURRENT"},
		})
	}
}
