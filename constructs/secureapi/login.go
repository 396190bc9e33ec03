package secureapi

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Login signs users of browsers in at an OpenID Connect provider. It keeps their session in a cookie or a table, so
// that no token reaches a page's script (RFC 10017). A [SessionAuthorizer] guards routes by that session; several may
// share one Login.
//
//	login := &secureapi.Login{
//		Issuer:     secureapi.Okta("https://shop.okta.com/oauth2/default", "api://orders"),
//		ClientID:   "0oa1b2c3",
//		ClientAuth: secureapi.ClientSecret(secret),
//		Origin:     "https://shop.example.com",
//	}
//
// The included login function answers these routes, which are added to the table as [Public]:
//
//	GET  /auth/login?return=/path  redirects the browser to the provider, and after the login to the path
//	GET  /auth/callback            receives the browser from the provider; register it with the client
//	GET  /auth/session             returns JSON with who is logged in and until when; 401 without a session
//	GET  /auth/session.js          is a script for pages that refreshes a session once for all tabs
//	POST /auth/refresh             gets a new token from the provider
//	POST /auth/logout              ends the session, here and at the provider
//
// [TableSessions] adds further routes.
//
// If a browser opens a page without a session, API Gateway answers with a small HTML page that links to the login. Any
// other request without a session gets JSON. Both have the status 401; see NoUnauthorizedPage.
//
// Browsers call the API at Origin, and send the session cookie to that host only. The execute-api address stays open
// unless DisableExecuteApiEndpoint is set. A PRIVATE API can have a Login if browsers reach it through a custom domain;
// the function calls the provider from outside the VPC.
type Login struct {
	// Issuer is the provider, with the settings for verifying the token of a session. Its tokens cannot be opaque unless
	// it has [Introspection]. For [Google], and for a [CognitoIssuer] whose TokenUse is "id", the session holds claims of
	// the ID token instead of an access token. HMACSecret is refused. Required.
	Issuer Issuer

	// ClientID is the ID of this login's client at the provider. Register the callback URL Origin + BasePath + Path +
	// "/callback" with it. Required, except for a [CognitoIssuer] or [Google] with one client, which is then the default.
	ClientID string

	// ClientAuth is how the client authenticates: a [ClientSecret], a [ClientSecretPost] or a [PrivateKeyJWT]. The
	// function is granted access to the secret. Required, except for a [CognitoIssuer]: by default the function reads the
	// secret from the user pool, with a grant of cognito-idp:DescribeUserPoolClient on that pool, and the template does
	// not hold it.
	ClientAuth ClientAuth

	// Origin is the https origin that browsers use, such as "https://shop.example.com", without a path: a custom domain of
	// the API, or an Amazon CloudFront distribution that forwards Cookie, Origin and Sec-Fetch-Site. The host after
	// "https://" may be a CDK token. "gatehouse dev" replaces Origin with its own address. Required.
	Origin string

	// Path is the path of the login's routes: literal segments, without a trailing slash. Two logins of one API need
	// different paths. Default: "/auth".
	Path string

	// BasePath is what precedes Path in a browser's URL, such as "/shop" for a custom domain's base path mapping, or
	// "/prod" if the stage's name is in the path. Default: none in the callback URL and on the page for requests without a
	// session; elsewhere the function reads it from each request.
	BasePath string

	// Scopes are the scopes that the client requests, spelled as the provider spells them, openid among them. Default:
	// openid; the scopes of the routes that the login's sessions call; and offline_access for a refresh token, except for
	// [CognitoIssuer] and [Google]. Scopes of [EntraID] are requested as "api://AUDIENCE/SCOPE".
	// Source: https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
	Scopes []string

	// Parameters are further parameters of the authorization request, such as {"prompt": "login"}. They replace defaults
	// of the same name; an empty value removes one. Defaults: for [Auth0], its first audience as audience; for [Google],
	// access_type=offline and prompt=consent, without which Google issues no refresh token.
	Parameters map[string]string

	// Sessions is where sessions are stored: [CookieSessions] or [TableSessions]. Default: [CookieSessions].
	Sessions Sessions

	// AfterLogout is the path of the API to which browsers go after a logout. If the provider has an end-session endpoint,
	// register Origin + BasePath + AfterLogout there as a return URL. Default: "/".
	AfterLogout string

	// NoUnauthorizedPage omits the gateway response UNAUTHORIZED with the page for browsers without a session, so that you
	// can add your own with [API.AddGatewayResponse]. Default: false.
	NoUnauthorizedPage bool

	// NoMetrics omits CloudWatch metrics from the function's log: logins that begin, and requests that log in, are refused
	// or fail, in the namespace "Gatehouse". AWS bills every custom metric. Default: false.
	NoMetrics bool

	// Package is the import path of your own main package that runs the login. Default: [IncludedLogin].
	Package string

	// FunctionProps are passed to CDK for other settings, such as memory, timeout and VPC. In a VPC, the function needs a
	// route to the provider. Default: see [gofunction.Props.FunctionProps], with a timeout of 20 seconds.
	FunctionProps *awslambda.FunctionProps
}

