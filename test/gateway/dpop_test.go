package gateway

import (
	"crypto/elliptic"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

const bindingIssuer, bearerIssuer = "https://id.example.com", "https://bearers.example.com"

// newProven has routes for tokens that are bound by DPoP and for bearers, at the API's address and at a domain.
func newProven(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Proven"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code: awslambda.Code_FromInline(jsii.String("exports.handler = async (event) => ({statusCode: 200, " +
			"body: event.requestContext.authorizer.principalId})")),
	})
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.RequestAuthorizer{
			JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{
				{URL: bindingIssuer, Audiences: []string{"orders"}, DPoPBound: true},
				{URL: bearerIssuer, Audiences: []string{"orders"}},
			}},
			CacheTTL: secureapi.NoCache,
		},
		Authorizers: map[string]secureapi.Authorizer{"proxied": secureapi.RequestAuthorizer{
			JWT: &secureapi.JWT{
				Issuers:   []secureapi.Issuer{{URL: bindingIssuer, Audiences: []string{"orders"}, DPoPBound: true}},
				ProofURLs: []string{"https://shop.example.com/api"},
			},
			CacheTTL: secureapi.NoCache,
		}},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /returns/{id}", orders, secureapi.GuardedBy("proxied")),
			secureapi.Handle("GET /orders/{id}", orders, secureapi.AnyScope("orders:read")),
			secureapi.Handle("POST /orders/{id}", orders, secureapi.AnyScope("orders:write")),
		},
		CORS: &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}},
		Domain: &secureapi.Domain{
			Name: "api.example.com", BasePaths: []string{"shop"},
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"),
				jsii.String("arn:aws:acm:us-east-1:111122223333:certificate/a")),
		},
	})
}

// TestProvenTokens presents tokens that are bound by DPoP, with good and with wrong proofs, to the built function.
func TestProvenTokens(t *testing.T) {
	t.Parallel()
	s := running(t, synthesizedHere(t, newProven), "prod", localgateway.Options{})
	read := []string{"orders:read"}
	bound := s.Token(localgateway.TokenRequest{Issuer: bindingIssuer, Scopes: read, Subject: "maria"})
	bearer := s.Token(localgateway.TokenRequest{Issuer: bearerIssuer, Scopes: read})
	unbound := s.Token(localgateway.TokenRequest{Issuer: bindingIssuer, Scopes: read, Claims: map[string]any{"cnf": nil}})
	thief := authztest.ECDSA("thief", elliptic.P256())
	url := s.url + "/orders/a%2Fb"
	proof := func() string { return s.Proof("GET", url+"?page=2", bound) }
	replayed := proof()
	send := func(path string, headers ...string) reply {
		t.Helper()
		r := s.request(t, "GET", path, "")
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Add(name, value)
		}
		return s.send(t, r)
	}
	const path = "/orders/a%2Fb?page=3" // the query is not part of a proof
	for _, c := range []struct {
		name    string
		status  int
		reason  string // a part of it
		headers []string
	}{
		{"a proof", 200, "", []string{"Authorization: DPoP " + bound, "DPoP: " + replayed}},
		{"the same proof", 401, "dpop_replay", []string{"Authorization: DPoP " + bound, "DPoP: " + replayed}},
		{"another proof", 200, "", []string{"Authorization: DPoP " + bound, "DPoP: " + proof()}},
		{"two proofs", 401, "dpop_proof", []string{"Authorization: DPoP " + bound, "DPoP: " + proof(), "DPoP: " + proof()}},
		{"no proof", 401, "dpop_proof", []string{"Authorization: DPoP " + bound}},
		{"as a bearer", 401, "dpop_scheme", []string{"Authorization: Bearer " + bound, "DPoP: " + proof()}},
		{"a proof by a thief", 401, "dpop_key",
			[]string{"Authorization: DPoP " + bound, "DPoP: " + thief.Proof("GET", url, bound, time.Now())}},
		{"a proof for another order", 401, "dpop_url",
			[]string{"Authorization: DPoP " + bound, "DPoP: " + s.Proof("GET", s.url+"/orders/8", bound)}},
		{"a proof for another method", 401, "dpop_method",
			[]string{"Authorization: DPoP " + bound, "DPoP: " + s.Proof("POST", url, bound)}},
		{"a proof for another token", 401, "dpop_token",
			[]string{"Authorization: DPoP " + bound, "DPoP: " + s.Proof("GET", url, bearer)}},
		{"a token without a binding", 401, "dpop_unbound",
			[]string{"Authorization: DPoP " + unbound, "DPoP: " + s.Proof("GET", url, unbound)}},
		{"a bearer of the other issuer", 200, "", []string{"Authorization: Bearer " + bearer}},
		{"the other issuer's by the scheme DPoP", 401, "dpop_scheme",
			[]string{"Authorization: DPoP " + bearer, "DPoP: " + s.Proof("GET", url, bearer)}},
		{"no token", 401, "", []string{"DPoP: " + proof()}},
	} {
		got := send(path, c.headers...)
		if got.status != c.status || !strings.Contains(got.record.Reason, c.reason) {
			t.Errorf("%s: got %d (%s), want %d with %q", c.name, got.status, got.record.Reason, c.status, c.reason)
		}
	}

	// The same token has no right to write, which a proof does not change.
	write := s.Proof("POST", s.url+"/orders/7", bound)
	r := s.request(t, "POST", "/orders/7", "{}", "Authorization: DPoP "+bound, "DPoP: "+write)
	if got := s.send(t, r); got.status != 403 {
		t.Errorf("without the scope: got %d (%s)", got.status, got.record.Reason)
	}

	// At the domain, the base path takes the stage's place.
	for htu, status := range map[string]int{
		"https://api.example.com/shop/orders/7": 200,
		"https://api.example.com/orders/7":      401,
		"https://api.example.com/prod/orders/7": 401,
		s.url + "/orders/7":                     401,
	} {
		r := s.request(t, "GET", "", "", "Authorization: DPoP "+bound, "DPoP: "+s.Proof("GET", htu, bound))
		r.URL.Path, r.Host = "/shop/orders/7", "api.example.com"
		if got := s.send(t, r); got.status != status {
			t.Errorf("at the domain, for %s: got %d (%s), want %d", htu, got.status, got.record.Reason, status)
		}
	}

	// With ProofURLs, proofs for the URL at the proxy count, and here also those for the gateway's own address.
	for htu, status := range map[string]int{
		"https://shop.example.com/api/returns/a%2Fb": 200,
		s.url + "/returns/a%2Fb":                     200,
		"https://shop.example.com/returns/a%2Fb":     401,
		"https://www.example.com/api/returns/a%2Fb":  401,
	} {
		r := s.request(t, "GET", "/returns/a%2Fb", "", "Authorization: DPoP "+bound, "DPoP: "+s.Proof("GET", htu, bound))
		if got := s.send(t, r); got.status != status {
			t.Errorf("behind a proxy, for %s: got %d (%s), want %d", htu, got.status, got.record.Reason, status)
		}
	}

	preflight := s.request(t, http.MethodOptions, "/orders/7", "", "Origin: https://shop.example.com",
		"Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization,dpop")
	got := s.send(t, preflight)
	if allowed := got.header.Get("Access-Control-Allow-Headers"); !strings.Contains(allowed, "DPoP") {
		t.Errorf("the preflight allows the headers %q", allowed)
	}
	var body struct{ Message string }
	if err := json.Unmarshal([]byte(send(path).body), &body); err != nil || body.Message != "Unauthorized" {
		t.Errorf("a 401 says %q, %v", body.Message, err)
	}
}
