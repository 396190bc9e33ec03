package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// TestTokenProof prints a proof for one request, which needs no assembly.
func TestTokenProof(t *testing.T) {
	t.Chdir(t.TempDir())
	const api = "http://127.0.0.1:3000/prod/orders"
	seen := map[string]bool{}
	for _, c := range []struct {
		method string
		args   []string
	}{
		{"GET", []string{"--proof", "t", "--url", api + "?page=2"}},
		{"GET", []string{"--proof", "t", "--url", api}},
		{"POST", []string{"--proof", "t", "--url", api, "--method", "POST"}},
	} {
		status, stdout, stderr := call(t, append([]string{"token"}, c.args...)...)
		if status != succeeded {
			t.Fatalf("%q: %s", c.args, stderr)
		}
		proof := strings.TrimSuffix(stdout, "\n")
		signed, err := jwt.VerifySelfSigned(proof, dpop.Type)
		if err != nil {
			t.Fatal(err)
		}
		at, _ := signed.Claims.Get("iat").Int64()
		got, err := dpop.Check([]string{proof}, dpop.Request{
			Method: c.method, Token: "t", Thumbprints: []string{signed.Thumbprint}, Local: true, Now: time.Unix(at, 0),
			URLs: []dpop.URL{{Host: "127.0.0.1:3000", Path: "/prod/orders"}},
		})
		if err != nil || seen[got.ID] {
			t.Errorf("%q: %v, or the same proof again", c.args, err)
		}
		seen[got.ID] = true
	}
	for _, args := range [][]string{
		{"--proof", "t"}, {"--proof", "", "--url", api}, {"--proof", "t", "--url", "/orders"}, {"--url", api},
		{"--method", "GET"},
	} {
		if status, _, _ := call(t, append([]string{"token"}, args...)...); status != calledWrong {
			t.Errorf("%q: status %d", args, status)
		}
	}
}