// kept returns the login's sessions if their kind is supported.
func (l *Login) kept() (keptSessions, error) {
	switch s := l.Sessions.(type) {
	case nil:
		return keptSessions{}, nil
	case CookieSessions:
		return keptSessions{s.Cookie, s.IdleTimeout, s.MaxAge, s.Keys, nil, nil, nil}, nil
	case *CookieSessions:
		if s != nil {
			return keptSessions{s.Cookie, s.IdleTimeout, s.MaxAge, s.Keys, nil, nil, nil}, nil
		}
	case TableSessions:
		return keptSessions{s.Cookie, s.IdleTimeout, s.MaxAge, s.Keys, &s, s.Table, nil}, nil
	case *TableSessions:
		if s != nil {
			return keptSessions{s.Cookie, s.IdleTimeout, s.MaxAge, s.Keys, s, s.Table, nil}, nil
		}
	}
	return keptSessions{}, fmt.Errorf("unsupported Sessions %T: use CookieSessions or TableSessions", l.Sessions)
}

// plan describes the login in plain values.
func (l *Login) plan() *plan.Login {
	sessions, err := l.kept()
	out := &plan.Login{Login: login.Login{
		Of:          l,
		Problem:     err,
		Issuer:      l.Issuer.plan(),
		Provider:    l.Issuer.provider.login,
		ClientID:    l.clientID(),
		ClientAuth:  l.ClientAuth.plan(),
		Origin:      l.Origin,
		Path:        l.Path,
		BasePath:    l.BasePath,
		Scopes:      l.Scopes,
		Parameters:  l.Parameters,
		AfterLogout: l.AfterLogout,
		Cookie:      sessions.cookie,
		IdleTimeout: sessions.idleTimeout,
		MaxAge:      sessions.maxAge,
		Table:       sessions.inTable.plan(),
		NoPage:      l.NoUnauthorizedPage,
	}, Admins: sessions.inTable.admins()}
	if i := slices.Index(l.Issuer.provider.clients, out.ClientID); i >= 0 && i < len(l.Issuer.provider.poolClients) {
		out.Client = planPoolClient(l.Issuer.provider.poolClients[i])
	}
	return out
}

// clientID returns the given client ID, or the provider's only one.
func (l *Login) clientID() string {
	if clients := l.Issuer.provider.clients; len(clients) == 1 {
		return cmp.Or(l.ClientID, clients[0])
	}
	return l.ClientID
}

// planPoolClient describes an app client by its resource. It returns nil for an imported client, whose settings are not
// known.
func planPoolClient(client awscognito.IUserPoolClient) *login.PoolClient {
	resource, ok := client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
	if !ok {
		return nil
	}
	secret := resource.GenerateSecret()
	return &login.PoolClient{
		Path:         *client.Node().Path(),
		HasSecret:    secret != nil && secret != false, // a CDK token may be true
		Flows:        listOf(resource.AllowedOAuthFlows()),
		CallbackURLs: listOf(resource.CallbackUrLs()),
		Scopes:       listOf(resource.AllowedOAuthScopes()),
	}
}

// config returns the configuration of the login's function.
func (l *Login) config(p *plan.Plan, planned *plan.Login, kept keptSessions) settings.Login {
	c := settings.Login{
		Issuer:       l.Issuer.config().JSON(),
		ClientID:     planned.ClientID,
		Scopes:       p.LoginScopes(planned),
		Origin:       l.Origin,
		BasePath:     l.BasePath,
		Path:         l.Path,
		Cookie:       kept.cookie,
		KeysARN:      *kept.keys.SecretArn(),
		IdleTimeout:  settings.Seconds(kept.idleTimeout),
		MaxAge:       settings.Seconds(kept.maxAge),
		AllowOrigins: p.SiblingOrigins(planned),
		Claims:       p.LoginClaims(planned),
		AfterLogout:  l.AfterLogout,
		NoMetrics:    l.NoMetrics,
	}
	if kept.table != nil {
		c.Table, c.Admins = *kept.table.TableName(), len(kept.inTable.Admins) > 0
	}
	if parameters := planned.AllParameters(); len(parameters) > 0 {
		c.Parameters = maps.Clone(parameters)
	}
	if planned.ReadsPool() {
		c.UserPoolID = *l.Issuer.provider.pool.UserPoolId()
		return c
	}
	c.ClientAuth = l.ClientAuth.Method
	c.SecretARN = *l.ClientAuth.Secret.SecretArn()
	c.SecretField = l.ClientAuth.SecretField
	c.Algorithm = l.ClientAuth.Algorithm
	c.KeyID = l.ClientAuth.KeyID
	c.Audience = l.ClientAuth.Audience
	return c
}

// grantClient lets a function read the secret of the login's client.
func (l *Login) grantClient(planned *plan.Login, grantee awsiam.IGrantable) {
	if planned.ReadsPool() {
		l.Issuer.provider.pool.Grant(grantee, jsii.String("cognito-idp:DescribeUserPoolClient"))
	} else {
		l.ClientAuth.Secret.GrantRead(grantee, nil)
	}
}

// IncludedLogin returns the import path of the included login's main package.
func IncludedLogin() string { return module() + "/login-fn" }

// IncludedTableLogin returns the import path of the included login's main package for [TableSessions].
func IncludedTableLogin() string { return IncludedLogin() + "/table" }
