package devissuer_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// This makes a token of an issuer that signs with ECDSA, with keys in a separate folder.
func Example() {
	cache, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(cache)
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: devissuer.Folder(cache)})
	if err != nil {
		panic(err)
	}
	idp := devissuer.Issuer{
		Issuer: authz.Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}, Algorithms: []string{"ES256"}},
	}
	provider, err := devissuer.New(keys, []devissuer.Issuer{idp}, devissuer.Options{BaseURL: "http://127.0.0.1:4000"})
	if err != nil {
		panic(err)
	}
	token, err := provider.Mint(devissuer.TokenRequest{Subject: "ada", Scopes: []string{"orders:read"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(strings.Split(token, ".")), "parts")
	fmt.Println("keys at", provider.JWKSURL("https://idp.example.com/"))
	// Output:
	// 3 parts
	// keys at http://127.0.0.1:4000/issuers/idp.example.com-d36c3be4/jwks
}
