package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ClaimPath names a claim of the caller's token. Make one with [Claim].
type ClaimPath struct{ path string }

// Claim names a claim of the caller's token, for a condition on its value. A dot descends into an object:
// Claim("realm_access.tier"). A claim whose own name is the whole path, such as "https://example.com/tier", takes
// precedence.
//
//	secureapi.Handle("GET /reports", reports, secureapi.Claim("plan").OneOf("pro", "team"))
//	secureapi.Handle("POST /payments", pay, secureapi.Claim("amr").Has("mfa"))
//	secureapi.Handle("POST /posts", post, secureapi.Claim("email_verified").Is("true"))
//
// Conditions depend on the token only. A hook of the included authorizer cannot change them, and API Gateway may cache
// the result. A claim never meets a condition if it is missing, null, an object, or a number with a fraction or an
// exponent. The included authorizer enforces all conditions. A [JWTAuthorizer] enforces a condition on one text that
// all of its routes share. Synthesis refuses an empty name, an empty text and a CDK token.
func Claim(path string) ClaimPath { return ClaimPath{path} }

// Is requires the claim to have exactly this text. A string is compared as is; a boolean or an integer by its JSON
// text: Is("true"), Is("7"). A list does not match; see [ClaimPath.Has].
func (c ClaimPath) Is(text string) Access { return c.OneOf(text) }

// OneOf requires the claim to have exactly one of these texts, compared as [ClaimPath.Is] does. Pass at least one, each
// once.
func (c ClaimPath) OneOf(texts ...string) Access {
	return restriction{plan.Requirement{Kind: access.Claim, Claim: c.path, AnyOf: slices.Clone(texts)}}
}

// Has requires the claim to be a list with exactly this text among its elements. Elements may be strings, booleans and
// integers, compared as [ClaimPath.Is] does. A list with any other element, or a single string, does not match.
func (c ClaimPath) Has(text string) Access {
	return restriction{plan.Requirement{Kind: access.ClaimHas, Claim: c.path, AnyOf: []string{text}}}
}

// Parameter names a parameter of the route's path. Make one with [PathParameter].
type Parameter struct{ name string }

// PathParameter names a parameter of the route's path, to compare it with a claim. Only the owner of what the path
// names may then call the route.
//
//	secureapi.Handle("GET /users/{id}", users, secureapi.PathParameter("id").Is(secureapi.Claim("sub")))
//	secureapi.Handle("GET /tenants/{tenant}/invoices", invoices,
//		secureapi.PathParameter("tenant").In(secureapi.Claim("tenants")))
//
// Pass the name as in the pattern, without braces. Synthesis refuses a name that the pattern does not have, and a
// greedy parameter ({rest+}). The included authorizer enforces the comparison, also in policies that API Gateway
// caches.
//
// The policy contains the claim's value as a path segment, so only some values can match. A value has 1 to 128 letters,
// digits and - . _ ~ @ | : +, and is neither "." nor "..". It must not equal a literal that another route has in the
// parameter's place: a user named "me" does not get what "GET /users/me" guards. Any other value allows nothing. A
// value with @ | : + matches as is, and with all of these characters percent-encoded in upper-case hex. With [NoCache]
// an answer serves one request, and any encoding matches. A cached policy omits resources longer than 512 characters
// and lists that do not fit.
func PathParameter(name string) Parameter { return Parameter{name} }

// Is requires the parameter to equal the claim, compared as [ClaimPath.Is] does.
func (p Parameter) Is(claim ClaimPath) Access {
	return restriction{plan.Requirement{Kind: access.PathIs, Parameter: p.name, Claim: claim.path}}
}

// In requires the parameter to be among the elements of the claim, which is a list, compared as [ClaimPath.Has] does. A
// list of more than 1,024 elements allows nothing.
func (p Parameter) In(claim ClaimPath) Access {
	return restriction{plan.Requirement{Kind: access.PathIn, Parameter: p.name, Claim: claim.path}}
}

// Either requires at least one of these alternatives (OR). Several requirements on a route all have to hold (AND). Pass
// at least two different ones of [AnyScope], [AnyGroup], [AnyRole], conditions of [Claim], and [PathParameter].
// Synthesis refuses Public, GuardedBy and a nested Either. The included authorizer enforces it.
//
//	secureapi.Handle("GET /users/{id}", users, secureapi.Either(
//		secureapi.PathParameter("id").Is(secureapi.Claim("sub")),
//		secureapi.AnyGroup("admins"),
//	))
func Either(alternatives ...Access) Access {
	var of []plan.Access
	for _, a := range alternatives {
		of = append(of, planned(a))
	}
	return restriction{plan.Either{Of: of}}
}
