package authztest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"time"
)

// Certificate returns a certificate of the key in PEM, as API Gateway writes a client's into events, and its
// thumbprint, which a token that is bound to it has in cnf as x5t#S256 (RFC 8705, section 3.1). It is signed by the key
// itself, and each call makes another one.
func (k *Key) Certificate() (text, thumbprint string) {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Signer.Public(), k.Signer)
	if err != nil {
		panic("authztest: " + err.Error())
	}
	sum := sha256.Sum256(der)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), Base64(sum[:])
}

// WithCertificate returns the event of [RequestEvent] with a certificate that the client presented by mutual TLS.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func WithCertificate(event []byte, certificate string) []byte {
	var all Object
	if err := json.Unmarshal(event, &all); err != nil {
		panic("authztest: not an event: " + err.Error())
	}
	context, _ := all["requestContext"].(map[string]any)
	identity, ok := context["identity"].(map[string]any)
	if !ok {
		panic("authztest: the event has no requestContext.identity: make it with RequestEvent")
	}
	identity["clientCert"] = Object{
		"clientCertPem": certificate, "subjectDN": "CN=client", "issuerDN": "CN=client", "serialNumber": "1",
		"validity": Object{"notBefore": "Jan  1 00:00:00 1970 GMT", "notAfter": "Feb  7 06:28:16 2106 GMT"},
	}
	return []byte(all.String())
}
