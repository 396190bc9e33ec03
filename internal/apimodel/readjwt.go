package apimodel

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// jwtAlgorithms are the algorithms that a JWT authorizer accepts.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtConfiguration.html
var jwtAlgorithms = []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}

// ownClaims are the claims that a JWT authorizer always checks, so that no condition may name them.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtAdditionalClaim.html
var ownClaims = []string{"iss", "aud", "exp", "nbf", "iat", "scope", "scp"}

// jwt reads the properties of a JWT authorizer. AWS documents neither that its answers are cached nor what properties
// of other types do to it. Here they are not cached, and such properties are problems.
func (r *reader) jwt(a *Authorizer) {
	a.TTL = 0
	for _, name := range []string{
		"AuthorizerCredentials", "AuthorizerUri", "IdentityValidationExpression", "ProviderARNs",
	} {
		if r.has(name) {
			r.problem("%s does not belong to an authorizer of type JWT", name)
		}
	}
	if !r.has("JwtConfiguration") {
		r.problem("JwtConfiguration is missing")
		return
	}
	in := r.object("JwtConfiguration")
	in.rejectUnknown("DefaultAlgorithms", "Issuers")
	a.JWT = &JWT{Algorithms: in.needTexts("DefaultAlgorithms")}
	for _, alg := range a.JWT.Algorithms {
		if !slices.Contains(jwtAlgorithms, alg) {
			in.problem("%s.DefaultAlgorithms: want some of %s, got %q", in.path, strings.Join(jwtAlgorithms, ", "), alg)
		}
	}
	seen := map[string]bool{}
	for _, issuer := range in.objects("Issuers") {
		i := issuer.jwtIssuer()
		if seen[i.URL] {
			issuer.problem("%s.Issuer: %q is there twice", issuer.path, i.URL)
		}
		seen[i.URL] = true
		a.JWT.Issuers = append(a.JWT.Issuers, i)
	}
	if len(a.JWT.Issuers) == 0 {
		in.problem("%s.Issuers: want at least one issuer", in.path)
	}
}

// jwtIssuer reads an issuer. It is an absolute https URL without a query or a fragment.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-create.html
func (r *reader) jwtIssuer() JWTIssuer {
	r.rejectUnknown("AdditionalClaims", "Audiences", "Issuer")
	out := JWTIssuer{URL: r.need("Issuer"), Audiences: r.needTexts("Audiences")}
	if u, err := url.Parse(out.URL); out.URL != "" &&
		(err != nil || u.Scheme != "https" || u.Host == "" || strings.ContainsAny(out.URL, "?#")) {
		r.problem("%s.Issuer: want an https URL without a query or a fragment, got %q", r.path, out.URL)
	}
	for _, claim := range r.objects("AdditionalClaims") {
		out.Claims = append(out.Claims, claim.jwtClaim())
	}
	return out
}

func (r *reader) jwtClaim() JWTClaim {
	r.rejectUnknown("ClaimName", "ExpectedValues", "Format", "Required")
	out := JWTClaim{Name: r.need("ClaimName"), Required: r.bool("Required")}
	if slices.Contains(ownClaims, out.Name) {
		r.problem("%s.ClaimName: a condition cannot name any of %s, got %q", r.path, strings.Join(ownClaims, ", "), out.Name)
	}
	if format := r.need("Format"); format != "" && format != "SINGLE_STRING" {
		r.problem("%s.Format: want SINGLE_STRING, got %q", r.path, format)
	}
	if !r.has("ExpectedValues") {
		return out
	}
	values := r.needTexts("ExpectedValues")
	switch {
	case len(values) > 1:
		r.problem("%s.ExpectedValues: API Gateway takes one value, got %d", r.path, len(values))
	case len(values) == 1:
		out.Value = values[0]
	}
	return out
}

// needTexts returns a required property as a list of strings. The list and its strings must not be empty.
func (r *reader) needTexts(name string) []string {
	out := r.texts(name)
	if list, ok := r.values[name].([]any); !r.has(name) || ok && len(list) == 0 {
		r.problem("%s.%s: want at least one value", r.path, name)
	}
	if slices.Contains(out, "") {
		r.problem("%s.%s: a value is empty", r.path, name)
	}
	return out
}

// rejectUnknown reports unknown members as problems, since they may decide who is admitted.
func (r *reader) rejectUnknown(names ...string) {
	for _, name := range r.names() {
		if !slices.Contains(names, name) {
			r.problem("%s.%s is not known here: want %s, got %s", r.path, name, strings.Join(names, ", "),
				cloudassembly.Describe(r.values[name]))
		}
	}
}
