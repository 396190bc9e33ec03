package console

import (
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/dpop"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// TestProofs adds a proof to a request with a bound token of a DPoPBound issuer, and to no other.
func TestProofs(t *testing.T) {
	const binding, other, base = "https://id.example.com", "https://bearers.example.com", "http://127.0.0.1:3000"
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := devissuer.New(keys, []devissuer.Issuer{
		{Issuer: authz.Issuer{URL: binding, Audiences: []string{"a"}, DPoPBound: true}},
		{Issuer: authz.Issuer{URL: other, Audiences: []string{"a"}}},
	}, devissuer.Options{BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	mint := func(r devissuer.TokenRequest) string {
		token, err := p.Mint(r)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	cnf := map[string]any{"cnf": map[string]string{"jkt": "x"}}
	for _, c := range []struct {
		name, token string
		headers     [][2]string
		want        bool
	}{
		{"a bound token", mint(devissuer.TokenRequest{Issuer: binding}), nil, true},
		{"a proof by hand", mint(devissuer.TokenRequest{Issuer: binding}), [][2]string{{"dpop", "x"}}, false},
		{"a token without cnf",
			mint(devissuer.TokenRequest{Issuer: binding, Claims: map[string]any{"cnf": nil}}), nil, false},
		{"a token of another issuer", mint(devissuer.TokenRequest{Issuer: other}), nil, false},
		{"a bound token of another issuer", mint(devissuer.TokenRequest{Issuer: other, Claims: cnf}), nil, false},
		{"no JWT", "opaque", nil, false},
	} {
		out := prepared{Verb: "POST", URL: "/prod/orders?page=2",
			Headers: append(c.headers, [2]string{"Authorization", "Bearer " + c.token})}
		var example tryout.Example
		if err := (&view{issuer: p}).prove(base, &out, &example); err != nil {
			t.Fatal(err)
		}
		last := out.Headers[len(out.Headers)-1]
		if !c.want {
			if last[1] != "Bearer "+c.token || example.ProofURL != "" {
				t.Errorf("%s: the request has the headers %q", c.name, out.Headers)
			}
			continue
		}
		signed, err := jwt.VerifySelfSigned(last[1], dpop.Type)
		if err != nil || last[0] != "DPoP" || !signed.Claims.Get("htu").Is(base+"/prod/orders") ||
			!signed.Claims.Get("htm").Is("POST") || out.Headers[0][1] != "DPoP "+c.token || example.ProofURL == "" {
			t.Errorf("%s: %v: the request has the headers %q", c.name, err, out.Headers)
		}
	}
	if err := (&view{}).prove(base, &prepared{Headers: [][2]string{{"Authorization", "Bearer x"}}}, nil); err != nil {
		t.Errorf("without an issuer: %v", err)
	}
}
