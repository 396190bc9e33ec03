package gateway

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestOneAnswerForAllRoutes requests several routes with one token. API Gateway caches the policy that the authorizer
// returned for the first request and evaluates it for the others: "To enable caching, your authorizer must return a
// policy that is applicable to all methods across an API." So the policy must be right for every route, in any order.
//
// Sources:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html,
// https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors and
// https://github.com/auth0-samples/jwt-rsa-aws-custom-authorizer/issues/8 for what happens to policies for one route.
func TestOneAnswerForAllRoutes(t *testing.T) {
	t.Parallel()
	type step struct {
		verb, path string
		status     int
	}
	may := []step{{"GET", "/orders", 200}, {"GET", noOrder, 404}} // the function answers 404
	mayNot := []step{{"POST", "/orders", 403}, {"DELETE", noOrder, 403}}
	orders := []struct {
		name  string
		steps []step
	}{
		{"first the allowed requests", append(append([]step{}, may...), mayNot...)},
		{"first the denied requests", append(append([]step{}, mayNot...), may...)},
		{"in turns", []step{may[0], mayNot[0], may[1], mayNot[1], may[0]}},
	}
	for _, kind := range []string{stack.Token, stack.Request} {
		t.Run(kind, func(t *testing.T) {
			api := served(t, idp(kind))
			for _, o := range orders {
				t.Run(o.name, func(t *testing.T) {
					token := api.Token(localgateway.TokenRequest{Subject: o.name, Scopes: []string{"orders/read"}})
					for n, s := range o.steps {
						got := api.call(t, s.verb, s.path, token, anOrder, s.status, "").record
						want, asked := localgateway.CacheHit, false
						if n == 0 {
							want, asked = localgateway.CacheMiss, true
						}
						if got.Cache != want || (got.AuthorizerTime > 0) != asked {
							t.Errorf(
								"request %d, %s %s: cache %q, the authorizer was asked for %v, want %q and asked: %v",
								n+1, s.verb, s.path, got.Cache, got.AuthorizerTime, want, asked)
						}
					}
				})
			}
			t.Run("another token", func(t *testing.T) {
				token := api.Token(localgateway.TokenRequest{Subject: "a stranger", Scopes: []string{"orders/write"}})
				if got := api.call(t, "GET", "/orders", token, "", 403, "").record.Cache; got != "MISS" {
					t.Errorf("cache %q, want MISS: the policy of one token must not be used for another", got)
				}
			})
			t.Run("what is no answer is not kept", func(t *testing.T) {
				for range 2 {
					got := api.call(t, "GET", "/orders", "no.real.token", "", 401, "").record
					if got.Cache != "MISS" || got.AuthorizerTime == 0 {
						t.Errorf("cache %q, authorizer time %v: want it to run for a refused token", got.Cache, got.AuthorizerTime)
					}
				}
			})
		})
	}
}

// TestNoCache checks that the authorizer runs for each request without a cache.
func TestNoCache(t *testing.T) {
	t.Parallel()
	s := idp(stack.Token)
	s.CacheTTL = secureapi.NoCache
	api := served(t, s)
	token := api.Token(localgateway.TokenRequest{Scopes: []string{"orders/read"}})
	for _, s := range []struct {
		verb   string
		status int
	}{{"GET", 200}, {"GET", 200}, {"POST", 403}, {"GET", 200}} {
		got := api.call(t, s.verb, "/orders", token, anOrder, s.status, "").record
		if got.Cache != "" || got.AuthorizerTime == 0 {
			t.Errorf("%s: cache %q, authorizer time %v: want it to run", s.verb, got.Cache, got.AuthorizerTime)
		}
	}
}
