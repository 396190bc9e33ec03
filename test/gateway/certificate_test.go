package gateway

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// newBound has a domain with mutual TLS and tokens that are bound to the clients' certificates, with a cache and
// without one.
func newBound(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Bound"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async (event) => ({statusCode: 200, " +
			"body: event.requestContext.identity.clientCert.serialNumber})")),
	})
	jwt := &secureapi.JWT{Issuers: []secureapi.Issuer{
		{URL: "https://id.example.com", Audiences: []string{"orders"}, CertificateBound: true},
	}}
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizers: map[string]secureapi.Authorizer{
			"fresh": secureapi.RequestAuthorizer{JWT: jwt, CacheTTL: secureapi.NoCache},
			"kept": secureapi.RequestAuthorizer{JWT: jwt, IdentitySources: []secureapi.IdentitySource{
				secureapi.IdentityHeader("Authorization"), secureapi.IdentityContext("identity.clientCert.clientCertPem"),
			}},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /fresh", orders, secureapi.GuardedBy("fresh")),
			secureapi.Handle("GET /kept", orders, secureapi.GuardedBy("kept")),
		},
		Domain: &secureapi.Domain{
			Name: "partners.example.com",
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/a")),
			MutualTLS: &secureapi.MutualTLS{
				Bucket: awss3.Bucket_FromBucketName(stack, jsii.String("Trust"), jsii.String("trust")), Key: "clients.pem",
				OwnershipCertificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Ownership"),
					jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/b")),
			},
		},
	})
}

func clientCertificate(t *testing.T, serial int64) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestCertificateBoundTokens presents a token with the certificate that it is bound to, with another one, and without
// one.
func TestCertificateBoundTokens(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, newBound)
	serve := func(certificate []byte) service {
		return running(t, dir, "prod", localgateway.Options{ClientCertificate: certificate})
	}
	mine, other, none := serve(clientCertificate(t, 0xa1b2)), serve(clientCertificate(t, 0xc3)), serve(nil)
	bearer := mine.Token(localgateway.TokenRequest{Claims: map[string]any{"cnf": nil}})
	foreign := mine.Token(localgateway.TokenRequest{Claims: map[string]any{
		"cnf": map[string]string{"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}}})
	for _, path := range []string{"/fresh", "/kept"} {
		mine.call(t, "GET", path, mine.Token(localgateway.TokenRequest{}), "", 200, "a1:b2")
		other.call(t, "GET", path, other.Token(localgateway.TokenRequest{}), "", 200, "c3")
		for name, token := range map[string]string{"a bearer token": bearer, "another client's token": foreign} {
			if got := mine.send(t, mine.request(t, "GET", path, "", "Authorization: Bearer "+token)); got.status != 401 {
				t.Errorf("%s, %s: got %d (%s), want 401", path, name, got.status, got.record.Reason)
			}
		}
		if got := none.send(t, none.request(t, "GET", path, "",
			"Authorization: Bearer "+none.Token(localgateway.TokenRequest{}))); got.status != 401 {
			t.Errorf("%s, no certificate: got %d (%s), want 401", path, got.status, got.record.Reason)
		}
	}
	kept := mine.Token(localgateway.TokenRequest{})
	mine.call(t, "GET", "/kept", kept, "", 200, "")
	if got := mine.call(t, "GET", "/kept", kept, "", 200, ""); got.record.Cache != "HIT" {
		t.Errorf("the second request: cache %s", got.record.Cache)
	}
}
