package cognito

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// Props describe a user pool and what uses it. A domain is required; the zero value of everything else is the safe one.
// They are read, never changed.
type Props struct {
	// Routes is the access table whose scopes the pool has, as an API gets it; those of several APIs can be appended to
	// each other. Leave out routes whose tokens another issuer makes. OpenID Connect's own scopes, such as "email", and
	// "aws.cognito.signin.user.admin" belong to no resource server. Default: the scopes of ResourceServers alone.
	Routes []secureapi.Route

	// ResourceServers says which resource servers there are, with words for their scopes. Default: those that the table
	// names.
	ResourceServers []ResourceServer

	// Origin, Path, BasePath and AfterLogout are those of the [secureapi.Login] that [Users.Login] makes. With an Origin
	// the pool has a client for it. Default: no such client; "/auth", none and "/" for the others.
	Origin, Path, BasePath, AfterLogout string

	// Browser are settings of the login's client.
	Browser Browser

	// Pages are public clients, by names of yours: of apps and pages that sign users in with PKCE and hold their own
	// tokens. Default: none.
	Pages map[string]Page

	// Machines are clients that get tokens in their own name, by names of yours, by the client credentials grant.
	// Default: none.
	Machines map[string]Machine

	// Google lets users sign in with a Google account. Default: they cannot.
	Google *Google

	// Providers let users sign in at further identity providers: [OIDC] and [SAML]. Default: none.
	Providers []Provider

	// NoLocalUsers leaves users of the pool's own directory out of the clients that sign users in, so that they sign in
	// at Google or Providers alone: neither the pages nor the user pools API take their passwords, but for custom
	// challenges of triggers of yours. Default: users of the pool sign in with their passwords.
	NoLocalUsers bool

	// Groups are groups of users. Default: none.
	Groups []Group

	// DomainPrefix is the domain's first label, as in https://PREFIX.auth.REGION.amazoncognito.com: 1 to 63 lowercase
	// letters, digits and hyphens, without "aws", "amazon" or "cognito", that is free in the region. Exactly one
	// of DomainPrefix and CustomDomain is required.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
	DomainPrefix string

	// CustomDomain is a domain of your own instead.
	CustomDomain *CustomDomain

	// FeaturePlan is what Cognito bills, and which features there are. The managed login pages and refresh tokens that
	// rotate need ESSENTIALS; threat protection, which is on in it, needs PLUS. With LITE, set ManagedLoginVersion to
	// CLASSIC_HOSTED_UI, and refresh tokens do not rotate. Default: ESSENTIALS.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
	FeaturePlan awscognito.FeaturePlan

	// ManagedLoginVersion is which pages the domain has. Default: NEWER_MANAGED_LOGIN, with a branding for each client,
	// without which they would be an error.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-branding.html
	ManagedLoginVersion awscognito.ManagedLoginVersion

	// UserPoolProps is handed to CDK for all that is not said above, as messages, attributes and triggers. FeaturePlan is
	// refused in it. Defaults that differ from CDK's:
	//
	//   - users sign in with their e-mail address, in upper or lower case, and a new address counts once it is verified
	//   - they cannot sign up by themselves, and recover an account by e-mail
	//   - passwords have 12 characters, with all four kinds
	//   - a second factor is required: a one-time password of an app. A federated user's is the provider's affair
	//   - with the plan PLUS, threat protection acts (FULL_FUNCTION)
	//   - the pool outlives the stack and is protected from deletion, unless RemovalPolicy is DESTROY
	UserPoolProps *awscognito.UserPoolProps
}

// ResourceServer is an API whose scopes tokens have, as "IDENTIFIER/SCOPE".
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
type ResourceServer struct {
	// Identifier is what scopes begin with: a name, "notes", or a URL, "https://api.example.com/notes"; 1 to 256 printable
	// ASCII characters, but for quotes, backslashes and spaces. Required.
	Identifier string

	// Name is for those who administer the pool. Default: the identifier, with a hyphen for what a name cannot have.
	Name string

	// Scopes are all that the server has. Default: those of the table.
	Scopes []Scope
}

// Scope is a scope of a [ResourceServer].
type Scope struct {
	// Name is the scope without its server: "read". Required.
	Name string

	// Description is for those who administer the pool, 1 to 256 characters. Default: the scope with its server.
	Description string
}

// Browser are settings of the client of a [secureapi.Login].
type Browser struct {
	// Scopes are those that the client may ask for, and the login does, with openid in any case. Default: openid and all
	// scopes of the table.
	Scopes []string

	// AccessTokenValidity is how long an access token is good, and an ID token: whole minutes, from 5 minutes to 24 hours.
	// API Gateway does not learn of a user who is shut out before that. Default: 15 minutes.
	AccessTokenValidity time.Duration

	// RefreshTokenValidity is the longest time that a user stays signed in: whole minutes, from 1 hour to 10 years. A
	// session cannot outlive it: the MaxAge of its login is at most this. Default: 12 hours.
	RefreshTokenValidity time.Duration
}

// Page is a public client: it has no secret, so that the authorization code is bound to the page by PKCE (RFC 7636).
// Cognito compares the code verifier where the page began with a code challenge, so it is the page that has to send
// one.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html
type Page struct {
	// CallbackURLs are where Cognito sends a signed-in user: https, an app's own scheme, or, for tests, http at localhost,
	// 127.0.0.1 or [::1]. At least one.
	CallbackURLs []string

	// LogoutURLs are where it sends a signed-out one. Default: none.
	LogoutURLs []string

	// Scopes, AccessTokenValidity and RefreshTokenValidity are as in [Browser].
	Scopes                                    []string
	AccessTokenValidity, RefreshTokenValidity time.Duration
}

// Machine is a client with a secret that gets tokens in its own name.
type Machine struct {
	// Scopes are those that its tokens may have. At least one.
	Scopes []string

	// AccessTokenValidity is how long a token is good: whole minutes, from 5 minutes to 24 hours. Cognito bills each
	// token. Default: 1 hour.
	AccessTokenValidity time.Duration
}

// Group is a group of users, which an administrator of the pool puts them into. Guards read the groups of a token from
// cognito:groups; see [secureapi.AnyGroup].
type Group struct {
	// Name is the group's, 1 to 128 characters without spaces. Required.
	Name string

	// Description is for those who administer the pool, up to 2,048 characters. Default: none.
	Description string

	// Scopes are what the members may do. If one group has Scopes, a function of the library, [IncludedTrigger], is the
	// pool's pre token generation trigger: a user's token has a scope of a resource server only if one of the user's
	// groups has it, and tokens that users get by SRP or a password, which would have none, have all of them. It needs a
	// FeaturePlan other than LITE. Default: none; without any, a user's token has the scopes that the client asks for.
	// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
	Scopes []string
}

// CustomDomain is a domain of yours that a user pool answers at. Its parent domain needs an address record in DNS.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html
type CustomDomain struct {
	// Name is the domain, such as "login.example.com". Required.
	Name string

	// Certificate is the domain's, in the region us-east-1. Required.
	Certificate awscertificatemanager.ICertificate
}
