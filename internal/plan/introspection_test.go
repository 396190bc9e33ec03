package plan

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// asked returns settings with an issuer of opaque tokens, after changes.
func asked(changes ...func(*Issuer)) *JWT {
	i := Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}, Introspection: &Introspection{
		Endpoint: "https://idp.example.com/introspect", ClientID: "orders-api", Method: settings.ClientBasic, Secret: true,
	}}
	for _, change := range changes {
		change(&i)
	}
	return &JWT{Issuers: []Issuer{i}}
}

func TestWrongIntrospections(t *testing.T) {
	change := func(f func(*Introspection)) func(*Props) {
		return included(asked(func(i *Issuer) { f(i.Introspection) }))
	}
	privateKey := func(f func(*Introspection)) func(*Props) {
		return change(func(n *Introspection) {
			n.Method, n.Algorithm = settings.ClientPrivateKey, "ES256"
			f(n)
		})
	}
	opaque := func(f func(*Issuer)) func(*Props) { return included(asked(f)) }
	two := asked()
	two.Issuers = append(two.Issuers, asked(func(i *Issuer) { i.URL = "https://other.example.com/" }).Issuers...)
	testRefusals(t, []refusal{
		{"http", change(func(n *Introspection) { n.Endpoint = "http://idp.example.com/introspect" }),
			`issuer "https://idp.example.com/": Introspection: Endpoint "http://idp.example.com/introspect" is not an https URL`},
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
		{"no secret", change(func(n *Introspection) { n.Secret, n.Method = false, "" }),
			"ClientAuth has no secret: an endpoint answers clients that authenticate; set it to ClientSecret(secret) or"},
		{"an unknown method", change(func(n *Introspection) { n.Method = "none" }),
			`ClientAuth has the Method "none": want client_secret_basic, client_secret_post or private_key_jwt`},
		{"an algorithm for a secret", change(func(n *Introspection) { n.Algorithm = "ES256" }),
			"which are for private_key_jwt, with the method client_secret_basic: leave them out"},
		{"HS256", privateKey(func(n *Introspection) { n.Algorithm = "HS256" }),
			`ClientAuth signs with the algorithm "HS256": want one of RS256, RS384`},
		{"a key id that is not ASCII", privateKey(func(n *Introspection) { n.KeyID = "ü" }),
			`ClientAuth has the KeyID "ü"`},
		{"an audience that is not ASCII", privateKey(func(n *Introspection) { n.Audience = "ü" }), `the Audience "ü"`},
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
		{"the type of answers", issuer(func(i *Issuer) { i.Type = "application/token-introspection+jwt" }),
			"is that of signed introspection answers, which are not tokens"},
		{"two issuers of opaque tokens", included(two),
			"JWT.Issuers[0] and [1] both have opaque tokens, which do not name their issuer"},
	})
}

func TestRightIntrospections(t *testing.T) {
	for name, j := range map[string]*JWT{
		"opaque tokens": asked(),
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
			n := i.Introspection
			n.Method, n.Algorithm, n.KeyID, n.Audience = settings.ClientPrivateKey, "EdDSA", "k",
				"https://idp.example.com/introspect"
		}),
		"asked every time": asked(func(i *Issuer) { i.Introspection.AnswerTTL = NoCache }),
	} {
		if errs := j.check(); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

// TestCacheTTLOfIntrospection checks that the default TTL is shorter if tokens are introspected, because API Gateway's
// cache does not know exp or revocation.
func TestCacheTTLOfIntrospection(t *testing.T) {
	for _, c := range []struct {
		jwt         *JWT
		given, want time.Duration
	}{
		{jwt(), 0, 0},
		{nil, 0, 0},
		{asked(), 0, time.Minute},
		{asked(func(i *Issuer) { i.Introspection.VerifyJWTs = true }), 0, time.Minute},
		{asked(), 5 * time.Minute, 5 * time.Minute},
		{asked(), NoCache, NoCache},
	} {
		if got := (Lambda{JWT: c.jwt}).CacheTTL(c.given); got != c.want {
			t.Errorf("%v: got %v, want %v", c.given, got, c.want)
		}
	}
}
