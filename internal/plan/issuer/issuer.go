// Package issuer checks what an app says of an issuer of tokens by itself: its URL, audiences, algorithms and limits,
// what its tokens are bound to, how it is asked about them, and which rights they can have.
//
// Package plan checks issuers together with what guards an API, and package login the issuer of a login.
package issuer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// Issuer has the parts of a secureapi.Issuer that are checked.
type Issuer struct {
	URL             string
	Audiences       []string
	Algorithms      []string
	JWKSURL         string
	HMACSecret      bool // whether there is one
	HMACSecretField string
	Type, TokenUse  string
	Pool            bool // whether it is known to be a user pool of Amazon Cognito
	Clients         []string
	Leeway          time.Duration

	// The claims to read scopes, groups, roles and the principal from; "" for the default.
	ScopesClaim, GroupsClaim, RolesClaim, PrincipalClaim string

	AcceptBoundTokens, CertificateBound, DPoPBound bool

	MaxLifetime, MaxKeyAge, StaleCeiling time.Duration
	Introspection                        *Introspection // nil if the issuer is not asked about tokens

	Rightless    string // for a preset whose tokens have no scopes, groups or roles: the provider's name; "" otherwise
	Problem      error  // what the preset found wrong with its arguments
	AudienceName string // what the preset calls its audiences, for errors
}

var (
	asymmetric = []string{
		"RS256",
		"RS384",
		"RS512",
		"PS256",
		"PS384",
		"PS512",
		"ES256",
		"ES384",
		"ES512",
		"EdDSA",
		"Ed25519",
	}
	symmetric = []string{"HS256", "HS384", "HS512"}
)

// The limits of package jwt. The function checks them again.
const (
	maxLeeway           = 5 * time.Minute
	minKeyAge           = time.Minute
	maxStaleCeiling     = 7 * 24 * time.Hour
	defaultMaxKeyAge    = time.Hour
	defaultStaleCeiling = 12 * time.Hour
)

