package devissuer

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// TestSecretsManager asks for secrets as the SDKs do.
func TestSecretsManager(t *testing.T) {
	const fielded = "arn:aws:secretsmanager:us-east-1:123456789012:secret:json-Ab12Cd"
	s := serve(
		t,
		Issuer{Issuer: authz.Issuer{URL: "https://a.example.com", Audiences: []string{"x"}, SecretARN: secret}},
		Issuer{
			Issuer: authz.Issuer{
				URL:         "https://b.example.com",
				Audiences:   []string{"x"},
				SecretARN:   fielded,
				SecretField: "current",
			},
		},
		Issuer{
			Issuer: authz.Issuer{URL: "https://c.example.com", Audiences: []string{"x"}, SecretARN: fielded, SecretField: "key"},
		},
		Issuer{Issuer: authz.Issuer{URL: "https://d.example.com", Audiences: []string{"x"}}},
	)
	key := testRing(t).secret
	for _, tt := range []struct {
		name, target, body string
		status             int
		want               string
	}{
		{
			"the whole secret",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"` + secret + `"}`,
			200,
			`"SecretString":"` + key + `"`,
		},
		{
			"in fields",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"` + fielded + `"}`,
			200,
			`"SecretString":"{\"current\":\"` + key + `\",\"key\":\"` + key + `\"}"`,
		},
		{
			"an unknown secret",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"arn:aws:secretsmanager:us-east-1:123456789012:secret:db"}`,
			400,
			`"__type":"ResourceNotFoundException"`,
		},
		{
			"none, as issuers without a secret have",
			"secretsmanager.GetSecretValue",
			`{"SecretId":""}`,
			400,
			`"__type":"ResourceNotFoundException"`,
		},
		{"another operation", "secretsmanager.ListSecrets", `{}`, 400, `"__type":"InvalidRequestException"`},
		{"no JSON", "secretsmanager.GetSecretValue", `SecretId`, 400, `"__type":"InvalidParameterException"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := get(s, func(r *http.Request) {
				r.Method, r.URL.Path = http.MethodPost, strings.TrimPrefix(s.SecretsURL(), s.base)+"/"
				r.Header.Set("X-Amz-Target", tt.target)
				r.Body = io.NopCloser(strings.NewReader(tt.body))
			})
			if text := body(t, answer); answer.StatusCode != tt.status || !strings.Contains(text, tt.want) {
				t.Errorf("status %d, want %d with %s, got %s", answer.StatusCode, tt.status, tt.want, text)
			}
		})
	}
	other, err := New(s.keys, s.issuers, Options{BaseURL: s.base})
	if err != nil {
		t.Fatal(err)
	}
	if other.SecretsURL() == s.SecretsURL() {
		t.Error("two providers have their secrets at one path, so it can be guessed")
	}
}
