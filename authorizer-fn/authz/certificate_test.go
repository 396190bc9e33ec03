package authz

import (
	"crypto/elliptic"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// newCertificate returns another client certificate each time, and its thumbprint.
func newCertificate() (text, thumbprint string) {
	return authztest.ECDSA("client", elliptic.P256()).Certificate()
}

// presenting returns the event of a request with a token and a client certificate.
func presenting(certificate, token string) []byte {
	event := authztest.RequestEvent("GET", "/orders", map[string][]string{"Authorization": {"Bearer " + token}}, nil)
	return authztest.WithCertificate(event, certificate)
}

// RFC 8705, section 3: the resource server verifies that the token is bound to the client's certificate, and otherwise
// answers 401.
func TestCertificateBound(t *testing.T) {
	mine, thumbprint := newCertificate()
	other, _ := newCertificate()
	bound := func(cnf any) string { return token(object{"cnf": cnf}) }
	good := bound(object{"x5t#S256": thumbprint})
	required := func(s *setup) { s.config.Issuers[0].CertificateBound = true }
	withoutLine := strings.ReplaceAll(mine, "\n", "")
	for _, c := range []struct {
		name   string
		change func(*setup)
		event  []byte
		want   string // allow, or the reason of a 401
	}{
		{"the token's certificate", required, presenting(mine, good), ""},
		{"PEM without the last line break", required, presenting(strings.TrimSuffix(mine, "\n"), good), ""},
		{"another certificate", required, presenting(other, good), "certificate"},
		{"no certificate", required, get(good), "certificate"},
		{"an empty certificate", required, presenting("", good), "certificate"},
		{"not PEM", required, presenting(thumbprint, good), "certificate"},
		{"PEM without line breaks", required, presenting(withoutLine, good), "certificate"},
		{"two certificates", required, presenting(mine+other, good), "certificate"},
		{"a key in PEM", required, presenting(strings.ReplaceAll(mine, "CERTIFICATE", "PUBLIC KEY"), good), "certificate"},
		{"a TOKEN event, which never has a certificate", required, header("Bearer " + good), "certificate"},
		{"a token without cnf", required, presenting(mine, token(nil)), "unbound"},
		{"a DPoP token", required, presenting(mine, bound(object{"jkt": thumbprint})), "unbound"},
		{"a token bound to a certificate and a key", required,
			presenting(mine, bound(object{"x5t#S256": thumbprint, "jkt": thumbprint})), "unbound"},
		{"a cnf that is a string", required, presenting(mine, bound(thumbprint)), "unbound"},
		{"an empty cnf", required, presenting(mine, bound(object{})), "unbound"},
		{"a cnf that is null", required, presenting(mine, bound(nil)), "unbound"},
		{"a thumbprint that is a list", required, presenting(mine, bound(object{"x5t#S256": []string{thumbprint}})),
			"unbound"},
		{"the member's name in lower case", required, presenting(mine, bound(object{"x5t#s256": thumbprint})), "unbound"},
		{"an empty thumbprint", required, get(bound(object{"x5t#S256": ""})), "certificate"},
		{"a thumbprint with padding", required, presenting(mine, bound(object{"x5t#S256": thumbprint + "="})),
			"certificate"},
		{"an issuer that is not CertificateBound", func(*setup) {}, presenting(mine, good), "bound"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, perRequest := range []bool{false, true} {
				f := newFixture(t, c.change, func(s *setup) { s.config.PerRequest = perRequest })
				for range 2 { // the second time, the token is in the cache
					before := len(f.log.String())
					_, err := f.invoke(c.event)
					if c.want == "" && err != nil {
						t.Errorf("per request %v: got %v, want no error; log: %s", perRequest, err, f.log.String())
					}
					logged := strings.Contains(f.log.String()[before:], `"reason":"`+c.want+`"`)
					if c.want != "" && (err != ErrUnauthorized || !logged) {
						t.Errorf("per request %v: got %v, want a 401 with the reason %s; log: %s",
							perRequest, err, c.want, f.log.String())
					}
				}
			}
		})
	}

	const want = "has both certificateBound and acceptBoundTokens"
	err := Config{Issuers: []Issuer{{CertificateBound: true, AcceptBoundTokens: true}}}.check()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("both settings: got %v, want an error that %s", err, want)
	}
}

// The issuer's introspection answer names the certificate of a token (RFC 8705, section 3.2). If the token is a JWT,
// the bindings in the JWT and in the answer must both hold.
func TestCertificateBoundByIntrospection(t *testing.T) {
	mine, thumbprint := newCertificate()
	other, _ := newCertificate()
	good := object{"x5t#S256": thumbprint}
	bearer, bound := token(nil), token(object{"cnf": good})
	for _, c := range []struct {
		name, token, certificate string
		cnf                      any // in the issuer's answer, unless it is nil
		want                     string
	}{
		{"an opaque token", "opaque", mine, good, ""},
		{"an opaque token with another certificate", "opaque", other, good, "certificate"},
		{"an opaque token without a binding", "opaque", mine, nil, "unbound"},
		{"an opaque DPoP token", "opaque", mine, object{"jkt": thumbprint}, "unbound"},
		{"a JWT", bound, mine, nil, ""},
		{"a JWT that is only bound in the answer", bearer, mine, good, "unbound"},
		{"a JWT with the same binding in the answer", bound, mine, good, ""},
		{"a JWT with a key in the answer", bound, mine, object{"x5t#S256": thumbprint, "jkt": thumbprint}, "unbound"},
		{"a JWT with another certificate in the answer", bound, mine, object{"x5t#S256": thumbprint[1:]}, "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, f := newAsked(t, func(s *setup) {
				if c.token != "opaque" {
					withJWTs(s)
				}
				s.config.Issuers[0].CertificateBound = true
			})
			answer := goodAnswer()
			if c.cnf != nil {
				answer = answer.With(object{"cnf": c.cnf})
			}
			a.know(c.token, answer)
			_, err := f.invoke(presenting(c.certificate, c.token))
			if c.want == "" && err != nil {
				t.Errorf("got %v, want no error; log: %s", err, f.log)
			}
			if c.want != "" && (err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"`+c.want+`"`)) {
				t.Errorf("got %v, want a 401 with the reason %s; log: %s", err, c.want, f.log)
			}
		})
	}
}
