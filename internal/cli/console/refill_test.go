package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// TestRefill checks that the form with a past request makes the same request, with a token of the same rights.
func TestRefill(t *testing.T) {
	c := newConsole(t, shop())
	pool := poolURL(t, c)
	token, err := c.gateway.Issuer().Mint(devissuer.TokenRequest{
		Issuer: pool, Use: devissuer.Access, Subject: "jane", Scopes: []string{"a", "b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := request(
		"GET /prod/orders/a%20b%2Fc?page=2&access_token=opaque-credential&z",
		"X-Shop: Bearer "+token,
		"X-Note: one",
		"User-Agent: x",
		"Origin: https://shop.example.com",
		"X-Amz-Date: 20260101T000000Z",
		"Content-Type: application/json",
	)
	want := &refill{
		Stage: "prod", Route: routeName{"GET", "/orders/{id}"}, Verb: "GET", Params: map[string]string{"id": "a b/c"},
		Query: "page=2", Header: "X-Note: one\n",
		Token: &refillToken{Issuer: pool, Subject: "jane", Scopes: []string{"a", "b"}},
	}
	if diff := cmp.Diff(want, decisionOf(t, c, c.gateway.Serve(t.Context(), r)).Refill); diff != "" {
		t.Error(diff)
	}
	r = request("PUT /prod/files/a/b%20c", "Content-Type: text/plain")
	r.Body = []byte("body")
	want = &refill{
		Stage: "prod", Route: routeName{"ANY", "/files/{name+}"}, Verb: "PUT", Params: map[string]string{"name": "a/b c"},
		Header: "Content-Type: text/plain\n", Body: "body",
	}
	if diff := cmp.Diff(want, decisionOf(t, c, c.gateway.Serve(t.Context(), r)).Refill); diff != "" {
		t.Error(diff)
	}
	if got := decisionOf(t, c, c.call(t, "GET /prod/gone")).Refill; got != nil {
		t.Errorf("without a route: %+v", got)
	}
}
