package plan

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// Authorizer describes an authorizer in plain values: what its kind can do, and how this one is configured. Each kind
// fills one in, so the plan does not know the kinds.
type Authorizer struct {
	// Err reports that the value is not an authorizer at all. If it is set, no other field counts.
	Err error

	// Kind is the name of its type in errors, such as "TokenAuthorizer".
	Kind string

	// Problems are errors in its own settings.
	Problems []error

	// Enforces returns nil if the authorizer can enforce a route's requirements, and otherwise an error with the reason
	// and the way out.
	Enforces func(requires []access.Requirement) error

	// Headers are the request headers that it reads. The answer to preflights allows them.
	Headers []string

	// Enough lists alternative sets of headers. A caller needs all headers of one set, among them "Cookie". If Enough is
	// nil, the authorizer needs all of Headers.
	Enough [][]string

	// Included is set if the included function decides. That function needs the access table.
	Included *Included

	// Keeps reports whether API Gateway caches its answers. A deployment can empty that cache.
	Keeps bool

	// Signed reports whether it takes requests that are signed with AWS credentials.
	Signed bool

	// NeedsAllow reports whether its routes need an Allow as soon as there is a resource policy, as public routes do. With
	// any other authorizer, such an Allow would admit callers that the authorizer rejects.
	NeedsAllow bool

	// ComparesScopes reports whether API Gateway compares the token's scopes with the method's.
	ComparesScopes bool

	// ComparesClaims reports whether API Gateway compares claims. Its conditions then apply to all of the authorizer's
	// routes.
	ComparesClaims bool

	// CertificateBound is the URL of an issuer whose tokens count only with the client certificate that they are bound to;
	// "" without one.
	CertificateBound string

	// Caller names the variables that hold its callers.
	Caller Caller

	// Tenant returns what the tenant of a caller is mapped from.
	Tenant TenantSource

	// JSONClaims reports whether access logs and templates get claims as JSON text, quotes included.
	JSONClaims bool

	// Session is set if the authorizer accepts sessions of a login.
	Session *Session

	// Cookies are the names of the cookies that it reads tokens from.
	Cookies []string

	// NamesKeys reports whether its answer may name an API key (usageIdentifierKey).
	NamesKeys bool

	// UsageKeyClaim is the claim that the included function reads the API key from; "" for none.
	UsageKeyClaim string
}

// Included describes the included function's answers.
type Included struct {
	// Cached reports whether one policy is cached for all routes. Otherwise an answer is for one verb and path.
	Cached bool

	// DenyEscapes makes the function deny paths that contain a percent-escape.
	DenyEscapes bool

	// Issuers are the URLs of the issuers whose tokens it takes.
	Issuers []string
}

// Guard is an authorizer in use.
type Guard struct {
	Name string // as in GuardedBy; "" for the API's own
	Authorizer
	Table *access.Table // for the included function; nil without one

	// Conditions are the conditions on claims that all of its routes share, sorted by claim name. They are set only if
	// ComparesClaims is.
	Conditions []access.Requirement

	used bool
}

func (g *Guard) String() string {
	if g.Name == "" {
		return "the API's " + g.Kind
	}
	return fmt.Sprintf("the %s %q", g.Kind, g.Name)
}

// ID returns the authorizer's construct ID. Logical IDs contain it, so it must not change lightly.
func (g *Guard) ID() string { return g.IDOf("Authorizer") }

// IDOf returns the construct ID of something that belongs to the authorizer. The name comes last, so that the IDs of
// two authorizers never collide.
func (g *Guard) IDOf(what string) string {
	if g.Name == "" {
		return what
	}
	return what + "-" + g.Name
}
