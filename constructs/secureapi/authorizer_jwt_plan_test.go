package secureapi

import (
	"strings"
	"testing"
	"time"
)

func native(change func(*Issuer)) func(*Props) {
	i := Issuer{URL: "https://idp.example.com/", Audiences: []string{"orders"}}
	change(&i)
	return guardedWith(JWTAuthorizer{Issuers: []Issuer{i}})
}

func all(changes ...func(*Props)) func(*Props) {
	return func(p *Props) {
		for _, change := range changes {
			change(p)
		}
	}
}

// cognitoTokens guards the API with an issuer from CognitoIssuer, after a change.
func cognitoTokens(change func(*Issuer)) func(*Props) {
	return native(func(i *Issuer) {
		i.URL, i.TokenUse, i.Audiences = "https://cognito-idp.eu-west-1.amazonaws.com/p", "access", []string{"web"}
		i.JWKSURL = i.URL + "/.well-known/jwks.json"
		i.provider = provider{url: i.URL, keys: i.JWKSURL, cognito: true, clients: []string{"web"}}
		change(i)
	})
}

// New refuses a requirement that API Gateway cannot enforce. The error names the cheapest guard that can.
func TestJWTAuthorizerErrors(t *testing.T) {
	const cheapest = "the cheapest guard that can is a TokenAuthorizer with JWT and the same Issuers, whose included " +
		"function verifies the token"
	same := native(func(*Issuer) {})
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		{"no issuer", guardedWith(JWTAuthorizer{}),
			"the API's JWTAuthorizer: the list Issuers is empty: name at least one issuer"},
		{"an issuer without an audience", native(func(i *Issuer) { i.Audiences = nil }),
			`the API's JWTAuthorizer: in Issuers[0]: issuer "https://idp.example.com/" has no Audiences`},
		{"an invalid header", guardedWith(JWTAuthorizer{
			Issuers: []Issuer{Google("1.apps.googleusercontent.com")}, Header: "a b",
		}), `header "a b"`},
		{"an issuer twice", guardedWith(JWTAuthorizer{Issuers: []Issuer{
			{URL: "https://a.example.com", Audiences: []string{"a"}}, {URL: "https://a.example.com", Audiences: []string{"b"}},
		}}), `Issuers[1]: issuer "https://a.example.com" is listed twice: give one issuer all its audiences`},
		{"issuers of different algorithms", guardedWith(JWTAuthorizer{Issuers: []Issuer{
			{URL: "https://a.example.com", Audiences: []string{"a"}},
			{URL: "https://b.example.com", Audiences: []string{"b"}, Algorithms: []string{"ES256"}},
		}}), `Issuers[1]: issuer "https://b.example.com" signs with ES256, and issuer "https://a.example.com" with RS256: ` +
			`API Gateway has one list for all issuers of an authorizer: give them the same Algorithms, or each a ` +
			`JWTAuthorizer of its own`},

		// Requirements
		{"groups", all(same, add(Handle("GET /a", fn, AnyGroup("staff")))), `route "GET /a": it requires group ` +
			`staff, which the API's JWTAuthorizer cannot enforce: a JWT authorizer does not look at groups: ` + cheapest},
		{"roles", all(same, add(Handle("GET /a", fn, AnyRole("admin")))),
			"a JWT authorizer does not look at roles: " + cheapest},
		{"AND of scopes", all(same, add(Handle("GET /a", fn, AnyScope("a"), AnyScope("b")))),
			"a JWT authorizer takes any one of a route's scopes, so 2 AnyScope requirements cannot all hold: " + cheapest},
		{"Either", all(same, add(Handle("GET /a", fn, Either(AnyScope("a"), AnyGroup("b"))))),
			"a JWT authorizer does not look at alternatives of Either: " + cheapest},
		{"Either of scopes", all(same, add(Handle("GET /a", fn, Either(AnyScope("a"), AnyScope("b"))))),
			"a JWT authorizer takes any one of the scopes of one AnyScope: write those of Either into one"},
		{"Has", all(same, add(Handle("GET /a", fn, Claim("amr").Has("mfa")))),
			"a JWT authorizer compares a claim that is a single text, and Has asks for a list: " + cheapest},
		{"ownership", all(same, add(Handle("GET /a/{id}", fn, PathParameter("id").Is(Claim("sub"))))),
			"a JWT authorizer does not look at parameters of the path: " + cheapest},
		{"ownership by a list", all(same, add(Handle("GET /a/{id}", fn, PathParameter("id").In(Claim("tenants"))))),
			"a JWT authorizer does not look at parameters of the path: " + cheapest},
		{"OneOf", all(same, add(Handle("GET /a", fn, Claim("plan").OneOf("pro", "team")))),
			"a JWT authorizer compares a claim with one text, and OneOf has 2: " + cheapest},
		{"a claim in an object", all(same, add(Handle("GET /a", fn, Claim("realm_access.tier").Is("x")))),
			`a JWT authorizer compares claims of the top level, and "realm_access.tier" descends into an object: ` + cheapest},
		{"a condition on scp", all(same, add(Handle("GET /a", fn, Claim("scp").Is("x")))),
			"a JWT authorizer checks scp itself and takes no condition on it: " + cheapest},
		{"a boolean", all(same, add(Handle("GET /a", fn, Claim("email_verified").Is("true")))),
			"a JWT authorizer compares strings alone, and the claim email_verified that is true may be a boolean or a " +
				"number, which it rejects: " + cheapest},
		{"a token of CDK", all(same, add(Handle("GET /a", fn, Claim("plan").Is("${Token[TOKEN.1]}")))),
			"a condition on a claim is a CDK token, whose value may be that of a boolean: write it out"},
		{"a number", all(same, add(Handle("GET /a", fn, Claim("level").Is("-7")))),
			"the claim level that is -7 may be a boolean or a number"},
		{"a condition against TokenUse", all(cognitoTokens(func(*Issuer) {}),
			add(Handle("GET /a", fn, Claim("token_use").Is("id")))),
			`no token of the issuer "https://cognito-idp.eu-west-1.amazonaws.com/p" meets it, as TokenUse makes token_use ` +
				`"access": leave one of them out`},
		{"a condition of only one route", all(same, add(Handle("GET /a", fn, Claim("plan").Is("pro")))),
			`route "GET /a": it requires claim plan is pro, and route "GET /orders" requires no claim: the API's ` +
				`JWTAuthorizer has one set of conditions on claims for all of its routes: require the same of each, name a ` +
				`further JWTAuthorizer for the others with GuardedBy, or guard them with a TokenAuthorizer with JWT`},
		{"different conditions", all(same, func(p *Props) {
			p.Routes[0] = Handle("GET /orders", fn, Claim("plan").Is("pro"), Claim("tier").Is("a"))
		}, add(Handle("GET /a", fn, Claim("tier").Is("b"), Claim("plan").Is("pro")))),
			`it requires claim plan is pro and claim tier is b, and route "GET /orders" requires claim plan is pro and ` +
				`claim tier is a`},

		// Issuers
		{"HMAC", native(func(i *Issuer) { i.HMACSecret = secret }), `issuer "https://idp.example.com/" has an HMACSecret, ` +
			`and API Gateway verifies tokens with published keys alone: ` + cheapest},
		{"a certificate", native(func(i *Issuer) { i.CertificateBound = true }), `issuer "https://idp.example.com/" is ` +
			`CertificateBound, and API Gateway is not known to compare cnf with a client certificate: guard the routes with a ` +
			`RequestAuthorizer with JWT`},
		{"DPoP", native(func(i *Issuer) { i.DPoPBound = true }), `issuer "https://idp.example.com/" is DPoPBound, and API ` +
			`Gateway checks no DPoP proofs: guard the routes with a RequestAuthorizer with JWT`},
		{"introspection", native(func(i *Issuer) {
			i.Introspection = &Introspection{Endpoint: "https://idp.example.com/introspect", ClientID: "api",
				ClientAuth: ClientSecret(secret), VerifyJWTs: true}
		}), "has an Introspection, and API Gateway verifies JWTs and asks no issuer about them: " + cheapest},
		{"PS256", native(func(i *Issuer) { i.Algorithms = []string{"RS256", "PS256"} }), "signs with PS256, and a JWT " +
			"authorizer takes RS256, RS384, RS512, ES256, ES384, ES512: have it sign with one of them; else " + cheapest},
		{"EdDSA", native(func(i *Issuer) { i.Algorithms = []string{"EdDSA"} }), "signs with EdDSA, and a JWT authorizer"},
		{"http", native(func(i *Issuer) { i.URL = "http://idp.example.com/" }), "want an https URL with a host"},
		{"a query", native(func(i *Issuer) { i.URL = "https://idp.example.com/?tenant=1" }), "a query, a fragment or a user"},
		{"loopback", native(func(i *Issuer) { i.URL = "https://127.0.0.1:8443" }), `issuer "https://127.0.0.1:8443" has an ` +
			`address that is not public, and API Gateway reads its discovery document from the public internet: ` + cheapest},
		{"an address within a network", native(func(i *Issuer) { i.URL = "https://[fd00::1]/" }),
			"has an address that is not public"},
		{"localhost", native(func(i *Issuer) { i.URL = "https://localhost:8443/" }), "has a host that is not public"},
		{"a name within a network", native(func(i *Issuer) { i.URL = "https://idp.corp.internal/" }),
			"has a host that is not public"},
		{"a JWKSURL", native(func(i *Issuer) { i.JWKSURL = "https://keys.example.com" }), `has the JWKSURL ` +
			`"https://keys.example.com", and API Gateway takes the one that the discovery document at its URL names: leave ` +
			`JWKSURL out if that is the same; else ` + cheapest},
		{"a preset's JWKSURL with another URL", func(p *Props) {
			i := Okta("https://shop.okta.com/oauth2/default", "api")
			i.URL = "https://login.shop.example.com/oauth2/default"
			guardedWith(JWTAuthorizer{Issuers: []Issuer{i}})(p)
		}, `has the JWKSURL "https://shop.okta.com/oauth2/default/v1/keys"`},
		{"Type", native(func(i *Issuer) { i.Type = "at+jwt" }), `has the Type "at+jwt", and API Gateway is not known to ` +
			`check typ: leave it out to accept any; else ` + cheapest},
		{"ScopesClaim", native(func(i *Issuer) { i.ScopesClaim = "permissions" }),
			`has the ScopesClaim "permissions", and API Gateway reads scopes from scope or scp: ` + cheapest},
		{"PrincipalClaim", native(func(i *Issuer) { i.PrincipalClaim = "email" }), `has the PrincipalClaim "email", and ` +
			`API Gateway names no principal: read the claim in the function behind the route, and leave PrincipalClaim ` +
			`out; else ` + cheapest},
		{"Leeway", native(func(i *Issuer) { i.Leeway = time.Second }),
			"has the Leeway 1s, and API Gateway has no such setting: leave it out; else " + cheapest},
		{"MaxLifetime", native(func(i *Issuer) { i.MaxLifetime = time.Hour }), "has the MaxLifetime 1h0m0s, and API " +
			"Gateway accepts a token until its exp: limit the lifetime at the issuer, and leave MaxLifetime out; else " +
			cheapest},
		{"MaxKeyAge", native(func(i *Issuer) { i.MaxKeyAge = time.Minute }), "has the MaxKeyAge 1m0s, and API Gateway " +
			"keeps keys for up to 1h0m0s: leave MaxKeyAge out to accept that; else " + cheapest},
		{"StaleCeiling", native(func(i *Issuer) { i.StaleCeiling = 2 * time.Hour }),
			"has the StaleCeiling 2h0m0s, and API Gateway has no such setting: leave it out; else " + cheapest},
		{"clients in azp or client_id", native(func(i *Issuer) { i.Clients = []string{"web"} }), "has 1 Clients, and a JWT " +
			"authorizer compares one claim of the top level with one text: name one client, with ClientClaim; else " + cheapest},
		{"two clients", native(func(i *Issuer) { i.Clients, i.ClientClaim = []string{"a", "b"}, "cid" }), "has 2 Clients"},
		{"a client in an object", native(func(i *Issuer) { i.Clients, i.ClientClaim = []string{"a"}, "act.sub" }),
			"has 1 Clients"},
		{"a resource of a user pool", cognitoTokens(func(i *Issuer) { i.Audiences = append(i.Audiences, "https://api") }),
			`has the audience "https://api", which is not one of its clients, and API Gateway does not look at the client of ` +
				`a token with an aud, so each client of the user pool would pass: name the one client in Clients; else ` +
				cheapest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newTable(props(tt.change))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestJWTAuthorizerAccepts(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Props)
	}{
		{"scopes", native(func(*Issuer) {})},
		{"the key age of API Gateway", native(func(i *Issuer) { i.MaxKeyAge = 2 * time.Hour })},
		{"bound tokens", native(func(i *Issuer) { i.AcceptBoundTokens = true })},
		{"one client", native(func(i *Issuer) { i.Clients, i.ClientClaim = []string{"web"}, "cid" })},
		{"one client of a user pool, with a resource", cognitoTokens(func(i *Issuer) {
			i.Audiences, i.Clients = []string{"https://api"}, []string{"web"}
		})},
		{"the issuers' algorithms in another order", guardedWith(JWTAuthorizer{Issuers: []Issuer{
			{URL: "https://a.example.com", Audiences: []string{"a"}, Algorithms: []string{"RS256", "ES512"}},
			{URL: "https://b.example.com", Audiences: []string{"b"}, Algorithms: []string{"ES512", "RS256", "ES512"}},
		}})},
		{"a public address", native(func(i *Issuer) { i.URL = "https://203.0.113.7/" })},
		{"a condition of all routes", all(native(func(*Issuer) {}), func(p *Props) {
			p.Routes[0].Access = append(p.Routes[0].Access, Claim("plan").Is("pro"))
		}, add(Handle("GET /a", fn, Claim("plan").Is("pro"))))},
		{"a claim with a URL for its name", all(native(func(*Issuer) {}), func(p *Props) {
			p.Routes[0].Access = []Access{Claim("https://example.com/plan").Is("pro")}
		})},
		{"conditions of two authorizers", all(native(func(*Issuer) {}), func(p *Props) {
			p.Authorizers = map[string]Authorizer{"paid": p.Authorizer}
		}, add(Handle("GET /a", fn, GuardedBy("paid"), Claim("plan").Is("pro"))))},
		{"the condition of TokenUse", all(cognitoTokens(func(*Issuer) {}), func(p *Props) {
			p.Routes[0].Access = []Access{Claim("token_use").Is("access")}
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(tt.change)); err != nil {
				t.Errorf("got %v, want no error", err)
			}
		})
	}
}

