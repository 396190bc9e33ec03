package authz

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// TestProofURLs accepts proofs for the URLs that clients call at a proxy, and refuses those for the address that API
// Gateway reports. CloudFront calls the API's own address with its own host name there: "If you create a custom policy
// for Amazon API Gateway origins without a custom domain, then don't forward the host header."
// Source: https://repost.aws/knowledge-center/configure-cloudfront-to-forward-headers
func TestProofURLs(t *testing.T) {
	good := boundTo(holder)
	const shop, api = "https://shop.example.com/api", "https://api.example.com"
	at := func(path, htu string) []byte {
		return authztest.RequestEvent("GET", path, http.Header{
			"Authorization": {"DPoP " + good}, "DPoP": {holder.Proof("GET", htu, good, t0)},
		}, nil)
	}
	with := func(event []byte, before, after string) []byte {
		if !bytes.Contains(event, []byte(before)) {
			t.Fatalf("got the event %s, want %s in it", event, before)
		}
		return bytes.ReplaceAll(event, []byte(before), []byte(after))
	}
	const inner = "abcdef1234.execute-api.us-east-1.amazonaws.com"
	for _, c := range []struct {
		name  string
		event []byte
		want  string // allow, or the reason of a 401
	}{
		{"the proxy's URL", at("/orders", shop+"/orders"), ""},
		{"the second URL", at("/orders", api+"/orders"), ""},
		{"scheme and host in upper case", at("/orders", "HTTPS://Shop.Example.COM/api/orders"), ""},
		{"the port 443", at("/orders", "https://shop.example.com:443/api/orders"), ""},
		{"an escape of an unreserved character", at("/orders", shop+"/%6frders"), ""},
		{"a custom domain in the event", with(at("/orders", shop+"/orders"), inner, "origin.example.com"), ""},
		{"a base path in the event", with(at("/orders", shop+"/orders"), `"path":"/prod/orders"`, `"path":"/v1/orders"`), ""},
		{"an event without a domain", with(at("/orders", shop+"/orders"), `"domainName":"`+inner+`"`, `"domainPrefix2":""`),
			""},

		{"the address behind the proxy", at("/orders", authztest.URL("/orders")), "dpop_url"},
		{"the address behind the proxy without the stage", at("/orders", "https://"+inner+"/orders"), "dpop_url"},
		{"the custom domain behind the proxy",
			with(at("/orders", "https://origin.example.com/orders"), inner, "origin.example.com"), "dpop_url"},
		{"another proxy", at("/orders", "https://www.example.com/api/orders"), "dpop_url"},
		{"another proxy, whose name a header has",
			with(at("/orders", "https://www.example.com/api/orders"), `"Host":"`+inner+`"`, `"Host":"www.example.com"`),
			"dpop_url"},
		{"the prefix of another URL", at("/orders", api+"/api/orders"), "dpop_url"},
		{"no prefix", at("/orders", "https://shop.example.com/orders"), "dpop_url"},
		{"the prefix and the stage", at("/orders", shop+"/prod/orders"), "dpop_url"},
		{"the prefix in upper case", at("/orders", "https://shop.example.com/API/orders"), "dpop_url"},
		{"a longer name", at("/orders", "https://shop.example.com.evil.example/api/orders"), "dpop_url"},
		{"a user", at("/orders", "https://shop.example.com@evil.example/api/orders"), "dpop_url"},
		{"http", at("/orders", "http://shop.example.com/api/orders"), "dpop_url"},
		{"another port", at("/orders", "https://shop.example.com:8443/api/orders"), "dpop_url"},
		{"another path", at("/orders", shop+"/me"), "dpop_url"},
		{"the URL alone", at("/orders", shop), "dpop_url"},
		{"a slash at the end", at("/orders", shop+"/orders/"), "dpop_url"},
		{"a query", at("/orders", shop+"/orders?page=2"), "dpop_url"},
		{"a fragment", at("/orders", shop+"/orders#top"), "dpop_url"},
		{"dot segments", at("/orders", "https://shop.example.com/x/../api/orders"), "dpop_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, dpopRequired, func(s *setup) { s.config.ProofURLs = []string{shop, api} })
			_, err := f.invoke(c.event)
			if c.want == "" && err != nil {
				t.Errorf("got %v, want no error; log: %s", err, f.log)
			}
			if c.want != "" && (err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"`+c.want+`"`)) {
				t.Errorf("got %v, want a 401 with the reason %s; log: %s", err, c.want, f.log)
			}
			const both = `"want":"` + shop + `/orders or ` + api + `/orders"`
			if c.want != "" && !strings.Contains(f.log.String(), both) {
				t.Errorf("got log %s, want %s in it", f.log, both)
			}
		})
	}
}

// TestProofURLsCountOnce refuses a proof that was used, also if another URL would do.
func TestProofURLsCountOnce(t *testing.T) {
	f := newFixture(t, dpopRequired, func(s *setup) {
		s.config.ProofURLs = []string{"https://shop.example.com", "https://api.example.com"}
	})
	good := boundTo(holder)
	event := proven([]string{"DPoP " + good}, holder.Proof("GET", "https://shop.example.com/orders", good, t0))
	if _, err := f.invoke(event); err != nil {
		t.Errorf("the first time: got %v, want no error; log: %s", err, f.log)
	}
	if _, err := f.invoke(event); err != ErrUnauthorized || !strings.Contains(f.log.String(), `"reason":"dpop_replay"`) {
		t.Errorf("again: got %v, want a 401 with the reason dpop_replay; log: %s", err, f.log)
	}
}

// TestProofURLsConfig refuses URLs that no proof can be for, and those with which a proof is for two routes: with
// https://a.example.com and https://a.example.com/v1, the URL https://a.example.com/v1/orders is that of the routes
// /v1/orders and /orders.
func TestProofURLsConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*setup)
		want   string
	}{
		{"http", func(s *setup) { s.config.ProofURLs = []string{"http://shop.example.com"} },
			`proofUrls: "http://shop.example.com": want https`},
		{"a slash at the end", func(s *setup) { s.config.ProofURLs = []string{"https://shop.example.com/"} },
			"want no slash at the end"},
		{"an empty one", func(s *setup) { s.config.ProofURLs = []string{""} }, "want an https URL"},
		{"one twice", func(s *setup) { s.config.ProofURLs = []string{"https://a.example.com", "https://a.example.com"} },
			`proofUrls has "https://a.example.com" twice`},
		{"one under another", func(s *setup) {
			s.config.ProofURLs = []string{"https://a.example.com/v1", "https://a.example.com"}
		}, `"https://a.example.com" and "https://a.example.com/v1", which is under it`},
		{"no issuer that binds", func(s *setup) {
			s.config.Issuers[0].DPoPBound, s.config.ProofURLs = false, []string{"https://shop.example.com"}
		}, "proofUrls is set, and no issuer is dpopBound"},
	} {
		_, err := tryFixture(dpopRequired, c.change)
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
