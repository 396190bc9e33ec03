package secureapi

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
)

// Okta returns the issuer for a custom authorization server of Okta, such as "https://shop.okta.com/oauth2/default",
// with the audience that is configured there. Scopes are read from scp, groups from groups if the server adds that
// claim, and the client for [Issuer.Clients] from cid.
//
// Do not use Okta's org authorization server, whose URL has no /oauth2/. Its access tokens are for Okta's own APIs;
// Okta says to treat them as opaque, since their form may change.
//
// Sources:
//   - https://support.okta.com/help/s/article/Signature-Validation-Failed-on-Access-Token
//   - https://support.okta.com/help/s/article/Access-Token-validation-failure-due-to-kid-mismatch (where the keys are)
//   - https://developer.okta.com/docs/reference/api/oidc/#access-token-payload
func Okta(issuer string, audiences ...string) Issuer {
	i := Issuer{
		provider:    provider{url: issuer, keys: issuer + "/v1/keys", login: login.Provider{Name: "Okta"}},
		URL:         issuer,
		Audiences:   slices.Clone(audiences),
		JWKSURL:     issuer + "/v1/keys",
		ScopesClaim: "scp",
		GroupsClaim: "groups",
		ClientClaim: "cid",
	}
	if !cdktoken.Unresolved(issuer) && (!strings.Contains(issuer, "/oauth2/") || strings.HasSuffix(issuer, "/")) {
		i.problem = fmt.Errorf("Okta(%q): want a custom authorization server, like %q, without a slash at its end: "+
			"the org server's access tokens cannot be verified by others",
			issuer, "https://shop.okta.com/oauth2/default")
	}
	return i
}

var entraID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
})

// EntraID returns the issuer for v2.0 access tokens of a Microsoft Entra ID tenant, by its ID (a GUID). The audience is
// the API's own application (client) ID. Delegated permissions are read as scopes (scp) and application roles as roles.
// Groups are group IDs, if the application is configured to include them in its tokens.
//
// The API's app registration must request v2.0 tokens (requestedAccessTokenVersion 2). For a user with very many
// groups, the token has a link instead of the groups; it does not count as membership.
//
// ID tokens for the API's own registration have its audience too, with roles and groups but without scopes. If a client
// signs users in with that registration, require a scope on every route, or give the client its own registration.
//
// Sources:
//   - https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
//   - https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
func EntraID(tenant string, audiences ...string) Issuer {
	lower := func(id string) string { // in the form that tokens have
		if cdktoken.Unresolved(id) {
			return id
		}
		return strings.ToLower(id)
	}
	base := "https://login.microsoftonline.com/" + lower(tenant)
	i := Issuer{
		provider: provider{
			url:   base + "/v2.0",
			keys:  base + "/discovery/v2.0/keys",
			login: login.Provider{Name: "EntraID"},
		},
		URL:         base + "/v2.0",
		JWKSURL:     base + "/discovery/v2.0/keys",
		ScopesClaim: "scp",
		GroupsClaim: "groups",
		RolesClaim:  "roles",
	}
	for _, audience := range audiences {
		i.Audiences = append(i.Audiences, lower(audience))
		if !cdktoken.Unresolved(audience) && !entraID().MatchString(audience) {
			i.problem = fmt.Errorf("EntraID: audience %q: want the API's application (client) id, a GUID: v2.0 tokens always "+
				"have that, whatever its Application ID URI is", audience)
		}
	}
	if len(i.Audiences) > 0 {
		// A scope is requested with the API's Application ID URI, which is this unless it was changed. Tokens have the scope
		// without it.
		// Source: https://learn.microsoft.com/entra/identity-platform/scenario-protected-web-api-expose-scopes
		i.provider.login.ScopePrefix = "api://" + i.Audiences[0] + "/"
	}
	if !cdktoken.Unresolved(tenant) && !entraID().MatchString(tenant) {
		i.problem = fmt.Errorf("EntraID(%q): want the tenant's id, a GUID: tokens carry that even where the tenant "+
			"is called %q or by its domain", tenant, "common")
	}
	return i
}

