// Package clientcert reads the client certificate of the local gateway's callers, and has the values that API Gateway
// writes into events and logs about it. The local gateway does not speak TLS, so the certificate is a setting of
// gatehouse dev and of package localgateway, and every caller presents it.
package clientcert

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Certificate is a client certificate in the form that API Gateway writes into events.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
// (identity.clientCert). The order of the parts of a distinguished name is not documented. Here it is that of RFC 2253.
type Certificate struct {
	PEM                 string
	SubjectDN, IssuerDN string
	SerialNumber        string // hexadecimal bytes separated by colons, such as "a1:b2"
	NotBefore, NotAfter string // such as "May 28 12:30:02 2019 GMT"

	Thumbprint string // the SHA-256 hash in base64url, the form of the claim x5t#S256 (RFC 8705, section 3.1)
}

// Parse reads a file with one certificate in PEM.
func Parse(text []byte) (*Certificate, error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("it is not PEM, which begins with -----BEGIN CERTIFICATE-----")
	case block.Type != "CERTIFICATE":
		return nil, fmt.Errorf("it begins with a %s: want a CERTIFICATE", block.Type)
	case strings.TrimSpace(string(rest)) != "":
		return nil, errors.New("it has something after the certificate: want the client's certificate alone")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(c.Raw)
	return &Certificate{
		PEM:          string(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes})),
		SubjectDN:    c.Subject.String(),
		IssuerDN:     c.Issuer.String(),
		SerialNumber: withColons(c.SerialNumber.Bytes()),
		NotBefore:    inGMT(c.NotBefore),
		NotAfter:     inGMT(c.NotAfter),
		Thumbprint:   base64.RawURLEncoding.EncodeToString(sum[:]),
	}, nil
}

func withColons(number []byte) string {
	var out []string
	for _, b := range number {
		out = append(out, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(out, ":")
}

func inGMT(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006 GMT") }
