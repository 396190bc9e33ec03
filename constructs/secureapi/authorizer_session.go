package secureapi

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// SessionAuthorizer guards routes with the session of a [Login]. It is a Lambda authorizer of type REQUEST with the
// included function, which opens the session's cookie and enforces the routes' requirements as with [JWT].
//
// Browsers also send the cookie with requests that other sites cause, so the authorizer checks Sec-Fetch-Site too.
// Requests of the API's own pages (same-origin) get the session's rights. Any other request gets them for GET, HEAD and
// OPTIONS only, so that links from other sites work. API Gateway caches answers by exactly Cookie and Sec-Fetch-Site,
// and itself answers 401 if one of them is missing. Clients other than browsers therefore need another authorizer.
//
// Pages on sibling hosts in CORS.AllowOrigins may call POST, PUT, PATCH and DELETE only if the authorizer has
// [NoCache], because the cache does not distinguish the Origin of a request. Add a second authorizer for those routes:
//
//	Authorizer:  secureapi.SessionAuthorizer{Login: login},
//	Authorizers: map[string]secureapi.Authorizer{
//		"writes": secureapi.SessionAuthorizer{Login: login, CacheTTL: secureapi.NoCache},
//	},
//	...
//	secureapi.Handle("POST /orders", orders, secureapi.GuardedBy("writes"), secureapi.AnyScope("orders:write")),
type SessionAuthorizer struct {
	// Login is the login whose sessions are accepted. Required.
	Login *Login

	// CacheTTL is how long API Gateway caches the function's policy for a session, in whole seconds up to an hour. The
	// policy stays valid until then even if the session ends: API Gateway does not see a logout, and a copy of the cookie
	// still gets the cached answer. [NoCache] turns the cache off. Default: 60 seconds.
	CacheTTL time.Duration

	// CacheTTLSeconds replaces CacheTTL with a CDK token, such as the ValueAsNumber of a CfnParameter. The deployment
	// resolves it to seconds; 0 turns the cache off. Checks assume an hour. Default: CacheTTL.
	CacheTTLSeconds *float64

	// ContextClaims are claims that the backend receives; see [JWT.ContextClaims]. Default: none.
	ContextClaims []string

	// UsageKeyClaim is the claim that holds the caller's API key; see [JWT.UsageKeyClaim]. Default: no key.
	UsageKeyClaim string

	// PolicyEndsWithToken, DenyEscapedPaths, NoTokenCache and NoMetrics are those of [JWT].
	PolicyEndsWithToken, DenyEscapedPaths, NoTokenCache, NoMetrics bool

	// Release makes API Gateway invoke the function through an alias; see [JWT.Release]. Default: API Gateway invokes the
	// function itself.
	Release *Release

	// Package is the import path of your own main package that runs the authorizer; see [JWT.Package]. Default: the
	// included one.
	Package string

	// FunctionProps are passed to CDK for the authorizer's function; see [JWT.FunctionProps].
	FunctionProps *awslambda.FunctionProps
}

var _ Authorizer = SessionAuthorizer{}

func (a SessionAuthorizer) plan() plan.Authorizer {
	out := plan.Authorizer{
		Kind:          "SessionAuthorizer",
		Tenant:        plan.IncludedTenant,
		Enforces:      func([]access.Requirement) error { return nil },
		Keeps:         true,
		Caller:        plan.IncludedCaller,
		NamesKeys:     a.UsageKeyClaim != "",
		UsageKeyClaim: a.UsageKeyClaim,
	}
	if a.Login != nil {
		ttl, _ := a.ttl()
		out.Session = &plan.Session{
			Login: a.Login.plan(), Cached: ttl > 0, Claims: a.ContextClaims, Hooked: a.Package != "",
		}
		out.Enforces, out.Tenant = out.Session.Enforces, out.Session.Tenant
		out.Included = &plan.Included{Cached: ttl > 0, DenyEscapes: a.DenyEscapedPaths}
	}
	out.Problems = withProblem(
		a.cacheTTL().check(),
		out.Session.Check(a.cacheTTL().planned()),
		a.Release.plan(a.FunctionProps).Check(),
	)
	return out
}

func (a SessionAuthorizer) cacheTTL() cacheTTL { return cacheTTL{a.CacheTTL, a.CacheTTLSeconds} }

func (a SessionAuthorizer) ttl() (time.Duration, error) {
	return identity.CacheTTL(plan.SessionTTL(a.cacheTTL().planned()))
}

// jwt returns the settings of the included function.
func (a SessionAuthorizer) jwt() *JWT {
	return &JWT{
		Issuers:             []Issuer{a.Login.Issuer},
		ContextClaims:       slices.Clone(a.ContextClaims),
		UsageKeyClaim:       a.UsageKeyClaim,
		PolicyEndsWithToken: a.PolicyEndsWithToken,
		DenyEscapedPaths:    a.DenyEscapedPaths,
		NoTokenCache:        a.NoTokenCache,
		NoMetrics:           a.NoMetrics,
		Release:             a.Release,
		Package:             a.Package,
		FunctionProps:       a.FunctionProps,
	}
}

func (a SessionAuthorizer) attach(s *site, g *plan.Guard) attached {
	ttl, _ := a.ttl()
	planned, kept := g.Session.Login, s.kept[g.Session.Login]
	session := &settings.Session{
		Cookie:      planned.Cookie,
		Host:        planned.Host(),
		KeysARN:     *kept.keys.SecretArn(),
		IdleTimeout: settings.Seconds(planned.IdleTimeout),
		MaxAge:      settings.Seconds(planned.MaxAge),
		Table:       kept.renewal,
	}
	var sources []identity.Source
	if ttl > 0 {
		sources = plan.SessionSources()
	} else {
		session.AllowOrigins = g.Session.Siblings
	}
	made := a.jwt().build(s, g, settings.Authorizer{PerRequest: ttl == 0, Session: session})
	kept.keys.GrantRead(made.function, nil)
	if kept.table != nil {
		kept.grantTable(made.function, settings.OpenActions)
		a.Login.grantClient(planned, made.function)
	}
	return handler{function: made.invoked(), included: made}.request(s, g, sources, a.cacheTTL().inTemplate(ttl))
}
