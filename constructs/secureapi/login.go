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
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// Login lets users of browsers log in at an OpenID Connect provider, and keeps their session in a cookie or a table, so
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
// A function of the library answers these routes, which join the table as [Public] ones:
//
//	GET  /auth/login?return=/path  sends the browser to the provider, and then back to the path
//	GET  /auth/callback            is where the provider sends the browser to; register it with the client
//	GET  /auth/session             says as JSON who is logged in and until when; 401 without a session
//	GET  /auth/session.js          is a script for pages that refreshes sessions once for all tabs
//	POST /auth/refresh             gets a new token from the provider
//	POST /auth/logout              ends the session, here and at the provider
//
// [TableSessions] adds further ones.
//
// API Gateway answers a navigation without a session with a small page that links to the login, as text/html, and
// anything else with JSON, both with status 401; see NoUnauthorizedPage.
//
// Browsers call the API by Origin. The execute-api address stays open unless DisableExecuteApiEndpoint is set; browsers
// send the session's cookie to the host of Origin alone. A PRIVATE API can have a Login if browsers reach it by a
// custom domain of its own; the function calls the provider from outside of the VPC.
type Login struct {
	// Issuer is the provider, with the settings by which the token of a session is verified. Its tokens cannot be opaque
	// unless it has [Introspection]; the session of [Google], and of a [CognitoIssuer] whose TokenUse is "id", holds
	// claims of the ID token instead of an access token. HMACSecret is refused. Required.
	Issuer Issuer

	// ClientID is the id of the client that the provider knows this login by. It has the callback URL Origin + BasePath +
	// Path + "/callback". Required, but for a [CognitoIssuer] or [Google] with one client, which is the default.
	ClientID string

	// ClientAuth is how the client authenticates: a [ClientSecret], a [ClientSecretPost] or a [PrivateKeyJWT]. The
	// function gets the grant to read the secret. Required, but for a [CognitoIssuer]: by default the function asks the
	// user pool for the secret, with a grant of cognito-idp:DescribeUserPoolClient on that pool, and the template has
	// none.
	ClientAuth ClientAuth

	// Origin is the https origin that browsers use, such as "https://shop.example.com", without a path: a custom domain of
	// the API, or a distribution of Amazon CloudFront that passes Cookie, Origin and Sec-Fetch-Site on. It may hold a CDK
	// token of a host after "https://". "gatehouse dev" puts its own address in its place. Required.
	Origin string

	// Path is where the login's routes are: literal segments, without a slash at the end. Two logins of one API need
	// different ones. Default: "/auth".
	Path string

	// BasePath is what precedes Path in a browser, such as "/shop" for a custom domain's mapping of that name, or "/prod"
	// where a stage's name is in the path. Default: none in the callback's URL and on the page for those without a
	// session; the function finds it in each request.
	BasePath string

	// Scopes are those that the client asks for, with openid among them, as the provider writes them. Default: openid, the
	// scopes of the routes that the login's sessions call, and offline_access, which gives a refresh token and which
	// [CognitoIssuer] and [Google] do without. Those of [EntraID] are asked for as "api://AUDIENCE/SCOPE".
	// Source: https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess
	Scopes []string

	// Parameters are further parameters of the authorization request, such as {"prompt": "login"}. They replace defaults
	// of the same name, or remove one with an empty text. Defaults: [Auth0] gets the first of its audiences as audience;
	// [Google] access_type=offline and prompt=consent, without which it gives no refresh token.
	Parameters map[string]string

	// Sessions is where sessions are kept: [CookieSessions] or [TableSessions]. Default: [CookieSessions].
	Sessions Sessions

	// AfterLogout is the path of the API that browsers go to after a logout; where the provider has an end of sessions, it
	// has to know Origin + BasePath + AfterLogout as a URL to return to. Default: "/".
	AfterLogout string

	// NoUnauthorizedPage leaves out the gateway response UNAUTHORIZED with the page for navigations without a session, so
	// that you can add your own with [API.AddGatewayResponse]. Default: it is there.
	NoUnauthorizedPage bool

	// NoMetrics leaves CloudWatch metrics out of the function's log: logins that are begun, and requests that log in, are
	// refused or fail, in the namespace "Gatehouse". Every custom metric has its price. Default: they are there.
	NoMetrics bool

	// Package is the import path of a main package of yours that runs the login. Default: [IncludedLogin].
	Package string

	// FunctionProps is handed to CDK for all that is not said here, as memory, time-out and VPC. In a VPC the function
	// needs a way to the provider. Default: see [gofunction.Props.FunctionProps]; a time-out of 20 seconds.
	FunctionProps *awslambda.FunctionProps
}

// kept are the login's sessions, as far as they are supported.
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
	out := &plan.Login{
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
	}
	if i := slices.Index(l.Issuer.provider.clients, out.ClientID); i >= 0 && i < len(l.Issuer.provider.poolClients) {
		out.Client = planPoolClient(l.Issuer.provider.poolClients[i])
	}
	return out
}

// clientID is the one that is given, or the provider's only one.
func (l *Login) clientID() string {
	if clients := l.Issuer.provider.clients; len(clients) == 1 {
		return cmp.Or(l.ClientID, clients[0])
	}
	return l.ClientID
}

// planPoolClient describes an app client by its resource; nil for an imported one, whose settings are not known.
func planPoolClient(client awscognito.IUserPoolClient) *plan.PoolClient {
	resource, ok := client.Node().DefaultChild().(awscognito.CfnUserPoolClient)
	if !ok {
		return nil
	}
	secret := resource.GenerateSecret()
	return &plan.PoolClient{
		Path:         *client.Node().Path(),
		HasSecret:    secret != nil && secret != false, // a CDK token may be true
		Flows:        textsOf(resource.AllowedOAuthFlows()),
		CallbackURLs: textsOf(resource.CallbackUrLs()),
		Scopes:       textsOf(resource.AllowedOAuthScopes()),
	}
}

func textsOf(list *[]*string) (out []string) {
	if list == nil {
		return nil
	}
	for _, s := range *list {
		out = append(out, *s)
	}
	return out
}

// config is the configuration of the login's function.
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

// IncludedLogin is the import path of the included login's main.
func IncludedLogin() string { return module() + "/login-fn" }

// IncludedTableLogin is the import path of the main of the included login for [TableSessions].
func IncludedTableLogin() string { return IncludedLogin() + "/table" }

// plan is what the checks look at.
func (a ClientAuth) plan() plan.ClientAuth {
	return plan.ClientAuth{
		Method:    settings.ClientAuth(a.Method),
		Secret:    a.Secret != nil,
		Algorithm: a.Algorithm,
		KeyID:     a.KeyID,
		Audience:  a.Audience,
	}
}
