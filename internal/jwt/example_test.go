package jwt_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// A verifier of one issuer, which here is a server on loopback with a key that was made for the example.
func Example() {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	b64 := base64.RawURLEncoding.EncodeToString
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"2024","use":"sig","x":%q}]}`,
			b64(private.Public().(ed25519.PublicKey)))
	}))
	defer idp.Close()

	verifier, err := jwt.New(jwt.Options{
		Issuers: []jwt.Issuer{{
			URL:               "https://shop.example.com",
			Audiences:         []string{"api://orders"},
			Algorithms:        []string{"EdDSA"},
			JWKSURL:           idp.URL,
			AllowLoopbackHTTP: true,
		}},
		Now: func() time.Time { return time.Unix(1_700_000_000, 0) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	verifier.Start(ctx) // during init, so that the first request finds the keys

	for _, claims := range []string{
		`{"iss":"https://shop.example.com","aud":"api://orders","sub":"alice","exp":1700000300,` +
			`"realm_access":{"roles":["editor"]}}`,
		`{"iss":"https://shop.example.com","aud":"api://orders","sub":"alice","exp":1700000000}`,
	} {
		input := b64([]byte(`{"alg":"EdDSA","kid":"2024"}`)) + "." + b64([]byte(claims))
		token, err := verifier.Verify(ctx, input+"."+b64(ed25519.Sign(private, []byte(input))))
		switch {
		case errors.Is(err, jwt.ErrRejected):
			fmt.Println("Unauthorized; for the log:", jwt.Reason(err))
		case err != nil:
			fmt.Println("no answer:", err)
		default:
			roles, _ := token.Claim("realm_access.roles").Texts()
			fmt.Println(token.Subject(), roles)
		}
	}
	// Output:
	// alice [editor]
	// Unauthorized; for the log: expired
}

func ExampleNew_google() {
	// Google's ID tokens have either of two issuers, which share their keys.
	const keys = "https://www.googleapis.com/oauth2/v3/certs"
	client := []string{"123-abc.apps.googleusercontent.com"}
	_, err := jwt.New(jwt.Options{Issuers: []jwt.Issuer{
		{URL: "https://accounts.google.com", Audiences: client, JWKSURL: keys},
		{URL: "accounts.google.com", Audiences: client, JWKSURL: keys},
	}})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleNew_misconfigured() {
	_, err := jwt.New(jwt.Options{Issuers: []jwt.Issuer{{URL: "https://shop.example.com", Algorithms: []string{"HS256"}}}})
	fmt.Println(err)
	// Output:
	// jwt: configuration: issuer "https://shop.example.com": no audience: without one, the tokens it issues for other services would pass
	// jwt: configuration: issuer "https://shop.example.com": algorithm HS256 needs a Secret: a published key must never serve as one
}
