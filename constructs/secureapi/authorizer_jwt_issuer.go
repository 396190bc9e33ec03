package secureapi

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// nativeAlgorithms are the algorithms that API Gateway's JWT authorizers verify.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtConfiguration.html
var nativeAlgorithms = []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}

// nativeKeyAge is the longest time for which API Gateway caches an issuer's keys.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-keys.html
const nativeKeyAge = time.Hour

// insteadOfJWT names the cheapest guard that enforces what a JWTAuthorizer cannot.
const insteadOfJWT = "the cheapest guard that can is a TokenAuthorizer with JWT and the same Issuers, whose included " +
	"function verifies the token"

func (i Issuer) algorithms() []string {
	if len(i.Algorithms) == 0 {
		return []string{"RS256"}
	}
	return slices.Clone(i.Algorithms)
}

// condition is a text that a claim must have because of a setting of the issuer.
type condition struct{ claim, text, setting string }

// conditions returns the settings that API Gateway enforces as a condition on a claim.
func (i Issuer) conditions() (out []condition) {
	if i.TokenUse != "" {
		out = append(out, condition{"token_use", i.TokenUse, "TokenUse"})
	}
	if claim := i.nativeClient(); claim != "" {
		out = append(out, condition{claim, i.Clients[0], "Clients"})
	}
	return out
}

// nativeClient returns the claim that names the client if Clients has one client and there is a single such claim, or
// "". An access token of Amazon Cognito has the client in client_id. Other tokens have it in azp, client_id, or both.
func (i Issuer) nativeClient() string {
	switch {
	case len(i.Clients) != 1:
		return ""
	case i.ClientClaim != "" && !strings.Contains(i.ClientClaim, "."):
		return i.ClientClaim
	case i.ClientClaim == "" && i.TokenUse == "access":
		return "client_id"
	}
	return ""
}

// notNative returns an error with the way out for each setting that API Gateway cannot enforce. Settings that a team
// may rely on are refused and not dropped.
func (i Issuer) notNative() (errs []error) {
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("issuer %q "+format, append([]any{i.URL}, a...)...))
	}
	if i.HMACSecret != nil {
		bad("has an HMACSecret, and API Gateway verifies tokens with published keys alone: %s", insteadOfJWT)
		return errs
	}
	if i.CertificateBound {
		bad("is CertificateBound, and API Gateway is not known to compare cnf with a client certificate: guard the routes " +
			"with a RequestAuthorizer with JWT")
	}
	if i.DPoPBound {
		bad("is DPoPBound, and API Gateway checks no DPoP proofs: guard the routes with a RequestAuthorizer with JWT")
	}
	if i.Introspection != nil {
		bad("has an Introspection, and API Gateway verifies JWTs and asks no issuer about them: %s", insteadOfJWT)
	}
	for _, alg := range i.algorithms() {
		if !slices.Contains(nativeAlgorithms, alg) {
			bad("signs with %s, and a JWT authorizer takes %s: have it sign with one of them; else %s", alg,
				strings.Join(nativeAlgorithms, ", "), insteadOfJWT)
		}
	}
	if why := notPublic(i.URL); why != "" {
		bad("%s, and API Gateway reads its discovery document from the public internet: %s", why, insteadOfJWT)
	}
	if i.JWKSURL != "" && (i.JWKSURL != i.provider.keys || i.URL != i.provider.url) {
		bad("has the JWKSURL %q, and API Gateway takes the one that the discovery document at its URL names: leave JWKSURL "+
			"out if that is the same; else %s", i.JWKSURL, insteadOfJWT)
	}
	if i.Type != "" {
		bad("has the Type %q, and API Gateway is not known to check typ: leave it out to accept any; else %s", i.Type,
			insteadOfJWT)
	}
	if !slices.Contains([]string{"", "scope", "scp"}, i.ScopesClaim) {
		bad("has the ScopesClaim %q, and API Gateway reads scopes from scope or scp: %s", i.ScopesClaim, insteadOfJWT)
	}
	if i.PrincipalClaim != "" && i.PrincipalClaim != "sub" {
		bad("has the PrincipalClaim %q, and API Gateway names no principal: read the claim in the function behind the "+
			"route, and leave PrincipalClaim out; else %s", i.PrincipalClaim, insteadOfJWT)
	}
	return append(errs, i.notNativeLimits()...)
}

// notNativeLimits does the same for the settings that limit tokens and keys.
func (i Issuer) notNativeLimits() (errs []error) {
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("issuer %q "+format, append([]any{i.URL}, a...)...))
	}
	if len(i.Clients) > 0 && i.nativeClient() == "" {
		bad("has %d Clients, and a JWT authorizer compares one claim of the top level with one text: name one client, with "+
			"ClientClaim; else %s", len(i.Clients), insteadOfJWT)
	}
	if i.provider.cognito && i.TokenUse == "access" && len(i.Clients) == 0 {
		for _, audience := range i.Audiences {
			if !slices.Contains(i.provider.clients, audience) {
				bad("has the audience %q, which is not one of its clients, and API Gateway does not look at the client of a "+
					"token with an aud, so each client of the user pool would pass: name the one client in Clients; else %s",
					audience, insteadOfJWT)
			}
		}
	}
	if i.MaxLifetime != 0 {
		bad("has the MaxLifetime %s, and API Gateway accepts a token until its exp: limit the lifetime at the issuer, and "+
			"leave MaxLifetime out; else %s", i.MaxLifetime, insteadOfJWT)
	}
	if i.MaxKeyAge != 0 && i.MaxKeyAge < nativeKeyAge {
		bad("has the MaxKeyAge %s, and API Gateway keeps keys for up to %s: leave MaxKeyAge out to accept that; else %s",
			i.MaxKeyAge, nativeKeyAge, insteadOfJWT)
	}
	if i.StaleCeiling != 0 {
		bad("has the StaleCeiling %s, and API Gateway has no such setting: leave it out; else %s", i.StaleCeiling,
			insteadOfJWT)
	}
	if i.Leeway != 0 {
		bad("has the Leeway %s, and API Gateway has no such setting: leave it out; else %s", i.Leeway, insteadOfJWT)
	}
	return errs
}

// notPublic returns why the host of an issuer is not on the public internet, or "" if it may be.
func notPublic(text string) string {
	u, err := url.Parse(text)
	if cdktoken.Unresolved(text) || err != nil {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr = addr.Unmap(); !addr.IsGlobalUnicast() || addr.IsPrivate() {
			return "has an address that is not public"
		}
		return ""
	}
	for _, suffix := range []string{".localhost", ".local", ".internal", ".test", ".invalid"} {
		if strings.HasSuffix("."+host, suffix) {
			return "has a host that is not public"
		}
	}
	if !strings.Contains(host, ".") {
		return "has a host that is not public"
	}
	return ""
}
