package issuer

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// asked returns an issuer of opaque tokens, after a change.
func asked(change func(*Issuer)) Issuer {
	i := Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}, Introspection: &Introspection{
		Endpoint:   "https://idp.example.com/introspect",
		ClientID:   "orders-api",
		ClientAuth: ClientAuth{Method: settings.ClientBasic, Secret: true},
	}}
	change(&i)
	return i
}

func TestWrongIntrospections(t *testing.T) {
	opaque := func(f func(*Issuer)) func(*Issuer) { return func(i *Issuer) { *i = asked(f) } }
	change := func(f func(*Introspection)) func(*Issuer) { return opaque(func(i *Issuer) { f(i.Introspection) }) }
	privateKey := func(f func(*ClientAuth)) func(*Issuer) {
		return change(func(n *Introspection) {
			n.ClientAuth.Method, n.ClientAuth.Algorithm = settings.ClientPrivateKey, "ES256"
			f(&n.ClientAuth)
		})
	}
	testRefusals(t, []refusal{
		{"http", change(func(n *Introspection) { n.Endpoint = "http://idp.example.com/introspect" }),
			`issuer "https://idp.example.com/": Introspection: ` +
				`Endpoint "http://idp.example.com/introspect" is not an https URL`},
		{"no endpoint", change(func(n *Introspection) { n.Endpoint = "" }),
			`Endpoint "" is empty: give the introspection_endpoint of the issuer's metadata`},
		{"a user in the endpoint", change(func(n *Introspection) { n.Endpoint = "https://a:b@idp.example.com/introspect" }),
			"has a user: credentials belong into ClientAuth"},
		{"an endpoint without a host", change(func(n *Introspection) { n.Endpoint = "https://:443/introspect" }),
			"is not an https URL with a host"},
		{"an endpoint that cannot be parsed", change(func(n *Introspection) { n.Endpoint = "https://idp.example.com/%zz" }),
			"is not an https URL with a host"},
		{"an empty query", change(func(n *Introspection) { n.Endpoint = "https://idp.example.com/introspect?" }),
			"has a query or a fragment"},
		{"a fragment", change(func(n *Introspection) { n.Endpoint = "https://idp.example.com/introspect#x" }),
			"has a query or a fragment"},
		{"a query", change(func(n *Introspection) { n.Endpoint = "https://idp.example.com/introspect?client_id=x" }),
			"has a query or a fragment: leave it out, since the token is sent in the body"},
		{"no client", change(func(n *Introspection) { n.ClientID = "" }),
			"ClientID \"\": want the id of the client that asks"},
		{"a client that is not ASCII", change(func(n *Introspection) { n.ClientID = "bücher" }), `ClientID "bücher"`},
		{"no secret", change(func(n *Introspection) { n.ClientAuth = ClientAuth{} }),
			"ClientAuth has no secret: an endpoint answers clients that authenticate; set it to ClientSecret(secret) or"},
		{"an unknown method", change(func(n *Introspection) { n.ClientAuth.Method = "none" }),
			`ClientAuth has the Method "none": want client_secret_basic, client_secret_post or private_key_jwt`},
		{"an algorithm for a secret", change(func(n *Introspection) { n.ClientAuth.Algorithm = "ES256" }),
			"which are for private_key_jwt, with the method client_secret_basic: leave them out"},
		{"HS256", privateKey(func(a *ClientAuth) { a.Algorithm = "HS256" }),
			`ClientAuth signs with the algorithm "HS256": want one of RS256, RS384`},
		{"a key id that is not ASCII", privateKey(func(a *ClientAuth) { a.KeyID = "ü" }),
			`ClientAuth has the KeyID "ü"`},
		{"an audience that is not ASCII", privateKey(func(a *ClientAuth) { a.Audience = "ü" }), `the Audience "ü"`},
		{"answers that count for too long", change(func(n *Introspection) { n.AnswerTTL = 2 * time.Hour }),
			"AnswerTTL 2h0m0s: want whole seconds up to 1h0m0s, 0s for the default of 1m0s, or NoCache"},
		{"answers that count for a negative time", change(func(n *Introspection) { n.AnswerTTL = -time.Second }),
			"AnswerTTL -1s: want whole seconds"},
		{"answers that count for half a second", change(func(n *Introspection) { n.AnswerTTL = time.Second / 2 }),
			"AnswerTTL 500ms: want whole seconds"},
		{"neither audiences nor clients", opaque(func(i *Issuer) { i.Audiences = nil }),
			"has no Audiences, so it would accept tokens meant for other services"},
		{"JWTs without audiences", opaque(func(i *Issuer) {
			i.Audiences, i.Clients, i.Introspection.VerifyJWTs = nil, []string{"web"}, true
		}), "has no Audiences"},
		{"a type for opaque tokens", opaque(func(i *Issuer) { i.Type = "at+jwt" }),
			"HMACSecret, HMACSecretField and Type are for JWTs: leave them out, or set Introspection.VerifyJWTs"},
		{"a shared key for opaque tokens", opaque(func(i *Issuer) { i.HMACSecret = true }), "are for JWTs: leave them out"},
		{"keys for opaque tokens", opaque(func(i *Issuer) { i.JWKSURL = "https://idp.example.com/keys" }),
			"Algorithms, JWKSURL, MaxKeyAge and StaleCeiling are for JWTs and signed answers"},
		{"signed answers with a shared key", opaque(func(i *Issuer) {
			i.HMACSecret, i.Introspection.SignedResponse, i.Introspection.VerifyJWTs = true, true, true
		}), "SignedResponse with HMACSecret: signed answers are verified with published keys"},
		{"Amazon Cognito", opaque(func(i *Issuer) { i.TokenUse, i.Introspection.VerifyJWTs = "access", true }),
			"TokenUse is for Amazon Cognito, which has no introspection endpoint: leave Introspection out"},
		{"the type of answers", func(i *Issuer) { i.Type = "application/token-introspection+jwt" },
			"is that of signed introspection answers, which are not tokens"},
	})
}

func TestRightIntrospections(t *testing.T) {
	for name, i := range map[string]Issuer{
		"opaque tokens": asked(func(*Issuer) {}),
		"clients instead of audiences": asked(func(i *Issuer) {
			i.Audiences, i.Clients = nil, []string{"web"}
		}),
		"values known at deployment": asked(func(i *Issuer) {
			i.Introspection.Endpoint, i.Introspection.ClientID = "${Token[TOKEN.7]}/introspect", "${Token[TOKEN.8]}"
		}),
		"signed answers": asked(func(i *Issuer) {
			i.JWKSURL, i.Algorithms, i.Introspection.SignedResponse = "https://idp.example.com/keys", []string{"ES256"}, true
		}),
		"JWTs": asked(func(i *Issuer) { i.Type, i.Introspection.VerifyJWTs = "at+jwt", true }),
		"a private key": asked(func(i *Issuer) {
			const audience = "https://idp.example.com/introspect"
			i.Introspection.ClientAuth = ClientAuth{settings.ClientPrivateKey, true, "EdDSA", "k", audience}
		}),
		"asked every time": asked(func(i *Issuer) { i.Introspection.AnswerTTL = identity.NoCache }),
	} {
		if errs := i.Check(); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
