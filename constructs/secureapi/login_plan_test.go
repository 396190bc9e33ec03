package secureapi

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
)

func okta() *Login {
	return &Login{
		Issuer:     Okta("https://shop.okta.com/oauth2/default", "api://orders"),
		ClientID:   "0oa1b2c3",
		ClientAuth: ClientSecret(secret),
		Origin:     "https://shop.example.com",
	}
}

// google returns a login whose sessions have ID tokens.
func google() *Login {
	return &Login{
		Issuer:     Google("orders.apps.googleusercontent.com"),
		ClientAuth: ClientSecret(secret),
		Origin:     "https://shop.example.com",
	}
}

// withLogin guards the API with a login, after a change.
func withLogin(change func(*Login)) func(*Props) {
	l := okta()
	if change != nil {
		change(l)
	}
	return guardedWith(SessionAuthorizer{Login: l})
}

// twoLogins adds a second login to the API, after a change.
func twoLogins(change func(*Login)) func(*Props) {
	return func(p *Props) {
		withLogin(nil)(p)
		second := okta()
		second.Path, second.Sessions = "/staff", CookieSessions{Cookie: "__Host-staff"}
		change(second)
		p.Authorizers = map[string]Authorizer{"staff": SessionAuthorizer{Login: second}}
		add(Handle("GET /staff/orders", fn, GuardedBy("staff")))(p)
	}
}

func together(changes ...func(*Props)) func(*Props) {
	return func(p *Props) {
		for _, change := range changes {
			change(p)
		}
	}
}

// siblings allows pages of these origins to send credentials.
func siblings(origins ...string) func(*Props) {
	return crossOrigin(CORS{AllowOrigins: origins, AllowCredentials: true})
}

// writes adds the authorizer "writes", which has the same sessions and no cache.
func writes(p *Props) {
	l := p.Authorizer.(SessionAuthorizer).Login
	p.Authorizers = map[string]Authorizer{"writes": SessionAuthorizer{Login: l, CacheTTL: NoCache}}
}

