package authz

import (
	"strings"
	"testing"
)

// TestProofURLsHere accepts the called address beside ProofURLs, but only if the function was built for a developer's
// machine: "gatehouse dev" serves the API at its own address.
func TestProofURLsHere(t *testing.T) {
	const shop, called = "https://shop.example.com", "http://127.0.0.1:3000/prod/orders"
	good := boundTo(holder)
	for _, c := range []struct {
		name  string
		local bool
		htu   string
		want  bool
	}{
		{"the called address here", true, called, true},
		{"the configured one here", true, shop + "/orders", true},
		{"another one here", true, "http://127.0.0.1:4000/prod/orders", false},
		{"the called address on Lambda", false, called, false},
		{"the called address on Lambda, with https", false, strings.Replace(called, "http:", "https:", 1), false},
		{"the configured one on Lambda", false, shop + "/orders", true},
	} {
		f := newFixture(t, dpopRequired, func(s *setup) { s.config.ProofURLs = []string{shop} })
		f.proofs.(*proofs).local = c.local
		event := string(proven([]string{"DPoP " + good}, holder.Proof("GET", c.htu, good, t0)))
		const host = `"domainName":"abcdef1234.execute-api.us-east-1.amazonaws.com"`
		if !strings.Contains(event, host) {
			t.Fatalf("got the event %s, want %s in it", event, host)
		}
		_, err := f.invoke([]byte(strings.Replace(event, host, `"domainName":"127.0.0.1:3000"`, 1)))
		if (err == nil) != c.want {
			t.Errorf("%s: got %v, want allowed: %v; log: %s", c.name, err, c.want, f.log)
		}
	}
}