// If another guard cannot enforce a requirement, the error names the JWTAuthorizer if that is the cheapest guard that
// can.
func TestErrorsNameCheapestGuard(t *testing.T) {
	cognito := func(access ...Access) func(*Props) {
		return all(guardedWith(ofClients("web")), func(p *Props) { p.Routes[0].Access = access })
	}
	iam := func(access ...Access) func(*Props) {
		return all(guardedWith(IAMAuthorizer{}), func(p *Props) { p.Routes[0].Access = access })
	}
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		{"clients of a user pool, and scopes", cognito(AnyScope("a")), "or a JWTAuthorizer of CognitoIssuer(pool, " +
			"clients...), which compares client_id; else guard it with a TokenAuthorizer"},
		{"a condition", cognito(Claim("plan").Is("pro")), "guard it with a JWTAuthorizer of CognitoIssuer(pool, " +
			"clients...), if all of its routes require that claim plan is pro; else guard it with a TokenAuthorizer"},
		{"a condition that it cannot enforce", cognito(Claim("amr").Has("mfa")),
			"does not look at claims: guard it with a TokenAuthorizer"},
		{"scopes with IAM", iam(AnyScope("a")), "or guard it with a JWTAuthorizer, if they have tokens"},
		{"groups with IAM", iam(AnyGroup("a")), "or guard it with a TokenAuthorizer with JWT, if they have tokens"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(tt.change)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}
