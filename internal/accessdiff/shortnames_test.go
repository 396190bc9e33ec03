package accessdiff

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

func TestShortNames(t *testing.T) {
	with := func(names ...string) (api matrix.API) {
		for _, n := range names {
			api.Authorizers = append(api.Authorizers, matrix.Authorizer{Name: n})
		}
		return api
	}
	for _, tt := range []struct {
		name       string
		was, is    matrix.API
		text, want string
	}{
		{"the API's own", with("ShopApiAuthorizer953EC2D2"), with("ShopApiAuthorizer953EC2D2"),
			"are accepted now by the authorizer ShopApiAuthorizer953EC2D2", "are accepted now by the API's authorizer"},
		{"one with a name", with(), with("ShopApiAuthorizer953EC2D2", "ShopApiAuthorizerpartners2FBD1BC8"),
			"the code of the authorizer ShopApiAuthorizerpartners2FBD1BC8 changed",
			"the code of the authorizer partners changed"},
		{"one that is written by hand", with("partners"), with("partners"),
			"the authorizer partners", "the authorizer partners"},
		{"two that would be one", with("AAuthorizerpartners2FBD1BC8"), with("BAuthorizerpartners2FBD1BC9"),
			"the authorizer BAuthorizerpartners2FBD1BC9", "the authorizer BAuthorizerpartners2FBD1BC9"},
		{"a route of that name", with("ShopApiAuthorizer953EC2D2"), with(),
			"GET /ShopApiAuthorizer953EC2D2 gained", "GET /ShopApiAuthorizer953EC2D2 gained"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shortNames(tt.was, tt.is).Replace(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
