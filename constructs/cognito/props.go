package cognito

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Props describe a user pool and its clients. A domain is required. The zero value of every other field is the safe
// one. New reads props and does not change them.
type Props struct {
	// Routes is the access table that needs the pool's scopes. For several APIs, append their tables. Omit routes whose
	// tokens another issuer makes. The scopes of OpenID Connect, such as "email", and "aws.cognito.signin.user.admin"
	// belong to no resource server. Default: only the scopes of ResourceServers.
	Routes []secureapi.Route

	// ResourceServers are the pool's resource servers, with descriptions of their scopes. Default: those that the table
	// names.
	ResourceServers []ResourceServer

	// Origin, Path, BasePath and AfterLogout are those of the [secureapi.Login] that [Users.Login] returns. With an
	// Origin, the pool has a client for that login. Defaults: no such client; "/auth", none and "/" for the others.
	Origin, Path, BasePath, AfterLogout string

	// Browser configures the login's client.
	Browser Browser

	// Pages are public clients, by names of your choice, for apps and pages that sign users in with PKCE and hold their
	// own tokens. Default: none.
	Pages map[string]Page

	// Machines are clients that get tokens for themselves with the client credentials grant, by names of your choice.
	// Default: none.
	Machines map[string]Machine

	// Google lets users sign in with a Google account. Default: they cannot.
	Google *Google

	// Providers are further identity providers at which users can sign in: [OIDC] and [SAML]. Default: none.
	Providers []Provider

	// NoLocalUsers restricts sign-in to Google and Providers. Neither the sign-in pages nor the user pools API then accept
	// passwords of users in the pool's own directory; custom challenges of your own triggers still work. Default: users of
	// the pool sign in with their passwords.
	NoLocalUsers bool

	// Groups are groups of users. Default: none.
	Groups []Group

	// DomainPrefix is the first label of the domain https://PREFIX.auth.REGION.amazoncognito.com: 1 to 63 lowercase
	// letters, digits and hyphens, without "aws", "amazon" or "cognito", and not taken in the region. Exactly one of
	// DomainPrefix and CustomDomain is required.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
	DomainPrefix string

	// CustomDomain is a domain of your own, instead of DomainPrefix.
	CustomDomain *CustomDomain

	// FeaturePlan is the plan that Cognito bills, which determines the available features. Managed login pages and
	// rotating refresh tokens need ESSENTIALS. Threat protection needs PLUS, and is on with it. With LITE, set
	// ManagedLoginVersion to CLASSIC_HOSTED_UI; refresh tokens do not rotate. Default: ESSENTIALS.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
	FeaturePlan awscognito.FeaturePlan

	// ManagedLoginVersion selects the pages of the domain. Default: NEWER_MANAGED_LOGIN, with a branding for each client;
	// without one the pages show an error.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-branding.html
	ManagedLoginVersion awscognito.ManagedLoginVersion

	// UserPoolProps are passed to CDK for other settings, such as messages, attributes and triggers. FeaturePlan is
	// refused in it. Defaults, most of which differ from CDK's:
	//
	//   - Users sign in with their e-mail address, in any case. A new address takes effect once it is verified.
	//   - Users cannot sign up by themselves. They recover an account by e-mail.
	//   - Passwords have at least 12 characters, of all four kinds.
	//   - A second factor is required: a one-time password from an app. For federated users, the provider is responsible
	//     for it.
	//   - With the plan PLUS, threat protection takes automatic action (FULL_FUNCTION).
	//   - The pool is kept when the stack is deleted and is protected from deletion, unless RemovalPolicy is DESTROY.
	UserPoolProps *awscognito.UserPoolProps
}

// ResourceServer is an API whose scopes tokens have, as "IDENTIFIER/SCOPE".
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
type ResourceServer struct {
	// Identifier is the prefix of the server's scopes: a name ("notes") or a URL ("https://api.example.com/notes") of 1 to
	// 256 printable ASCII characters other than quotes, backslashes and spaces. Required.
	Identifier string

	// Name is a display name for administrators. Default: the identifier, with hyphens for characters that a name cannot
	// have.
	Name string

	// Scopes are all scopes of the server. Default: those in the table.
	Scopes []Scope
}

// Scope is a scope of a [ResourceServer].
type Scope struct {
	// Name is the scope without the server's prefix, such as "read". Required.
	Name string

	// Description describes the scope to administrators, in 1 to 256 characters. Default: the scope with its prefix.
	Description string
}

// Browser configures the app client of a [secureapi.Login].
type Browser struct {
	// Scopes are the scopes that the client may request and the login does request; openid is always included. Default:
	// openid and all scopes of the table.
	Scopes []string

	// AccessTokenValidity is the lifetime of access tokens and ID tokens: whole minutes, from 5 minutes to 24 hours. Until
	// then, API Gateway does not learn that a user has been disabled. Default: 15 minutes.
	AccessTokenValidity time.Duration

	// RefreshTokenValidity is the longest time that a user stays signed in: whole minutes, from 1 hour to 10 years. If the
	// login's sessions set a MaxAge, it cannot exceed this. Default: 12 hours.
	RefreshTokenValidity time.Duration
}

// Page is a public app client. It has no secret, so PKCE (RFC 7636) binds the authorization code to the page. The page
// has to send a code challenge itself: Cognito compares the code verifier only if there was one.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html
type Page struct {
	// CallbackURLs are the URLs to which Cognito redirects a signed-in user: https, an app's own scheme, or, for tests,
	// http on localhost, 127.0.0.1 or [::1]. At least one is required.
	CallbackURLs []string

	// LogoutURLs are the URLs to which Cognito redirects a signed-out user. Default: none.
	LogoutURLs []string

	// Scopes, AccessTokenValidity and RefreshTokenValidity are as in [Browser].
	Scopes                                    []string
	AccessTokenValidity, RefreshTokenValidity time.Duration
}

// Machine is an app client with a secret that gets tokens for itself.
type Machine struct {
	// Scopes are the scopes that its tokens may have. At least one is required.
	Scopes []string

	// AccessTokenValidity is the lifetime of a token: whole minutes, from 5 minutes to 24 hours. Cognito bills each token.
	// Default: 1 hour.
	AccessTokenValidity time.Duration
}

// Group is a group of users. An administrator of the pool adds users to it. Guards read a token's groups from
// cognito:groups; see [secureapi.AnyGroup].
type Group struct {
	// Name is the name of the group: 1 to 128 characters without spaces. Required.
	Name string

	// Description describes the group to administrators, in up to 2,048 characters. Default: none.
	Description string

	// Scopes are the scopes that members get. If any group has Scopes, the pool gets an included Lambda function as its
	// pre token generation trigger ([IncludedTrigger]). A user's token then has a scope of a resource server only if one
	// of the user's groups has it. Tokens from SRP or password sign-in, which otherwise have no such scopes, get all of
	// the groups' scopes. This requires a FeaturePlan other than LITE. Default: none. If no group has Scopes, a user's
	// token has the scopes that the client requests.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
	Scopes []string
}

// CustomDomain is a domain of your own for a user pool. Its parent domain needs an address record in DNS.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
type CustomDomain struct {
	// Name is the domain name, such as "login.example.com". Required.
	Name string

	// Certificate is the certificate for the domain, in the region us-east-1. Required.
	Certificate awscertificatemanager.ICertificate
}
