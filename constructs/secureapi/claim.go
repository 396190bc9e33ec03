package secureapi

import (
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ClaimPath names a claim of the caller's token. [Claim] makes one.
type ClaimPath struct{ path string }

// Claim names a claim of the caller's token, for a condition on it. A dot descends into an object:
// Claim("realm_access.tier"). A claim whose own name is the whole path, such as "https://example.com/tier", comes
// first.
//
//	secureapi.Handle("GET /reports", reports, secureapi.Claim("plan").OneOf("pro", "team"))
//	secureapi.Handle("POST /payments", pay, secureapi.Claim("amr").Has("mfa"))
//	secureapi.Handle("POST /posts", post, secureapi.Claim("email_verified").Is("true"))
//
// Conditions follow from the token alone: a hook of the included authorizer cannot change them, and the answer to them
// may be cached. A claim that is missing, null, an object or a number with a fraction or an exponent meets no
// condition. The included authorizer enforces conditions, and a [JWTAuthorizer] one text that all of its routes
// require. An empty name, an empty text and a CDK token are refused at synth.
func Claim(path string) ClaimPath { return ClaimPath{path} }

// Is asks for a claim with exactly this text. A string is compared by its text, a boolean or an integer by its JSON
// text: Is("true"), Is("7"). A list does not meet it: see [ClaimPath.Has].
func (c ClaimPath) Is(text string) Access { return c.OneOf(text) }

// OneOf asks for a claim with exactly one of these texts, compared as [ClaimPath.Is] does. At least one, each once.
func (c ClaimPath) OneOf(texts ...string) Access {
	return restriction{plan.Requirement{Kind: access.Claim, Claim: c.path, AnyOf: slices.Clone(texts)}}
}

// Has asks for a claim that is a list and has exactly this text among its elements. The list may have strings, booleans
// and integers, compared as [ClaimPath.Is] does; a list with any other element does not meet it, nor does a single
// string.
func (c ClaimPath) Has(text string) Access {
	return restriction{plan.Requirement{Kind: access.ClaimHas, Claim: c.path, AnyOf: []string{text}}}
}

// Parameter names a parameter of the route's path. [PathParameter] makes one.
type Parameter struct{ name string }

// PathParameter names a parameter of the route's path, to compare it with a claim: who owns what the path names may
// call.
//
//	secureapi.Handle("GET /users/{id}", users, secureapi.PathParameter("id").Is(secureapi.Claim("sub")))
//	secureapi.Handle("GET /tenants/{tenant}/invoices", invoices,
//		secureapi.PathParameter("tenant").In(secureapi.Claim("tenants")))
//
// The name is that in the pattern, without braces. It is refused at synth if the pattern has no such parameter, or if
// it is greedy ({rest+}). The included authorizer enforces it, also in policies that API Gateway caches: the claim's
// value is a segment of what the policy allows. So the value has 1 to 128 letters, digits and - . _ ~ @ | : +, is
// neither "." nor "..", and is not a literal that another route has in the parameter's place: a user called "me" does
// not get what "GET /users/me" guards. Any other value permits nothing. A value with @ | : + is taken as it is and with
// all of these percent-encoded in upper-case hex; with [NoCache], where each answer serves one request, in any
// encoding. A policy that is cached leaves out resources above 512 characters, and lists that do not fit.
func PathParameter(name string) Parameter { return Parameter{name} }

// Is asks for a path whose parameter is the claim, compared as [ClaimPath.Is] does.
func (p Parameter) Is(claim ClaimPath) Access {
	return restriction{plan.Requirement{Kind: access.PathIs, Parameter: p.name, Claim: claim.path}}
}

// In asks for a path whose parameter is among the elements of the claim, which is a list, compared as [ClaimPath.Has]
// does. Up to 1,024 elements count; a longer list permits nothing.
func (p Parameter) In(claim ClaimPath) Access {
	return restriction{plan.Requirement{Kind: access.PathIn, Parameter: p.name, Claim: claim.path}}
}

// Either asks for one of these requirements: OR, beside the AND that several requirements of a route are. At least two,
// each once: [AnyScope], [AnyGroup], [AnyRole], conditions of [Claim], and [PathParameter]. [Public], [GuardedBy] and
// another Either are refused at synth. The included authorizer enforces it.
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
