package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// What is yours to change: the authorization server and the audience that is configured there.
const (
	issuerURL = "https://example.okta.com/oauth2/releases"
	audience  = "api://releases"
)

// releasesPackage is a folder, so that this example can be copied into any module; an import path does as well.
const releasesPackage = "./releases-fn"

// provider is the team's OpenID provider with the claims as this server has them.
func provider() secureapi.Issuer {
	i := secureapi.Okta(issuerURL, audience)

	// The groups are in a claim of the team's own, whose filter at the server lets only the groups of this API through.
	// A user's other groups then neither fill the token nor reach a log.
	i.GroupsClaim = "teams"

	// Okta's sub is the login, often an e-mail address that another person may have next year; its uid stays with the
	// user. A token that a service got for itself has no uid, so only people get in.
	// Source: https://developer.okta.com/docs/reference/api/oidc/#access-token-payload
	i.PrincipalClaim = "uid"
	return i
}

func newStack(scope constructs.Construct, id string) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, nil)
	releases := gofunction.New(stack, "Releases", &gofunction.Props{Package: releasesPackage})

	// The function learns the principal, the scopes and the groups anyway; sub is for showing who it was.
	jwt := &secureapi.JWT{Issuers: []secureapi.Issuer{provider()}, ContextClaims: []string{"sub"}}

	secureapi.New(stack, "Api", &secureapi.Props{
		// API Gateway keeps the authorizer's answer for a token, for all routes at once. A user who leaves a group keeps
		// its rights until the token ends, and for up to this long beyond that.
		Authorizer: secureapi.TokenAuthorizer{JWT: jwt, CacheTTL: 5 * time.Minute},

		Authorizers: map[string]secureapi.Authorizer{
			// A page that is opened in a browser cannot send a header, but its cookie comes along.
			"browser": secureapi.RequestAuthorizer{
				JWT:          jwt,
				TokenSources: []secureapi.TokenSource{secureapi.TokenCookie("session")},
				CacheTTL:     time.Minute,
			},
		},

		Routes: []secureapi.Route{
			secureapi.Handle("GET /health", releases, secureapi.Public("monitors look here; it names no release")),
			secureapi.Handle("GET /me", releases), // any valid token
			secureapi.Handle("GET /releases", releases, secureapi.AnyScope("releases:read")),

			// The scope is what the client was allowed, the group is what the user is: a script that may write gets
			// never in the hands of a user who is in neither group.
			secureapi.Handle("POST /releases", releases,
				secureapi.AnyScope("releases:write"), secureapi.AnyGroup("release-managers", "on-call")),

			// Only reads are guarded by the cookie: it comes along on a link in a stranger's page, too.
			secureapi.Handle("GET /board", releases, secureapi.GuardedBy("browser"), secureapi.AnyGroup("engineering")),
		},
	})
	return stack
}
