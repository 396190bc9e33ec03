package authztest_test

import (
	"context"
	"crypto/elliptic"
	"fmt"
	"io"
	"net/http"
	"testing/fstest"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// A token that is bound to a client's key counts with a proof of the key, and each proof once.
func ExampleKey_Proof() {
	key := authztest.ECDSA("issuer", elliptic.P256())
	issuer := authztest.NewIssuer("https://id.example.com", key)
	now := time.Unix(1_700_000_000, 0)
	authorize := authorizerOf(issuer, now, authz.Issuer{DPoPBound: true})

	client := authztest.ECDSA("client", elliptic.P256())
	token := key.Token("ES256", authztest.Object{
		"iss": "https://id.example.com", "sub": "maria", "aud": "orders", "exp": now.Unix() + 60,
		"cnf": authztest.Object{"jkt": client.Thumbprint()},
	})
	event := authztest.RequestEvent("GET", "/orders", http.Header{
		"Authorization": {"DPoP " + token},
		"DPoP":          {client.Proof("GET", authztest.URL("/orders"), token, now)},
	}, nil)
	fmt.Println(authorize(event))
	fmt.Println(authorize(event))
	// Output:
	// <nil>
	// Unauthorized
}

// A token that is bound to a certificate counts with this certificate alone.
func ExampleKey_Certificate() {
	key := authztest.ECDSA("issuer", elliptic.P256())
	issuer := authztest.NewIssuer("https://id.example.com", key)
	now := time.Unix(1_700_000_000, 0)
	authorize := authorizerOf(issuer, now, authz.Issuer{CertificateBound: true})

	certificate, thumbprint := authztest.ECDSA("client", elliptic.P256()).Certificate()
	token := key.Token("ES256", authztest.Object{
		"iss": "https://id.example.com", "sub": "maria", "aud": "orders", "exp": now.Unix() + 60,
		"cnf": authztest.Object{"x5t#S256": thumbprint},
	})
	event := authztest.RequestEvent("GET", "/orders", http.Header{"Authorization": {"Bearer " + token}}, nil)
	fmt.Println(authorize(authztest.WithCertificate(event, certificate)))
	fmt.Println(authorize(event))
	// Output:
	// <nil>
	// Unauthorized
}

// authorizerOf returns an authorizer whose only issuer has these settings.
func authorizerOf(from *authztest.Issuer, now time.Time, i authz.Issuer) func(event []byte) error {
	i.URL, i.Audiences, i.Algorithms = "https://id.example.com", []string{"orders"}, []string{"ES256"}
	i.JWKSURL = i.URL + "/keys"
	environment := authz.Config{Issuers: []authz.Issuer{i}, PerRequest: true}.Environment()
	a, err := authz.FromLambda(func(name string) string { return environment[name] }, authz.Options{
		Now: func() time.Time { return now }, Transport: from, Log: io.Discard,
		Files: fstest.MapFS{"access.json": {Data: []byte(`{"version":1,"routes":[{"route":"GET /orders"}]}`)}},
	})
	if err != nil {
		panic(err)
	}
	return func(event []byte) error {
		_, err := a.Invoke(context.Background(), event)
		return err
	}
}
