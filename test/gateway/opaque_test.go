package gateway

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestOpaqueTokens runs an API whose authorizer introspects tokens at the issuer, with each kind of client
// authentication. It uses the function that the construct builds, and the development issuer.
func TestOpaqueTokens(t *testing.T) {
	t.Parallel()
	const issuer = "https://id.example.com"
	for name, change := range map[string]func(*secureapi.Issuer, awssecretsmanager.ISecret){
		"a secret": func(*secureapi.Issuer, awssecretsmanager.ISecret) {},
		"a private key, and signed answers": func(i *secureapi.Issuer, secret awssecretsmanager.ISecret) {
			i.Introspection.ClientAuth = secureapi.PrivateKeyJWT(secret, "ES256")
			i.Introspection.ClientAuth.SecretField, i.Introspection.SignedResponse = "key", true
		},
		"JWTs": func(i *secureapi.Issuer, _ awssecretsmanager.ISecret) { i.Introspection.VerifyJWTs = true },
	} {
		t.Run(name, func(t *testing.T) {
			dir := synthesizedHere(t, func(app awscdk.App) {
				stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
				secret := awssecretsmanager.NewSecret(stack, jsii.String("Secret"), nil)
				i := secureapi.Issuer{
					URL: issuer, Audiences: []string{"orders"},
					Introspection: &secureapi.Introspection{
						Endpoint: issuer + "/introspect", ClientID: "orders-api", ClientAuth: secureapi.ClientSecret(secret),
					},
				}
				change(&i, secret)
				orders := gofunction.New(stack, "Orders", &gofunction.Props{
					Package: "github.com/gatehouse-cdk/gatehouse/backend-fn",
				})
				secureapi.New(stack, "Api", &secureapi.Props{
					Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{i}}},
					Routes:     []secureapi.Route{secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"))},
				})
			})
			api := running(t, dir, "prod", localgateway.Options{})
			reader := api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}})
			api.call(t, "GET", "/orders", reader, "", 200, "")
			if got := api.call(t, "GET", "/orders", reader, "", 200, ""); got.record.Cache != "HIT" {
				t.Errorf("the second request: cache %s", got.record.Cache)
			}
			api.call(t, "GET", "/orders", api.Token(localgateway.TokenRequest{}), "", 403, "")
			api.call(t, "GET", "/orders", api.Token(localgateway.TokenRequest{Expires: -60e9}), "", 401, "")
			api.call(t, "GET", "/orders", reader[:len(reader)-8]+"AAAAAAAA", "", 401, "")
			api.call(t, "GET", "/orders", "not+a=token", "", 401, "")
		})
	}
}
