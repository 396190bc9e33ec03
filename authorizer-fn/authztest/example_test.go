package authztest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// The issuer signs a token and publishes its keys without a network.
func ExampleNewIssuer() {
	key := authztest.Ed25519("2026-01")
	issuer := authztest.NewIssuer("https://idp.example.com", key)
	token := key.Token("EdDSA", authztest.Object{"iss": issuer.URL, "sub": "user-1"})
	fmt.Println(strings.Count(token, "."), "dots")

	answer, err := issuer.RoundTrip(httptest.NewRequest(http.MethodGet, issuer.JWKSURL(), nil))
	fmt.Println(answer.StatusCode, err, issuer.Requests())
	// Output:
	// 2 dots
	// 200 <nil> 1
}
