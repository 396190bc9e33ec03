package gateway

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestKeyByClaim runs an API whose tokens name the caller's API key, with the function that the construct builds. A
// route that requires a key refuses a token without the key of a usage plan, even if the caller sends a key.
func TestKeyByClaim(t *testing.T) {
	t.Parallel()
	const key, disabled = "customer-4711-0000-0000", "customer-4712-0000-0000"
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		orders := gofunction.New(stack, "Orders", &gofunction.Props{
			Package: "github.com/gatehouse-cdk/gatehouse/backend-fn",
		})
		var keys []secureapi.Key
		for value, enabled := range map[string]bool{key: true, disabled: false} {
			keys = append(keys, secureapi.Key{
				Existing: awsapigateway.NewApiKey(stack, jsii.String("Key"+value), &awsapigateway.ApiKeyProps{
					Value: jsii.String(value), Enabled: jsii.Bool(enabled),
				}),
			})
		}
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers:       []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"orders"}}},
				UsageKeyClaim: "customer.key",
			}},
			Routes: []secureapi.Route{
				secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"), secureapi.APIKey()),
				secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders:read")),
			},
			UsagePlans: []secureapi.UsagePlan{{Name: "Customers", Keys: keys}},
		})
	})
	api := running(t, dir, "prod", localgateway.Options{})
	token := func(claims map[string]any) string {
		return api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}, Claims: claims})
	}
	customer := func(key any) map[string]any { return map[string]any{"customer": map[string]any{"key": key}} }
	good := token(customer(key))
	api.call(t, "GET", "/orders", good, "", 200, "")
	if got := api.call(t, "GET", "/orders", good, "", 200, ""); got.record.Cache != "HIT" {
		t.Errorf("the second request: cache %s", got.record.Cache)
	}
	for name, claims := range map[string]map[string]any{
		"no claim":               nil,
		"another key":            customer("customer-9999-0000-0000"),
		"a key that is disabled": customer(disabled),
		"a list":                 customer([]string{key}),
		"a claim by the path":    {"customer": key},
	} {
		other := token(claims)
		api.call(t, "GET", "/orders", other, "", 403, `"Forbidden"`)
		got := api.send(t, api.request(t, "GET", "/orders", "", "Authorization: Bearer "+other, "X-API-Key: "+key))
		if got.status != 403 || got.errorType() != "ForbiddenException" {
			t.Errorf("%s: with a key in the header: %d %s", name, got.status, got.body)
		}
		if got := api.send(t, api.request(t, "POST", "/orders", "{", "Authorization: Bearer "+other)); got.status == 403 {
			t.Errorf("%s: a route that requires no key: %d %s", name, got.status, got.body)
		}
	}
}
