package clientcert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func newPEM(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xa1b2),
		Subject:      pkix.Name{CommonName: "partner", Organization: []string{"Example"}},
		NotBefore:    time.Date(2019, 5, 28, 12, 30, 2, 0, time.UTC),
		NotAfter:     time.Date(2021, 8, 5, 9, 36, 4, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// The times are those of the example in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func TestParse(t *testing.T) {
	text := newPEM(t)
	c, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := Certificate{
		PEM: text, SubjectDN: "CN=partner,O=Example", IssuerDN: "CN=partner,O=Example", SerialNumber: "a1:b2",
		NotBefore: "May 28 12:30:02 2019 GMT", NotAfter: "Aug  5 09:36:04 2021 GMT",
	}
	got := *c
	if len(got.Thumbprint) != 43 {
		t.Errorf("the thumbprint is %q: want 43 characters of base64url", got.Thumbprint)
	}
	got.Thumbprint = ""
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}

	for _, tt := range []struct{ name, text, want string }{
		{"no PEM", "certificate", "it is not PEM"},
		{"a key", strings.ReplaceAll(text, "CERTIFICATE", "PRIVATE KEY"), "it begins with a PRIVATE KEY: want a CERTIFICATE"},
		{"a chain", text + text, "it has something after the certificate"},
		{"not a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "x509"},
	} {
		if _, err := Parse([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
