package authz

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
)

var (
	holder = authztest.ECDSA("holder", elliptic.P256())
	thief  = authztest.ECDSA("thief", elliptic.P256())
)

// dpopRequired makes the issuer's tokens count with proofs alone.
func dpopRequired(s *setup) {
	s.config.Issuers[0].DPoPBound = true
	s.config.PerRequest = true
}

// boundTo returns a token that is bound to a key.
func boundTo(k *authztest.Key) string { return token(object{"cnf": object{"jkt": k.Thumbprint()}}) }

// proven returns the event of GET /orders with these values of Authorization and DPoP.
func proven(authorization []string, proofs ...string) []byte {
	headers := http.Header{"Authorization": authorization}
	if proofs != nil {
		headers["DPoP"] = proofs
	}
	return authztest.RequestEvent("GET", "/orders", headers, nil)
}

// TestDPoPBound presents tokens with proofs. Package dpop has the table of hostile proofs; this is about the request
// that a proof is compared with, and about tokens.
func TestDPoPBound(t *testing.T) {
	good, url := boundTo(holder), authztest.URL("/orders")
	proof := func() string { return holder.Proof("GET", url, good, t0) }
	with := func(text string, k *authztest.Key) []byte {
		return proven([]string{"DPoP " + text}, k.Proof("GET", url, text, t0))
	}
	cnf := func(v any) []byte { return with(token(object{"cnf": v}), holder) }
	jkt := holder.Thumbprint()
	replace := func(event []byte, before, after string) []byte {
		if !bytes.Contains(event, []byte(before)) {
			t.Fatalf("got the event %s, want %s in it", event, before)
		}
		return bytes.Replace(event, []byte(before), []byte(after), 1)
	}
	const apiHost = `"domainName":"abcdef1234.execute-api.us-east-1.amazonaws.com"`
	at := func(host, path, htu string) []byte {
		event := proven([]string{"DPoP " + good}, holder.Proof("GET", htu, good, t0))
		event = replace(event, apiHost, `"domainName":"`+host+`"`)
		return replace(event, `"path":"/prod/orders"`, `"path":"`+path+`"`)
	}
	header := func(name string) []byte {
		return bytes.ReplaceAll(with(good, holder), []byte(`"DPoP":`), []byte(`"`+name+`":`))
	}
	for _, c := range []struct {
		name  string
		event []byte
		want  string // allow, or the reason of a 401
	}{
		{"a proof of the token's key", with(good, holder), ""},
		{"the scheme in lower case", proven([]string{"dpop " + good}, proof()), ""},
		{"a proof by another key", with(good, thief), "dpop_key"},
		{"no proof", proven([]string{"DPoP " + good}), "dpop_proof"},
		{"two proofs", proven([]string{"DPoP " + good}, proof(), proof()), "dpop_proof"},
		{"the token as the proof", proven([]string{"DPoP " + good}, good), "dpop_proof"},
		{"an empty proof", proven([]string{"DPoP " + good}, ""), "dpop_proof"},
		{"a bearer", proven([]string{"Bearer " + good}), "dpop_scheme"},
		{"a bearer with a proof", proven([]string{"Bearer " + good}, proof()), "dpop_scheme"},
		{"both schemes", proven([]string{"DPoP " + good, "Bearer " + good}, proof()), "several_tokens"},
		{"both schemes, the bearer first", proven([]string{"Bearer " + good, "DPoP " + good}, proof()), "several_tokens"},
		{"two tokens", proven([]string{"DPoP " + good + ", DPoP " + good}, proof()), "several_tokens"},
		{"no token", proven(nil, proof()), "no_token"},
		{"Basic credentials", proven([]string{"Basic YTpi"}, proof()), "no_token"},
		{"a proof for another token",
			proven([]string{"DPoP " + good}, holder.Proof("GET", url, token(nil), t0)), "dpop_token"},
		{"a proof for another method",
			proven([]string{"DPoP " + good}, holder.Proof("POST", url, good, t0)), "dpop_method"},
		{"a proof for another path",
			proven([]string{"DPoP " + good}, holder.Proof("GET", authztest.URL("/me"), good, t0)), "dpop_url"},
		{"an old proof",
			proven([]string{"DPoP " + good}, holder.Proof("GET", url, good, t0.Add(-2*time.Minute))), "dpop_time"},
		{"a proof of the future", proven([]string{"DPoP " + good}, holder.Proof("GET", url, good, t0.Add(time.Minute))),
			"dpop_time"},
		{"a TOKEN event, which has no proof",
			authztest.TokenEvent(authztest.ARN("GET", "/orders"), "DPoP "+good), "dpop_proof"},
		{"a TOKEN event with a bearer", get(good), "dpop_scheme"},
		{"the header's name in lower case", header("dpop"), ""},
		{"a header whose name has a letter of another alphabet", header("DP\u03bfP"), "dpop_proof"},

		{"a token without cnf", with(token(nil), holder), "dpop_unbound"},
		{"a bearer without cnf", proven([]string{"Bearer " + token(nil)}), "dpop_scheme"},
		{"an empty cnf", cnf(object{}), "dpop_unbound"},
		{"a cnf that is null", cnf(authztest.Null), "dpop_unbound"},
		{"a cnf that is a text", cnf(jkt), "dpop_unbound"},
		{"a thumbprint that is a list", cnf(object{"jkt": []string{jkt}}), "dpop_unbound"},
		{"the member's name in upper case", cnf(object{"JKT": jkt}), "dpop_unbound"},
		{"a certificate", cnf(object{"x5t#S256": jkt}), "dpop_unbound"},
		{"a certificate too", cnf(object{"jkt": jkt, "x5t#S256": jkt}), "dpop_unbound"},
		{"an empty thumbprint", cnf(object{"jkt": ""}), "dpop_key"},
		{"a thumbprint with padding", cnf(object{"jkt": jkt + "="}), "dpop_key"},

		{"a custom domain", at("api.example.com", "/orders", "https://api.example.com/orders"), ""},
		{"a base path", at("api.example.com", "/shop/orders", "https://api.example.com/shop/orders"), ""},
		{"a base path that the proof leaves out", at("api.example.com", "/shop/orders", "https://api.example.com/orders"),
			"dpop_url"},
		{"the API's own address for a custom domain", at("api.example.com", "/orders", url), "dpop_url"},
		{"http as in development", at("api.example.com", "/orders", "http://api.example.com/orders"), "dpop_url"},
		{"the name of the Host header", replace(at("api.example.com", "/orders", "https://evil.example.com/orders"),
			`"Host":"abcdef1234.execute-api.us-east-1.amazonaws.com"`, `"Host":"evil.example.com"`), "dpop_url"},
		{"an event without a domain", replace(with(good, holder), apiHost, `"domainPrefix2":""`), "dpop_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, dpopRequired)
			_, err := f.invoke(c.event)
			if c.want == "" && err != nil {
				t.Errorf("got %v, want no error; log: %s", err, f.log)
			}
			if c.want != "" && (err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"`+c.want+`"`)) {
				t.Errorf("got %v, want a 401 with the reason %s; log: %s", err, c.want, f.log)
			}
			if strings.Contains(f.log.String(), "eyJ") {
				t.Errorf("the log contains a part of a token or a proof: %s", f.log)
			}
			if err == nil {
				if _, err := f.invoke(c.event); err != ErrUnauthorized ||
					!strings.Contains(f.log.String(), `"reason":"dpop_replay"`) {
					t.Errorf("the same request again: got %v, want a 401 with the reason dpop_replay; log: %s", err, f.log)
				}
			}
		})
	}
}

// TestDPoPNotRequired refuses tokens and schemes of DPoP at an issuer that is not DPoPBound.
func TestDPoPNotRequired(t *testing.T) {
	good, url := boundTo(holder), authztest.URL("/orders")
	plain := token(nil)
	accept := func(s *setup) { s.config.Issuers[0].AcceptBoundTokens = true }
	for _, c := range []struct {
		name   string
		change func(*setup)
		event  []byte
		want   string
	}{
		{"a bound token with its proof", nil,
			proven([]string{"DPoP " + good}, holder.Proof("GET", url, good, t0)), "no_token"},
		{"a bound token as a bearer", nil, proven([]string{"Bearer " + good}), "bound"},
		{"a bearer by the scheme DPoP", nil,
			proven([]string{"DPoP " + plain}, holder.Proof("GET", url, plain, t0)), "no_token"},
		{"a bound token by the scheme DPoP, unchecked", accept, proven([]string{"DPoP " + good}), "no_token"},
	} {
		f := newFixture(t, func(s *setup) {
			s.config.PerRequest = true
			if c.change != nil {
				c.change(s)
			}
		})
		if _, err := f.invoke(c.event); err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"`+c.want+`"`) {
			t.Errorf("%s: got %v, want a 401 with the reason %s; log: %s", c.name, err, c.want, f.log)
		}
	}
}

// TestDPoPBesideBearers has two issuers, of which one binds its tokens.
func TestDPoPBesideBearers(t *testing.T) {
	const other = "https://bearers.example.com"
	f := newFixture(t, dpopRequired, func(s *setup) {
		s.config.Issuers = append(s.config.Issuers, Issuer{URL: other, Audiences: []string{testAudience},
			JWKSURL: testIssuer + "/keys"})
	})
	bearer, bound := token(object{"iss": other}), boundTo(holder)
	ofOther := token(object{"iss": other, "cnf": object{"jkt": holder.Thumbprint()}})
	proof := func(text string) string { return holder.Proof("GET", authztest.URL("/orders"), text, t0) }
	for _, c := range []struct {
		name  string
		event []byte
		want  error
	}{
		{"a bearer", proven([]string{"Bearer " + bearer}), nil},
		{"a bound token", proven([]string{"DPoP " + bound}, proof(bound)), nil},
		{"a bearer by the scheme DPoP", proven([]string{"DPoP " + bearer}, proof(bearer)), ErrUnauthorized},
		{"a bound token as a bearer", proven([]string{"Bearer " + bound}, proof(bound)), ErrUnauthorized},
		{"a bound token of the other issuer", proven([]string{"DPoP " + ofOther}, proof(ofOther)), ErrUnauthorized},
	} {
		if _, err := f.invoke(c.event); err != c.want {
			t.Errorf("%s: got %v, want %v; log: %s", c.name, err, c.want, f.log)
		}
	}
}

// unreachable is a table that does not answer.
type unreachable struct{}

func (unreachable) Use(context.Context, string, time.Time) (bool, error) {
	return false, errors.New("no answer")
}

// TestDPoPWithoutTheTable denies a request with a 500 if its proof cannot be recorded.
func TestDPoPWithoutTheTable(t *testing.T) {
	f := newFixture(t, dpopRequired)
	f.proofs.(*proofs).used.Table = unreachable{}
	good := boundTo(holder)
	_, err := f.invoke(proven([]string{"DPoP " + good}, holder.Proof("GET", authztest.URL("/orders"), good, t0)))
	if err != errUnavailable || !strings.Contains(f.log.String(), `"reason":"unavailable"`) {
		t.Errorf("got %v, want %v with the reason unavailable; log: %s", err, errUnavailable, f.log)
	}
}

// TestDPoPTableWithoutTag refuses to start without the client of the table. package gateway tests a function with it.
func TestDPoPTableWithoutTag(t *testing.T) {
	_, err := tryFixture(dpopRequired, func(s *setup) { s.config.ProofTable = "proofs" })
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "built without the tag "+ProofTableTag) {
		t.Errorf("got %v, want ErrConfig with the tag", err)
	}
}