// Check returns what is wrong with the issuer.
func (i Issuer) Check() (errs []error) {
	if i.Problem != nil {
		return []error{i.Problem}
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	derived := false // whether JWKSURL derives from a wrong URL: it is not reported again then
	if err := checkURL("URL", i.URL); err != nil {
		errs = append(errs, err)
		derived = i.URL != "" && strings.HasPrefix(i.JWKSURL, i.URL)
	}
	if i.JWKSURL != "" && !derived {
		if err := checkURL("JWKSURL", i.JWKSURL); err != nil {
			errs = append(errs, err)
		}
	}
	if len(i.Audiences) == 0 && (!i.IsOpaque() || len(i.Clients) == 0) {
		bad("issuer %q has no Audiences, so it would accept tokens meant for other services: name %s", i.URL,
			cmp.Or(i.AudienceName, "your API's"))
	}
	if slices.ContainsFunc(i.Audiences, cdktoken.UnresolvedList) {
		bad("issuer %q has Audiences that are a list known only when the stack is deployed: take single values of it "+
			"with awscdk.Fn_Select", i.URL)
	}
	if slices.Contains(i.Audiences, "") {
		bad("issuer %q has an empty audience: name %s", i.URL, cmp.Or(i.AudienceName, "your API's"))
	}
	if slices.Contains(i.Audiences, "*") {
		bad("issuer %q has the audience %q, which no token has: audiences are compared whole, so name %s", i.URL, "*",
			cmp.Or(i.AudienceName, "your API's"))
	}
	errs = append(errs, i.checkSpaces()...)
	known, kind := asymmetric, "without HMACSecret"
	if i.HMACSecret {
		known, kind = symmetric, "with HMACSecret"
		if i.JWKSURL != "" {
			bad("issuer %q has both HMACSecret and JWKSURL: keys are either shared or published", i.URL)
		}
	} else if i.HMACSecretField != "" {
		bad("issuer %q has HMACSecretField but no HMACSecret", i.URL)
	}
	for _, alg := range i.Algorithms {
		if !slices.Contains(known, alg) {
			bad("issuer %q: algorithm %q: %s an issuer signs with %s", i.URL, alg, kind, strings.Join(known, ", "))
		}
	}
	if !cdktoken.Unresolved(i.Type) && !mediaType(i.Type) {
		bad("issuer %q: Type %q is not a media type: want %q, %q or none", i.URL, i.Type, "at+jwt", "JWT")
	}
	if strings.EqualFold(strings.TrimPrefix(i.Type, "application/"), "token-introspection+jwt") {
		bad("issuer %q: Type %q is that of signed introspection answers, which are not tokens (RFC 9701, section 8.1)", i.URL,
			i.Type)
	}
	switch i.TokenUse {
	case "", "access", "id":
	default:
		bad("issuer %q: TokenUse %q: want %q, %q or none", i.URL, i.TokenUse, "access", "id")
	}
	if i.Leeway < 0 || i.Leeway > maxLeeway || i.Leeway%time.Second != 0 {
		bad("issuer %q: Leeway %s: want whole seconds from 0s to %s", i.URL, i.Leeway, maxLeeway)
	}
	return slices.Concat(errs, i.checkBinding(), i.checkLimits(), i.checkIntrospection())
}

// checkBinding refuses to accept unchecked what is checked, and two bindings.
func (i Issuer) checkBinding() (errs []error) {
	for _, bound := range []struct {
		name string
		set  bool
	}{{"CertificateBound", i.CertificateBound}, {"DPoPBound", i.DPoPBound}} {
		if bound.set && i.AcceptBoundTokens {
			errs = append(errs, fmt.Errorf("issuer %q has both %s and AcceptBoundTokens: the first checks what the second "+
				"accepts unchecked, so leave AcceptBoundTokens out", i.URL, bound.name))
		}
	}
	if i.CertificateBound && i.DPoPBound {
		errs = append(errs, fmt.Errorf("issuer %q has both DPoPBound and CertificateBound, and a token has one binding: "+
			"leave one out", i.URL))
	}
	return errs
}

// checkSpaces refuses texts that begin or end with a space, such as a copied one may have: tokens are compared with the
// whole text.
func (i Issuer) checkSpaces() (errs []error) {
	for _, f := range []struct {
		name  string
		texts []string
	}{
		{"Audiences", i.Audiences},
		{"Clients", i.Clients},
		{"ScopesClaim", []string{i.ScopesClaim}},
		{"GroupsClaim", []string{i.GroupsClaim}},
		{"RolesClaim", []string{i.RolesClaim}},
		{"PrincipalClaim", []string{i.PrincipalClaim}},
	} {
		for _, text := range f.texts {
			if strings.TrimSpace(text) != text {
				errs = append(errs, fmt.Errorf("issuer %q: %s has %q, with a space at an end, so that no token would fit: write %q",
					i.URL, f.name, text, strings.TrimSpace(text)))
			}
		}
	}
	return errs
}

// checkLimits checks the limits for the issuer's tokens and keys.
func (i Issuer) checkLimits() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if slices.ContainsFunc(i.Clients, cdktoken.UnresolvedList) {
		bad("issuer %q has Clients that are a list known only when the stack is deployed: take single values of it "+
			"with awscdk.Fn_Select", i.URL)
	}
	if slices.Contains(i.Clients, "") {
		bad("issuer %q has an empty client in Clients", i.URL)
	}
	if i.MaxLifetime < 0 || i.MaxLifetime%time.Second != 0 {
		bad("issuer %q: MaxLifetime %s: want whole seconds above 0s, or none for no limit", i.URL, i.MaxLifetime)
	}
	age, ceiling := cmp.Or(i.MaxKeyAge, defaultMaxKeyAge), cmp.Or(i.StaleCeiling, defaultStaleCeiling)
	switch {
	case age < minKeyAge || age%time.Second != 0:
		bad("issuer %q: MaxKeyAge %s: want whole seconds from %s on, or none for %s", i.URL, age, minKeyAge,
			defaultMaxKeyAge)
	case ceiling < 0 || ceiling > maxStaleCeiling || ceiling%time.Second != 0:
		bad("issuer %q: StaleCeiling %s: want whole seconds up to %s, or none for %s", i.URL, ceiling, maxStaleCeiling,
			defaultStaleCeiling)
	case ceiling < age:
		bad("issuer %q: StaleCeiling %s is shorter than MaxKeyAge %s: raise StaleCeiling, or lower MaxKeyAge", i.URL,
			ceiling,
			age)
	}
	return errs
}

