package gateway

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

const office, elsewhere = "203.0.113.7", "192.0.2.1"

// keysAndRanges makes an app with API keys, and routes for some addresses only.
func keysAndRanges(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	orders := gofunction.New(stack, "Orders", &gofunction.Props{
		Package: "github.com/gatehouse-cdk/gatehouse/backend-fn",
	})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"orders"}}},
		}},
		CORS: &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", orders, secureapi.AnyScope("orders:read"), secureapi.APIKey()),
			secureapi.Handle("POST /orders", orders, secureapi.AnyScope("orders:read"), secureapi.FromCIDRs("203.0.113.0/24")),
			secureapi.Handle("DELETE /orders/{id}", orders, secureapi.AnyScope("orders:read"), secureapi.Throttle(1, 2),
				secureapi.FromCIDRs("203.0.113.0/24")),
			secureapi.Handle("GET /orders/{id}", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("GET /health", orders, secureapi.KeyOnly("status pages of partners send a key")),
			secureapi.Handle("GET /status", orders, secureapi.Public("the office's monitor"),
				secureapi.FromCIDRs("203.0.113.7")),
		},
		UsagePlans: []secureapi.UsagePlan{{
			Name: "Gold", RateLimit: 10, BurstLimit: 20,
			Quota:  &secureapi.Quota{Limit: 10000, Period: awsapigateway.Period_DAY},
			Keys:   []secureapi.Key{{Name: "acme", Description: "Acme's server"}, {Name: "old", Disabled: true}},
			Routes: map[string]secureapi.RouteLimit{"GET /orders": {RateLimit: 1, BurstLimit: 2}},
		}},
	})
}

// TestKeysAndRanges runs the app in the local gateway, as callers from the office and from elsewhere.
func TestKeysAndRanges(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, keysAndRanges)
	for _, place := range []string{office, elsewhere} {
		api := running(t, dir, "prod", localgateway.Options{SourceIP: place})
		keys := map[string]string{}
		for _, k := range api.APIKeys() {
			if !slices.Equal(k.Plans, []string{"Gold"}) || len(k.Value) < 20 || k.Enabled != (k.Name == "acme") {
				t.Errorf("got the key %+v", k)
			}
			keys[k.Name] = k.Value
		}
		token := "Authorization: Bearer " + api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}})
		key, old := "X-API-Key: "+keys["acme"], "X-API-Key: "+keys["old"]
		for _, tt := range []struct {
			name, verb, path string
			headers          []string
			office, further  int // the status from the office, and from another address
		}{
			{"a guard and a key", "GET", "/orders", []string{token, key}, 200, 200},
			{"a guard without its key", "GET", "/orders", []string{token}, 403, 403},
			{"a key without a token", "GET", "/orders", []string{key}, 401, 401},
			{"a key that is off", "GET", "/orders", []string{token, old}, 403, 403},
			{"only a key", "GET", "/health", []string{key}, 200, 200},
			{"no key", "GET", "/health", nil, 403, 403},
			{"a token for a key", "GET", "/health", []string{token}, 403, 403},
			{"a route for the office", "POST", "/orders", []string{token}, 415, 403},
			{"spelled with a slash", "POST", "/orders/", []string{token}, 415, 403},
			{"spelled with two", "POST", "//orders", []string{token}, 415, 403},
			{"a parameter", "DELETE", "/orders/1", []string{token}, 404, 403},
			{"another verb of its path", "GET", "/orders/1", []string{token}, 404, 404},
			{"another verb, escaped", "GET", "/orders/a%20b", []string{token}, 404, 404},
			{"a public route for one address", "GET", "/status", nil, 404, 403},
			{"a preflight", "OPTIONS", "/status", []string{"Origin: https://shop.example.com"}, 204, 204},
		} {
			want := tt.office
			if place == elsewhere {
				want = tt.further
			}
			got := api.send(t, api.request(t, tt.verb, tt.path, "", tt.headers...))
			if got.status != want {
				t.Errorf("%s from %s: %d %s (%s), want %d", tt.name, place, got.status, got.body, got.record.Reason, want)
			}
			if place == elsewhere && tt.office != tt.further && !strings.Contains(got.body, "with an explicit deny") {
				t.Errorf("%s from %s: %s, want the resource policy's denial", tt.name, place, got.body)
			}
		}
	}
}