// TestDPoPByTheAnswer asks the issuer about bound tokens (RFC 9449, section 6.2). If it also has the JWT, both bindings
// must hold.
func TestDPoPByTheAnswer(t *testing.T) {
	mine, others := object{"jkt": holder.Thumbprint()}, object{"jkt": thief.Thumbprint()}
	certificate := object{"x5t#S256": holder.Thumbprint()}
	bound := boundTo(holder)
	for _, c := range []struct {
		name, token string
		cnf         any // in the answer; nil for none
		want        string
	}{
		{"an opaque token", "opaque", mine, ""},
		{"an opaque token of another key", "opaque", others, "dpop_key"},
		{"an opaque token without a binding", "opaque", nil, "dpop_unbound"},
		{"an opaque token of a certificate", "opaque", certificate, "dpop_unbound"},
		{"a JWT", bound, nil, ""},
		{"a JWT that is bound in the answer alone", token(nil), mine, "dpop_unbound"},
		{"a JWT with the same key in the answer", bound, mine, ""},
		{"a JWT with another key in the answer", bound, others, "dpop_key"},
		{"a JWT with a certificate in the answer", bound, certificate, "dpop_unbound"},
		{"a JWT of another key", boundTo(thief), mine, "dpop_key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, f := newAsked(t, dpopRequired, func(s *setup) {
				if c.token != "opaque" {
					withJWTs(s)
				}
			})
			answer := goodAnswer().With(object{"token_type": "DPoP"})
			if c.cnf != nil {
				answer = answer.With(object{"cnf": c.cnf})
			}
			a.know(c.token, answer)
			proof := holder.Proof("GET", authztest.URL("/orders"), c.token, t0)
			_, err := f.invoke(proven([]string{"DPoP " + c.token}, proof))
			if c.want == "" && err != nil {
				t.Errorf("got %v, want no error; log: %s", err, f.log)
			}
			if c.want != "" && (err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"`+c.want+`"`)) {
				t.Errorf("got %v, want a 401 with the reason %s; log: %s", err, c.want, f.log)
			}
		})
	}
}

// TestDPoPConfig refuses settings with which proofs would not be checked.
func TestDPoPConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"answers for several requests", func(c *Config) { c.PerRequest = false }, "set perRequest"},
		{"unchecked as well", func(c *Config) { c.Issuers[0].AcceptBoundTokens = true },
			"has both dpopBound and acceptBoundTokens"},
		{"a certificate as well", func(c *Config) { c.Issuers[0].CertificateBound = true },
			"has both dpopBound and certificateBound"},
		{"a session", func(c *Config) { c.Session = &Session{} }, "a session presents no token"},
		{"a cookie", func(c *Config) { c.TokenSources = []TokenSource{{Cookie, "t"}} }, "leave tokenSources out"},
		{"another header", func(c *Config) { c.TokenSources = []TokenSource{{Header, "X-Token"}} }, "leave tokenSources out"},
		{"two sources", func(c *Config) { c.TokenSources = []TokenSource{authorizationHeader, {QueryString, "t"}} },
			"leave tokenSources out"},
		{"the same issuer without proofs, for opaque tokens", func(c *Config) {
			other := c.Issuers[0]
			other.DPoPBound, other.Introspection = false, goodIntrospection()
			c.Issuers = append(c.Issuers, other)
		}, "is given twice"},
		{"opaque tokens of the same issuer without proofs", func(c *Config) {
			other := c.Issuers[0]
			c.Issuers[0].JWKSURL, c.Issuers[0].Introspection = "", goodIntrospection()
			other.DPoPBound = false
			c.Issuers = append(c.Issuers, other)
		}, "is given twice"},
		{"a table of proofs that nothing uses", func(c *Config) { c.ProofTable, c.Issuers[0].DPoPBound = "t", false },
			"no issuer is dpopBound"},
		{"the Authorization header", func(c *Config) { c.TokenSources = []TokenSource{authorizationHeader} }, ""},
	} {
		config := goodConfig()
		config.PerRequest, config.Issuers[0].DPoPBound = true, true
		c.change(&config)
		err := config.check()
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

var _ dpop.Table = unreachable{}
