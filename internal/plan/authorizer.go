package plan

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// Authorizer describes an authorizer in plain values: what its kind can do, and how this one is set. Each kind fills
// one in; the plan does not know the kinds.
type Authorizer struct {
	// Err says that the value is not an authorizer at all. Nothing else counts then.
	Err error

	// Kind is the name of its type, for errors: "TokenAuthorizer".
	Kind string

	// Problems are what is wrong with its settings, seen by themselves.
	Problems []error

	// Enforces says why it cannot enforce a route's requirements, with the way out; nil if it can.
	Enforces func(requires []access.Requirement) error

	// Headers are the request headers that it reads, for the answer to preflights.
	Headers []string

	// Enough are the headers that let a caller in, where it takes one set of them or another. "Cookie" is one here. Nil
	// says that it needs all of Headers.
	Enough [][]string

	// Included is set if the included function decides, which needs the access table.
	Included *Included

	// Keeps says that API Gateway has a cache of its answers, which a deployment can empty.
	Keeps bool

	// Signed says that it takes requests that are signed with AWS credentials.
	Signed bool

	// NeedsAllow says that its routes need an Allow as soon as there is a resource policy, as public routes do. With
	// any other authorizer, such an Allow would admit callers that it rejects.
	NeedsAllow bool

	// ComparesScopes says that API Gateway compares the token's scopes with those of the method.
	ComparesScopes bool

	// ComparesClaims says that API Gateway compares claims, by conditions that all of the authorizer's routes share.
	ComparesClaims bool

	// JSONClaims says that access logs and templates get claims as JSON text, quotes included.
	JSONClaims bool

	// Session says that it takes the session of a login; nil for any other.
	Session *Session

	// Cookies are the names of cookies that it takes for tokens.
	Cookies []string

	// NamesKeys says that its answer may name an API key (usageIdentifierKey).
	NamesKeys bool

	// UsageKeyClaim is the claim that the included function takes the key from; "" for none.
	UsageKeyClaim string
}

// Included describes the included function's answers.
type Included struct {
	// Cached says that one policy is cached for all routes. Otherwise an answer serves one verb and path.
	Cached bool

	// DenyEscapes denies paths with a percent-escape.
	DenyEscapes bool

	// Issuers are the URLs of those whose tokens it takes.
	Issuers []string
}

// Guard is an authorizer in use.
type Guard struct {
	Name string // as in GuardedBy; "" is the API's own
	Authorizer
	Table *access.Table // for the included function; nil without one

	// Conditions are those on claims that each of its routes has, in the order of the claims' names, if it ComparesClaims.
	Conditions []access.Requirement

	used bool
}

func (g *Guard) String() string {
	if g.Name == "" {
		return "the API's " + g.Kind
	}
	return fmt.Sprintf("the %s %q", g.Kind, g.Name)
}

// ID is the construct id of the authorizer; ids are part of the logical ids, which must not change lightly.
func (g *Guard) ID() string { return g.IDOf("Authorizer") }

// IDOf is the construct id of something that belongs to the authorizer. The name comes last, so that no two ids of two
// authorizers are the same.
func (g *Guard) IDOf(what string) string {
	if g.Name == "" {
		return what
	}
	return what + "-" + g.Name
}