// Google returns the issuer for Google sign-in: ID tokens whose audience is one of your OAuth client IDs. Google's
// access tokens are opaque, so there are no scopes, groups or roles to require. The issuer URL is the one in Google's
// discovery document. Google also documents "accounts.google.com", without a scheme, which is not accepted here.
//
// Source: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
func Google(clientIDs ...string) Issuer {
	i := Issuer{
		provider: provider{
			url:       "https://accounts.google.com",
			keys:      "https://www.googleapis.com/oauth2/v3/certs",
			clients:   slices.Clone(clientIDs),
			rightless: "Google",
			// Source: https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters
			login: login.Provider{
				Name:       "Google",
				NoOffline:  true,
				IDTokens:   true,
				Parameters: map[string]string{"access_type": "offline", "prompt": "consent"},
			},
		},
		URL:       "https://accounts.google.com",
		Audiences: slices.Clone(clientIDs),
		JWKSURL:   "https://www.googleapis.com/oauth2/v3/certs",
		audience:  "your OAuth client ids",
	}
	for _, id := range clientIDs {
		if !cdktoken.Unresolved(id) && !strings.HasSuffix(id, ".apps.googleusercontent.com") {
			i.problem = fmt.Errorf("Google(%q): want an OAuth client id, which ends in %q", id, ".apps.googleusercontent.com")
		}
	}
	return i
}

// Auth0 returns the issuer for an Auth0 tenant, by its domain without a scheme: "shop.eu.auth0.com". The audience is
// the API's identifier. If the API adds permissions (role-based access control) to its tokens, they are read as roles.
//
// Source: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
func Auth0(domain string, audiences ...string) Issuer {
	i := Issuer{
		provider: provider{
			url:   "https://" + domain + "/",
			keys:  "https://" + domain + "/.well-known/jwks.json",
			login: login.Provider{Name: "Auth0"},
		},
		URL:        "https://" + domain + "/",
		Audiences:  slices.Clone(audiences),
		JWKSURL:    "https://" + domain + "/.well-known/jwks.json",
		RolesClaim: "permissions",
	}
	if len(audiences) > 0 {
		// Without an audience, access tokens are opaque and only for Auth0's own endpoint.
		// Source: https://auth0.com/docs/secure/tokens/access-tokens/get-access-tokens
		i.provider.login.Parameters = map[string]string{"audience": audiences[0]}
	}
	if !cdktoken.Unresolved(domain) && (domain == "" || strings.ContainsAny(domain, "/:")) {
		i.problem = fmt.Errorf("Auth0(%q): want the tenant's domain alone, like %q", domain, "shop.eu.auth0.com")
	}
	return i
}

// CognitoIssuer returns the issuer for an Amazon Cognito user pool, with the app clients whose access tokens are
// accepted. Such a token has no audience, so its client_id is compared, and its token_use must be "access". Groups are
// read from cognito:groups.
//
// If clients request a resource (RFC 8707), Cognito writes it to aud, which is then compared too: append the API's
// resource identifier to Audiences. To accept tokens of this resource only, replace Audiences with it and list the
// clients in Clients.
//
// For ID tokens, set TokenUse to "id". ID tokens have no scopes.
//
// Source:
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
func CognitoIssuer(pool awscognito.IUserPool, clients ...awscognito.IUserPoolClient) Issuer {
	i := Issuer{TokenUse: "access", GroupsClaim: "cognito:groups", audience: "the user pool's app clients in " +
		"CognitoIssuer"}
	if pool == nil {
		i.problem = errors.New("CognitoIssuer: the user pool is nil")
		return i
	}
	i.URL = "https://" + *pool.UserPoolProviderName()
	i.JWKSURL = i.URL + "/.well-known/jwks.json"
	for n, client := range clients {
		if client == nil {
			i.problem = fmt.Errorf("CognitoIssuer: client %d is nil", n+1)
			return i
		}
		i.Audiences = append(i.Audiences, *client.UserPoolClientId())
	}
	i.provider = provider{
		url:         i.URL,
		keys:        i.JWKSURL,
		cognito:     true,
		clients:     slices.Clone(i.Audiences),
		pool:        pool,
		poolClients: slices.Clone(clients),
		login:       login.Provider{Name: "Amazon Cognito", NoOffline: true, Pool: true},
	}
	return i
}
