package devissuer

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// TestSecretsManager requests secrets as the SDKs do.
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
		Issuer{
			Issuer: authz.Issuer{URL: "https://d.example.com", Audiences: []string{"x"}},
			Apps: []App{
				{ClientID: "shop", ClientAuth: basicAuth, SecretARN: clientSecretARN, SecretField: "shop", KeysARN: keysARN},
				{ClientID: "pool client", ClientAuth: AnySecret, UserPoolID: "eu_1"},
				{ClientID: "public"},
			},
		},
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
			"a client's secret",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"` + clientSecretARN + `"}`,
			200,
			`"SecretString":"{\"shop\":\"` + testRing(t).clientSecret() + `\"}"`,
		},
		{
			"the keys of sessions",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"` + keysARN + `","VersionStage":"AWSCURRENT"}`,
			200,
			`"SecretString":"` + testRing(t).sessionKeys(keysARN) + `"`,
		},
		{
			"keys before those, which there are not",
			"secretsmanager.GetSecretValue",
			`{"SecretId":"` + keysARN + `","VersionStage":"AWSPREVIOUS"}`,
			400,
			`"__type":"ResourceNotFoundException"`,
		},
		{
			"a client of a user pool",
			"AWSCognitoIdentityProviderService.DescribeUserPoolClient",
			`{"UserPoolId":"eu_1","ClientId":"pool client"}`,
			200,
			`"ClientSecret":"` + testRing(t).clientSecret() + `"`,
		},
		{
			"a client of another user pool",
			"AWSCognitoIdentityProviderService.DescribeUserPoolClient",
			`{"UserPoolId":"eu_2","ClientId":"pool client"}`,
			400,
			`"__type":"ResourceNotFoundException"`,
		},
		{
			"a client of no user pool",
			"AWSCognitoIdentityProviderService.DescribeUserPoolClient",
			`{"UserPoolId":"","ClientId":"public"}`,
			400,
			`"__type":"ResourceNotFoundException"`,
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
	if keys := testRing(t).sessionKeys(keysARN); len(keys) != 64 {
		t.Errorf("the keys of sessions have %d characters, want 64", len(keys))
	}
	other, err := New(s.keys, s.issuers, Options{BaseURL: s.base})
	if err != nil {
		t.Fatal(err)
	}
	if other.SecretsURL() == s.SecretsURL() {
		t.Error("two providers have their secrets at one path, so it can be guessed")
	}
}
