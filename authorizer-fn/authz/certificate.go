//go:build !lambda.norpc || gatehouse_binding

package authz

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

var (
	// errUnbound reports a token that is not bound to a certificate alone.
	errUnbound = fmt.Errorf("%w: cnf does not have x5t#S256 alone", jwt.ErrRejected)

	// errCertificate reports a request that does not present the certificate that its token is bound to.
	errCertificate = fmt.Errorf("%w: the client's certificate is missing or not the token's", jwt.ErrRejected)
)

// thumbprintMember is the member of cnf that has the SHA-256 hash of the certificate in base64url (RFC 8705, section
// 3.1).
const thumbprintMember = "x5t#S256"

// checkBinding checks the certificate that a token is bound to. If its issuer confirms a JWT and names a binding too,
// that one must also hold.
func (e event) checkBinding(token claims) error {
	if err := e.checkCertificate(token.Claim("cnf")); err != nil {
		return err
	}
	if c, ok := token.(*confirmed); asksIssuers && ok && c.answer.Get("cnf").Exists() {
		return e.checkCertificate(c.answer.Get("cnf"))
	}
	return nil
}

// checkCertificate compares the certificate of the request with the one that its token is bound to. A cnf with a
// further member is refused, because that names a further proof, which is not checked here.
func (e event) checkCertificate(confirmation strictjson.Value) error {
	bound, ok := confirmation.Get(thumbprintMember).Text()
	members := 0
	for range confirmation.Members() {
		members++
	}
	if !ok || members != 1 {
		return errUnbound
	}
	certificate, ok := e.certificate()
	if !ok {
		return errCertificate
	}
	sum := sha256.Sum256(certificate)
	if base64.RawURLEncoding.EncodeToString(sum[:]) != bound {
		return errCertificate
	}
	return nil
}

// certificate returns the DER bytes of the certificate that the client presented by mutual TLS. API Gateway has
// verified that the client has its key, and that an authority of the domain's trust store issued it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
// (identity.clientCert.clientCertPem)
func (e event) certificate() ([]byte, bool) {
	text, _ := e.request.Get("requestContext").Get("identity").Get("clientCert").Get("clientCertPem").Text()
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 && string(rest) != "\n" {
		return nil, false
	}
	return block.Bytes, true
}
