package apigateway

import "testing"

// TestPersonas checks that personas belong to the issuer whose tokens the routes accept.
func TestPersonas(t *testing.T) {
	r := bare()
	addPool(r)
	addRoute(r, "GET /orders", mock("orders"), object{
		"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("PoolAuth"),
		"AuthorizationScopes": []any{"shop/orders.read"},
	})
	s := serve(t, r)
	issuers := s.Issuer().Issuers()
	if got := s.Personas(issuers[0].URL); len(got) != 2 || got[1].Name != "shop/orders.read only" {
		t.Errorf("got %+v", got)
	}
	if got := s.Personas("https://idp.example.com"); got != nil {
		t.Errorf("of another issuer: got %+v", got)
	}
}
