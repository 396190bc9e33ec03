package secureapi

import (
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// ClaimPath names a claim of the caller's token. [Claim] makes one.
type ClaimPath struct{ path string }

// Claim names a claim of the caller's token, for a condition on it. A dot descends into an object:
// Claim("realm_access.tier"). A claim whose own name is the whole path, such as "https://example.com/tier", comes first.
//
//	secureapi.Handle("GET /reports", reports, secureapi.Claim("plan").OneOf("pro", "team"))
//	secureapi.Handle("POST /payments", pay, secureapi.Claim("amr").Has("mfa"))
//	secureapi.Handle("POST /posts", post, secureapi.Claim("email_verified").Is("true"))
//
// Conditions follow from the token alone: a hook of the included authorizer cannot change them, and the answer to them
// may be cached. A claim that is missing, null, an object or a number with a fraction or an exponent meets no condition.
// The included authorizer enforces conditions. An empty name, an empty text and a CDK token are refused at synth.
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

// Either asks for one of these requirements: OR, beside the AND that several requirements of a route are. At least two,
// each once: [AnyScope], [AnyGroup], [AnyRole] and conditions of [Claim]. [Public], [GuardedBy] and another Either are
// refused at synth. The included authorizer enforces it.
//
//	secureapi.Handle("GET /reports", reports, secureapi.Either(
//		secureapi.Claim("plan").Is("pro"),
//		secureapi.AnyGroup("staff"),
//	))
func Either(alternatives ...Access) Access {
	var of []plan.Access
	for _, a := range alternatives {
		of = append(of, planned(a))
	}
	return restriction{plan.Either{Of: of}}
}

// planned describes an Access in plain values. A struct that embeds one has its methods, and must not pass for it.
func planned(a Access) plan.Access {
	if own, ok := a.(restriction); ok {
		return own.plan()
	}
	return plan.Unsupported{Type: fmt.Sprintf("%T", a)}
}
