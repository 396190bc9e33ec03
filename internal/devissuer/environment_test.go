package devissuer

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

func TestEnvironment(t *testing.T) {
	idp := authz.Issuer{
		URL:       "https://idp.example.com/",
		Audiences: []string{"orders"},
		JWKSURL:   "https://idp.example.com/keys",
	}
	hmac := authz.Issuer{URL: "https://legacy.example.com", Audiences: []string{"orders"}, SecretARN: secret}
	s := serve(t, Issuer{Issuer: idp}, Issuer{Issuer: hmac})
	jwks := s.JWKSURL(idp.URL)
	for _, tt := range []struct {
		name     string
		in, want map[string]string
	}{
		{"no included authorizer", map[string]string{"TABLE": "t"}, map[string]string{"TABLE": "t"}},
		{
			"the keys' address is replaced",
			map[string]string{
				"A": "b",
				"GATEHOUSE_AUTHORIZER": `{"issuers":[{"url":"https://idp.example.com/","audiences":["<orders>"],` +
					`"jwksUrl":"https://idp.example.com/keys"}]}`,
			},
			map[string]string{
				"A": "b",
				"GATEHOUSE_AUTHORIZER": `{"issuers":[{"audiences":["<orders>"],"jwksUrl":"` + jwks +
					`","url":"https://idp.example.com/"}]}`,
			},
		},
		{
			"the keys' address is set, and what this release does not know stays",
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"url":"https://idp.example.com/","leewaySeconds":60}],` +
				`"future":12345678901234567890}`},
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"future":12345678901234567890,"issuers":[{"jwksUrl":"` + jwks +
				`","leewaySeconds":60,"url":"https://idp.example.com/"}]}`},
		},
		{
			"another issuer stays the same",
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"jwksUrl":"https://x.example.com/keys",` +
				`"url":"https://x.example.com"}]}`},
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"jwksUrl":"https://x.example.com/keys",` +
				`"url":"https://x.example.com"}]}`},
		},
		{
			"a secret is asked for here",
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"secretArn":"` + secret +
				`","url":"https://legacy.example.com"}]}`},
			map[string]string{
				"GATEHOUSE_AUTHORIZER": `{"issuers":[{"secretArn":"` + secret +
					`","url":"https://legacy.example.com"}]}`,
				"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.SecretsURL(),
			},
		},
		{
			"a guard that renews the tokens of a table finds the issuer and its client here",
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"url":"https://idp.example.com/"}],` +
				`"session":{"host":"h","table":{"name":"t","secretArn":"` + secret + `","userPoolId":"p"}}}`},
			map[string]string{
				"GATEHOUSE_AUTHORIZER": `{"issuers":[{"jwksUrl":"` + jwks + `","url":"https://idp.example.com/"}],` +
					`"session":{"host":"h","table":{"discoveryUrl":"` + s.DiscoveryURL(idp.URL) + `","name":"t","secretArn":"` +
					secret + `","userPoolId":"p"}}}`,
				"AWS_ENDPOINT_URL_SECRETS_MANAGER":           s.SecretsURL(),
				"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": s.CognitoURL(),
			},
		},
		{
			"another secret of the same issuer is not",
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"secretArn":"arn:other",` +
				`"url":"https://legacy.example.com"}]}`},
			map[string]string{"GATEHOUSE_AUTHORIZER": `{"issuers":[{"secretArn":"arn:other",` +
				`"url":"https://legacy.example.com"}]}`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := maps.Clone(tt.in)
			got, err := s.Environment(in)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, tt.want) {
				t.Errorf("want %v\n got %v", tt.want, got)
			}
			if !maps.Equal(in, tt.in) {
				t.Errorf("the caller's map was changed: %v", in)
			}
		})
	}
}

func TestEnvironmentErrors(t *testing.T) {
	s := serve(t, Issuer{Issuer: authz.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}}})
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "GATEHOUSE_AUTHORIZER: EOF"},
		{"no JSON", "{", "GATEHOUSE_AUTHORIZER: unexpected EOF"},
		{"no issuers", "{}", "want a list of issuers"},
		{"an issuer that is not an object", `{"issuers":["https://idp.example.com/"]}`,
			"want objects in the list of issuers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.Environment(map[string]string{"GATEHOUSE_AUTHORIZER": tt.text})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %s, got %v", tt.want, err)
			}
		})
	}
	silent, err := New(s.keys, s.issuers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := silent.Environment(map[string]string{"GATEHOUSE_AUTHORIZER": "{}"}); !errors.Is(err, ErrConfig) {
		t.Errorf("without a base URL: want an ErrConfig, got %v", err)
	}
}