func TestLoginErrors(t *testing.T) {
	yes := true
	const at = `the Login at "/auth": `
	sessions := func(s Sessions) func(*Props) { return withLogin(func(l *Login) { l.Sessions = s }) }
	for _, tt := range []struct {
		name   string
		change func(*Props)
		want   string
	}{
		// Fields of the login
		{"no login", guardedWith(SessionAuthorizer{}),
			"the API's SessionAuthorizer: it has no Login: give it the *secureapi.Login whose sessions it takes"},
		{"no issuer", withLogin(func(l *Login) { l.Issuer = Issuer{} }), at + "Issuer: URL is empty: it is the issuer's " +
			"identifier"},
		{"an issuer with an invalid TokenUse", withLogin(func(l *Login) { l.Issuer.TokenUse = "bearer" }),
			at + `Issuer: issuer "https://shop.okta.com/oauth2/default": TokenUse "bearer": want "access", "id" or none`},
		{"a shared key", withLogin(func(l *Login) { l.Issuer.HMACSecret, l.Issuer.JWKSURL = secret, "" }),
			at + "Issuer has an HMACSecret, and a login verifies ID tokens with published keys: use an issuer that publishes " +
				"its keys"},
		{"a certificate", withLogin(func(l *Login) { l.Issuer.CertificateBound = true }),
			at + "Issuer is CertificateBound, and browsers present a session and no token: leave CertificateBound out"},
		{"DPoP", withLogin(func(l *Login) { l.Issuer.DPoPBound = true }),
			at + "Issuer is DPoPBound, and browsers present a session and no token: leave DPoPBound out"},
		{"no client", withLogin(func(l *Login) { l.ClientID = "" }),
			at + "ClientID is empty: give the id of the client that the provider knows this login by"},
		{"a client of another alphabet", withLogin(func(l *Login) { l.ClientID = "Läden" }),
			at + `ClientID "Läden": want the id of a client, in printable ASCII`},
		{"a client that is not in Clients", withLogin(func(l *Login) { l.Issuer.Clients = []string{"0oaother"} }),
			at + `ClientID "0oa1b2c3" is not among the Clients of its Issuer, ["0oaother"], so that each session would get ` +
				`401: add it there`},
		{"another client of Google", withLogin(func(l *Login) { l.Issuer = google().Issuer }),
			at + `ClientID "0oa1b2c3" is not among the Audiences of its Issuer, ["orders.apps.googleusercontent.com"]`},
		{"no secret", withLogin(func(l *Login) { l.ClientAuth = ClientAuth{} }),
			at + "ClientAuth has no secret: a login runs at a server, which authenticates; set it to ClientSecret(secret) or " +
				"PrivateKeyJWT(key, algorithm)"},
		{"a private key without an algorithm", withLogin(func(l *Login) { l.ClientAuth = PrivateKeyJWT(secret, "RS1") }),
			at + `ClientAuth signs with the algorithm "RS1": want one of RS256`},
		{"no origin", withLogin(func(l *Login) { l.Origin = "" }),
			at + `Origin is empty: give the origin that browsers use, like "https://shop.example.com": a custom domain of ` +
				`the API, or of what is in front of it`},
		{"http", withLogin(func(l *Login) { l.Origin = "http://shop.example.com" }),
			at + `Origin "http://shop.example.com" is not https, and browsers keep no cookie of a session for it: write ` +
				`"https://shop.example.com"; on this machine "gatehouse dev" puts its own address there`},
		{"an origin with a path", withLogin(func(l *Login) { l.Origin = "https://shop.example.com/app" }),
			at + `Origin "https://shop.example.com/app": an origin ends with the host or the port: write ` +
				`"https://shop.example.com"`},
		{"an origin with a slash", withLogin(func(l *Login) { l.Origin = "https://shop.example.com/" }),
			at + `Origin "https://shop.example.com/": an origin ends with the host or the port`},
		{"an origin without a scheme", withLogin(func(l *Login) { l.Origin = "shop.example.com" }),
			at + `Origin "shop.example.com": want a scheme and a host, like "https://shop.example.com"`},
		{"an origin that cannot be parsed", withLogin(func(l *Login) { l.Origin = "https://shop.example.com:port" }),
			at + `Origin "https://shop.example.com:port": want a host name in ASCII`},
		{"every origin", withLogin(func(l *Login) { l.Origin = "*" }), at + `Origin "*": want one origin`},
		{"an origin that is a CDK token", withLogin(func(l *Login) { l.Origin = "${Token[TOKEN.7]}" }),
			at + `Origin is a CDK token, and its host goes into the session: write "https://" and the token of the host ` +
				`behind it`},
		{"a path with a parameter", withLogin(func(l *Login) { l.Path = "/{tenant}" }),
			`the Login at "/{tenant}": Path "/{tenant}": want a path of letters, digits and - . _ ~ without a slash at its ` +
				`end, like "/auth"`},
		{"a path with a slash at its end", withLogin(func(l *Login) { l.Path = "/auth/" }),
			`the Login at "/auth/": Path "/auth/": want`},
		{"the root", withLogin(func(l *Login) { l.Path = "/" }), `the Login at "/": Path "/": want a path`},
		{"a path that is a URL", withLogin(func(l *Login) { l.Path = "https://id.example.com/auth" }),
			`Path "https://id.example.com/auth": want a path`},
		{"a base path with two dots", withLogin(func(l *Login) { l.BasePath = "/.." }), at + `BasePath "/..": want a path`},
		{"a path that is a CDK token", withLogin(func(l *Login) { l.Path = "/${Token[TOKEN.7]}" }),
			"Path is a CDK token, and it becomes a part of routes and pages: write it out"},
		{"a page elsewhere after the logout", withLogin(func(l *Login) { l.AfterLogout = "https://evil.example.com" }),
			at + `AfterLogout "https://evil.example.com": want a path`},
		{"a page of another host after the logout", withLogin(func(l *Login) { l.AfterLogout = "//evil.example.com" }),
			at + `AfterLogout "//evil.example.com": want a path`},
		{"scopes without openid", withLogin(func(l *Login) { l.Scopes = []string{"orders:read"} }),
			at + `Scopes ["orders:read"] lack "openid", without which a provider sends no ID token`},
		{"scopes that are a CDK list", withLogin(func(l *Login) { l.Scopes = []string{"#{Token[TOKEN.7]}"} }),
			at + "Scopes are a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select"},
		{"two scopes in one", withLogin(func(l *Login) { l.Scopes = []string{"openid email"} }),
			at + `Scopes[0] "openid email": want a scope without spaces`},
		{"a scope twice", withLogin(func(l *Login) { l.Scopes = []string{"openid", "openid"} }),
			at + `Scopes has "openid" twice: leave one out`},
		{"offline access at Google", guardedWith(SessionAuthorizer{Login: func() *Login {
			l := google()
			l.Scopes = []string{"openid", "offline_access"}
			return l
		}()}), at + `Scopes has "offline_access", which Google does not have: leave it out; refresh tokens come without it`},
		{"the scope as a parameter", withLogin(func(l *Login) { l.Parameters = map[string]string{"scope": "openid"} }),
			at + `Parameters has "scope": use Scopes`},
		{"a parameter of the login's own", withLogin(func(l *Login) { l.Parameters = map[string]string{"state": "x"} }),
			at + `Parameters has "state", which the login sets itself: leave it out`},
		{"a parameter with a space", withLogin(func(l *Login) { l.Parameters = map[string]string{"login hint": "x"} }),
			at + `Parameters has "login hint": want the name of a parameter, in printable ASCII`},
		{"a cookie that is a CDK token", sessions(CookieSessions{Cookie: "__Host-${Token[TOKEN.7]}"}),
			at + "CookieSessions.Cookie is a CDK token, and two logins must not have one cookie: write it out"},
		{"a cookie that a sibling host can set", sessions(CookieSessions{Cookie: "session"}),
			at + `CookieSessions.Cookie "session": want a name of at most 64 characters that begins with "__Host-" or ` +
				`"__Host-Http-", so that a browser takes it from this host alone`},
		{"a cookie of a running login", sessions(CookieSessions{Cookie: "__Host-login-a"}),
			at + `CookieSessions.Cookie "__Host-login-a": want a name like "__Host-session"`},
		{"only a prefix", sessions(CookieSessions{Cookie: "__Host-Http-"}),
			at + `CookieSessions.Cookie "__Host-Http-": want a name like "__Host-session"`},
		{"MaxAge that is too long", sessions(CookieSessions{MaxAge: 31 * 24 * time.Hour}),
			at + "CookieSessions.MaxAge 744h0m0s: want whole seconds from 1m0s to 720h0m0s, or none for 12h0m0s"},
		{"IdleTimeout that is too short", sessions(CookieSessions{IdleTimeout: time.Second}),
			at + "CookieSessions.IdleTimeout 1s: want whole seconds from 1m0s on, or none for 1h0m0s"},
		{"an idle time above the age", sessions(CookieSessions{IdleTimeout: 13 * time.Hour}),
			at + "CookieSessions.IdleTimeout 13h0m0s is longer than MaxAge 12h0m0s, so that it would end no session"},
		{"half a second", sessions(CookieSessions{MaxAge: 2*time.Hour + time.Millisecond}),
			at + "CookieSessions.MaxAge 2h0m0.001s: want whole seconds"},
		{"nil CookieSessions", sessions((*CookieSessions)(nil)),
			at + "unsupported Sessions *secureapi.CookieSessions: use CookieSessions"},
		{"a cache that is too long", guardedWith(SessionAuthorizer{Login: okta(), CacheTTL: 2 * time.Hour}),
			"the API's SessionAuthorizer: CacheTTL 2h0m0s is over API Gateway's maximum"},
		{"a claim with a name of the context",
			guardedWith(SessionAuthorizer{Login: okta(), ContextClaims: []string{"scopes"}}),
			`the API's SessionAuthorizer: ContextClaims has "scopes", a name that the context has already`},

		// Routes of the login
		{"a route of the login in the table", together(withLogin(nil), add(Handle("GET /auth/session", fn))),
			`route "GET /auth/session" is declared twice, as Routes[2] and as one of the Login at "/auth": give the login ` +
				`another Path, or the route another path`},
		{"an open route beside it", together(withLogin(nil), add(Handle("GET /{page}/login", fn, AnyScope("a")))), ""},
		{"two logins with one path", twoLogins(func(l *Login) { l.Path = "" }),
			`two Logins have the Path "/auth": give one another, or let the authorizers share one *Login`},
		{"two logins with one cookie", twoLogins(func(l *Login) { l.Sessions = nil }),
			`the Login at "/auth" and the Login at "/staff" both keep their session in the cookie "__Host-session", so ` +
				`that each would end the other's: set CookieSessions.Cookie of one of them`},
		{"a cookie with the name of another login's second cookie", twoLogins(func(l *Login) {
			l.Sessions = CookieSessions{Cookie: "__Host-session-2"}
		}), `both keep their session in the cookie "__Host-session-2"`},
		{"another guard that reads the cookie", func(p *Props) {
			withLogin(nil)(p)
			p.Authorizers = map[string]Authorizer{"old": RequestAuthorizer{
				JWT: jwt(), TokenSources: []TokenSource{TokenCookie("__Host-session")},
			}}
			add(Handle("GET /old", fn, GuardedBy("old")))(p)
		}, `the RequestAuthorizer "old" takes its token from the cookie "__Host-session", in which the Login at "/auth" ` +
			`keeps its session: give it another TokenCookie, or use a SessionAuthorizer for those routes`},

		// Rights
		{"a scope of Google", guardedWith(SessionAuthorizer{Login: google()}),
			`route "GET /orders": it requires scope orders:read, which the API's SessionAuthorizer cannot enforce: tokens of ` +
				`Google have no scopes, groups or roles, so that no caller would meet it: require a Claim of theirs`},
		{"either right of Google", func(p *Props) {
			p.Authorizer = SessionAuthorizer{Login: google()}
			p.Routes[0] = Handle("GET /orders", fn, Either(AnyGroup("staff"), AnyRole("clerk")))
		},
			`it requires either group staff or role clerk, which the API's SessionAuthorizer cannot enforce: tokens of Google`},
		{"a scope of an ID token, which a login would ask the provider for",
			guardedWith(SessionAuthorizer{Login: google(), Package: "example.com/shop/authorizer-fn"}),
			`the session holds an ID token of Google, which has no scopes: require a Claim of it, such as Claim("email"), a ` +
				`group or a role instead`},
		{"the access token by a cached guard", together(withLogin(nil), add(Handle("GET /me", fn, ForwardAccessToken()))),
			`route "GET /me": it has ForwardAccessToken, and API Gateway keeps the answers of the API's SessionAuthorizer, ` +
				`the token with them: name a further SessionAuthorizer of the same Login with CacheTTL NoCache in Authorizers, ` +
				`and add GuardedBy(name) to the route`},
		{"ForwardAccessToken with a TokenAuthorizer", add(Handle("GET /me", fn, ForwardAccessToken())),
			`route "GET /me": it has ForwardAccessToken, and the API's TokenAuthorizer takes no session, so that its callers ` +
				`bring their token themselves: leave it out, or guard the route by a SessionAuthorizer with CacheTTL NoCache`},
		{"the access token of everyone", together(withLogin(nil),
			add(Handle("GET /me", fn, Public("x"), ForwardAccessToken()))),
			`route "GET /me": it is Public and has ForwardAccessToken, and its callers have no session: leave one of them out`},
		{"the access token of Google", func(p *Props) {
			p.Authorizer = SessionAuthorizer{Login: google(), CacheTTL: NoCache}
			p.Routes[0] = Handle("GET /orders", fn, ForwardAccessToken())
		}, `it has ForwardAccessToken, and the session of the Login at "/auth" holds claims of an ID token and no access ` +
			`token: leave it out`},
		{"the access token as an alternative", together(withLogin(nil),
			add(Handle("GET /me", fn, Either(AnyScope("a"), ForwardAccessToken())))),
			`its Either holds ForwardAccessToken, which is not a requirement: write it beside Either`},

		// Pages of other hosts
		{"every page", together(withLogin(nil), crossOrigin(CORS{AllowOrigins: []string{"*"}})),
			at + `CORS.AllowOrigins has "*", and a session is a cookie, with which a page of any site could call: name the ` +
				`pages' origins, which are same-site with "https://shop.example.com"`},
		{"a page of another site", together(withLogin(nil), siblings("https://shop.example.org")),
			at + `CORS.AllowOrigins has "https://shop.example.org", which is not same-site with Origin ` +
				`"https://shop.example.com", so that browsers leave the session's cookie out: serve the page from a host of ` +
				`the same site by https, such as a subdomain; or let it call an API of its own, whose guards take a token in ` +
				`a header`},
		{"a page of another scheme", together(withLogin(nil), siblings("http://admin.example.com")),
			`CORS.AllowOrigins has "http://admin.example.com", which is not same-site`},
		{"a neighbour below a public suffix", together(withLogin(func(l *Login) { l.Origin = "https://a.github.io" }),
			siblings("https://b.github.io")), `CORS.AllowOrigins has "https://b.github.io", which is not same-site`},
		{"a page without credentials", together(withLogin(nil),
			crossOrigin(CORS{AllowOrigins: []string{"https://admin.example.com"}})),
			at +
				`CORS.AllowOrigins has "https://admin.example.com" and AllowCredentials is false, so that the page's requests ` +
				`come without the session's cookie: set it to true`},
		{"a write from a page of a sibling host", together(withLogin(nil), siblings("https://admin.example.com"),
			add(Handle("ANY /orders/{id}", fn))),
			at + `route "ANY /orders/{id}": CORS lets the page https://admin.example.com call DELETE, PATCH, POST, PUT, and ` +
				`the API's SessionAuthorizer keeps its answers by Cookie and Sec-Fetch-Site, which do not say which page ` +
				`calls, so that it denies that to all pages of other hosts: guard the route by a further SessionAuthorizer of ` +
				`the same Login with CacheTTL NoCache in Authorizers (GuardedBy), or leave the verb out of CORS.AllowMethods`},

		// Logs
		{"full request logging", together(withLogin(nil), rest(awsapigateway.RestApiProps{
			DeployOptions: &awsapigateway.StageOptions{DataTraceEnabled: &yes},
		})),
			`RestApiProps.DeployOptions turn DataTraceEnabled on: the execution log would hold the cookies of sessions and ` +
				`codes of the Login at "/auth": leave it off`},
		{"full request logging of one method", together(withLogin(nil), rest(awsapigateway.RestApiProps{
			DeployOptions: &awsapigateway.StageOptions{MethodOptions: &map[string]*awsapigateway.MethodDeploymentOptions{
				"/orders/GET": {DataTraceEnabled: &yes},
			}},
		})), `turn DataTraceEnabled on`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newTable(props(tt.change))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestLoginAccepts(t *testing.T) {
	for _, tt := range []struct {
		name, why string
		change    func(*Props)
	}{
		{"Okta", "a custom authorization server", withLogin(nil)},
		{"a client that is known when the stack is deployed", "New passes it through", withLogin(func(l *Login) {
			l.ClientID, l.Issuer.Clients = "${Token[TOKEN.1]}", []string{"0oa1b2c3"}
		})},
		{"a host that is known when the stack is deployed", "the scheme is there", withLogin(func(l *Login) {
			l.Origin = "https://${Token[TOKEN.7]}"
		})},
		{"a port", "it is a part of the origin and of the host", withLogin(func(l *Login) {
			l.Origin = "https://shop.example.com:8443"
		})},
		{"a pointer to cookies", "as authorizers may be pointers", withLogin(func(l *Login) {
			l.Sessions = &CookieSessions{Cookie: "__Host-Http-shop", IdleTimeout: time.Minute, MaxAge: time.Minute}
		})},
		{"a private key", "instead of a secret", withLogin(func(l *Login) { l.ClientAuth = PrivateKeyJWT(secret, "ES256") })},
		{"introspection", "the access token is asked about", withLogin(func(l *Login) {
			l.Issuer.Introspection = &Introspection{
				Endpoint: "https://shop.okta.com/oauth2/default/v1/introspect", ClientID: "api", VerifyJWTs: true,
				ClientAuth: ClientSecret(secret),
			}
		})},
		{"two logins", "they have different paths and cookies", twoLogins(func(*Login) {})},
		{"a longer path", "all of it is literal", withLogin(func(l *Login) {
			l.Path, l.BasePath, l.AfterLogout = "/v1/auth", "/shop", "/bye"
		})},
		{"Google", "rights are claims", func(p *Props) {
			p.Authorizer = SessionAuthorizer{Login: google()}
			p.Routes[0] = Handle("GET /orders", fn, Claim("hd").Is("example.com"))
		}},
		{"groups of Google", "a hook gives them", func(p *Props) {
			p.Authorizer = SessionAuthorizer{Login: google(), Package: "example.com/shop/authorizer-fn"}
			p.Routes[0] = Handle("GET /orders", fn, AnyGroup("staff"))
		}},
		{"a page of the login's host", "it is same-origin", together(withLogin(nil), siblings("https://shop.example.com"))},
		{"reads from a page of a sibling host", "its reads have the session's rights",
			together(withLogin(nil), siblings("https://admin.example.com"))},
		{"unsafe verbs that CORS does not allow", "pages of other hosts cannot send them",
			together(withLogin(nil), func(p *Props) {
				siblings("https://admin.example.com")(p)
				p.CORS.AllowMethods = []string{"GET"}
			}, add(Handle("POST /orders", fn)))},
		{"writes without a cache", "each answer looks at the Origin", together(withLogin(nil), writes,
			siblings("https://admin.example.com"), add(Handle("POST /orders", fn, GuardedBy("writes"), ForwardAccessToken())))},
		{"an origin that is unknown at synthesis", "its site is not known either",
			together(withLogin(nil), siblings("https://${Token[TOKEN.3]}"))},
		{"another guard with another cookie", "each has its own", func(p *Props) {
			withLogin(nil)(p)
			p.Authorizers = map[string]Authorizer{"old": RequestAuthorizer{
				JWT: jwt(), TokenSources: []TokenSource{TokenCookie("token")},
			}}
			add(Handle("GET /old", fn, GuardedBy("old")))(p)
		}},
		{"a private API", "browsers use a custom domain", together(withLogin(nil),
			privately(ResourcePolicy{AllowVPCEndpoints: []string{"vpce-0a1b2c3d4e5f60718"}}))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := newTable(props(tt.change)); err != nil {
				t.Errorf("%s: got %v, want no error", tt.why, err)
			}
		})
	}
}
