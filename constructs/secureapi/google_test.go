package secureapi

import "testing"

// New accepts a requirement if Google's tokens, a hook or another issuer can meet it.
func TestGoogleRequirements(t *testing.T) {
	ofClaim := ofGoogle
	ofClaim.ScopesClaim = "permissions"
	jwtOf := func(hook string, issuers ...Issuer) func(*Props) {
		return guardedWith(TokenAuthorizer{JWT: &JWT{Issuers: issuers, Package: hook}})
	}
	for name, change := range map[string]func(*Props){
		"a claim of it": func(p *Props) {
			jwtOf("", ofGoogle)(p)
			p.Routes = []Route{
				Handle("GET /a", fn, Claim("hd").Is("example.com")),
				Handle("GET /b", fn, Either(AnyGroup("a"), Claim("email").Is("a@example.com"))),
				Handle("GET /c", fn),
			}
		},
		"scopes of a claim":      jwtOf("", ofClaim),
		"a hook":                 jwtOf("example.com/shop/authorizer-fn", ofGoogle),
		"another issuer besides": jwtOf("", ofGoogle, jwt().Issuers[0]),
	} {
		if _, err := newTable(props(change)); err != nil {
			t.Errorf("%s: got %v, want no error", name, err)
		}
	}
}