// mediaType reports whether a typ header can have this value. An empty value, which requires none, passes.
func mediaType(s string) bool {
	return !strings.EqualFold(s, "application/") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7F })
}

// discoveryPath is part of the URL of each discovery document, of OpenID Connect and of OAuth 2.0 (RFC 8414).
const discoveryPath = "/.well-known/"

// checkURL requires an absolute https URL without query and fragment, as OpenID Connect Discovery 1.0, section 3 does.
func checkURL(field, text string) error {
	if cdktoken.UnresolvedList(text) {
		return fmt.Errorf("%s %s", field, cdktoken.ListProblem)
	}
	if cdktoken.Unresolved(text) {
		if scheme, _, found := strings.Cut(text, "://"); found && scheme != "https" && !cdktoken.Unresolved(scheme) {
			return fmt.Errorf("%s %q: want an https URL with a host", field, text)
		}
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case text == "":
		return fmt.Errorf("%s is empty: it is the issuer's identifier, like %q", field, "https://idp.example.com/")
	case err != nil:
		return fmt.Errorf("%s %q: %w", field, text, err)
	case u.Scheme != "https" || u.Hostname() == "":
		return fmt.Errorf("%s %q: want an https URL with a host", field, text)
	case field == "URL" && strings.ContainsAny(text, "?#") || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%s %q: a query, a fragment or a user does not belong in it", field, text)
	case field == "URL" && strings.Contains(text, discoveryPath):
		before, _, _ := strings.Cut(text, discoveryPath)
		return fmt.Errorf("%s %q: that is where the discovery document is, and tokens have the issuer's identifier in iss, "+
			"which the document names: %q, with or without a slash at its end", field, text, before)
	}
	return nil
}

// IsOpaque reports whether the issuer's tokens are opaque, so that only its answers tell what they are.
func (i Issuer) IsOpaque() bool { return i.Introspection != nil && !i.Introspection.VerifyJWTs }

// checkIntrospection checks the settings for asking the issuer about its tokens.
func (i Issuer) checkIntrospection() (errs []error) {
	n := i.Introspection
	if n == nil {
		return nil
	}
	bad := func(format string, a ...any) {
		errs = append(errs, fmt.Errorf("issuer %q: Introspection: %w", i.URL, fmt.Errorf(format, a...)))
	}
	n.check(bad)
	if n.SignedResponse && i.HMACSecret {
		bad("SignedResponse with HMACSecret: signed answers are verified with published keys; leave one out")
	}
	if i.TokenUse != "" {
		bad("TokenUse is for Amazon Cognito, which has no introspection endpoint: leave Introspection out, and choose a " +
			"short CacheTTL and short-lived access tokens")
	}
	if i.IsOpaque() {
		i.checkOpaque(bad)
	}
	return errs
}

// checkOpaque refuses settings that have no meaning for opaque tokens.
func (i Issuer) checkOpaque(bad func(format string, a ...any)) {
	const waysOut = "leave them out, or set Introspection.VerifyJWTs if the tokens are JWTs"
	if i.HMACSecret || i.HMACSecretField != "" || i.Type != "" {
		bad("HMACSecret, HMACSecretField and Type are for JWTs: " + waysOut)
	}
	keys := len(i.Algorithms) > 0 || i.JWKSURL != "" || i.MaxKeyAge != 0 || i.StaleCeiling != 0
	if keys && !i.Introspection.SignedResponse {
		bad("Algorithms, JWKSURL, MaxKeyAge and StaleCeiling are for JWTs and signed answers: " + waysOut)
	}
}
