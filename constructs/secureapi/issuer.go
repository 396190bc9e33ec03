package secureapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
)

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like. [Okta], [EntraID],
// [Google], [Auth0] and [CognitoIssuer] fill one in; its fields can be changed afterwards.
type Issuer struct {
	// URL is the issuer's identifier, as its tokens have it in the iss claim, to the letter.
	URL string

	// Audiences of which the token must be meant for one (aud; client_id for a Cognito access token). At least one.
	Audiences []string

	// Algorithms the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA
	// (or Ed25519, its name by RFC 9864; either one accepts tokens and keys of both names); or, with HMACSecret, HS256, HS384, HS512. Default: RS256; with HMACSecret, HS256.
	Algorithms []string

	// JWKSURL is where the issuer's public keys are. Default: what its discovery document says, which is at
	// URL + "/.well-known/openid-configuration".
	JWKSURL string

	// HMACSecret holds the shared key of HS256, HS384 or HS512, of at least the hash's length. The function gets the
	// grant to read it. Default: none.
	HMACSecret awssecretsmanager.ISecret

	// HMACSecretField is the field of the secret's JSON that holds the key. Default: the whole secret string is the key.
	HMACSecretField string

	// Type is the typ header that tokens must have: "at+jwt" for access tokens as in RFC 9068. Default: JWT, at+jwt or none.
	Type string

	// TokenUse is the token_use claim that tokens must have: "access" or "id", for Amazon Cognito. Default: not looked at.
	TokenUse string

	// ScopesClaim, GroupsClaim, RolesClaim and PrincipalClaim name the claims that these are read from; a dot descends
	// into an object ("realm_access.roles"). Defaults: scope or else scp; groups; roles; sub.
	ScopesClaim, GroupsClaim, RolesClaim, PrincipalClaim string

	// Leeway is how far the issuer's clock may differ for nbf and iat, in whole seconds up to 5 minutes.
	// An expired token is expired. Default: none.
	Leeway time.Duration

	// Clients are the client ids of the applications whose tokens are accepted. A token must have one of them in azp or
	// client_id, and in both if it has both; with ClientClaim, in that claim. Default: any application of the issuer; with
	// TokenUse "access", those in Audiences.
	Clients []string

	// ClientClaim is the claim that has the client id, where it is neither azp nor client_id; a dot descends into an
	// object. [Okta] sets it to "cid". It counts with Clients only. Default: azp and client_id.
	ClientClaim string

	// MaxLifetime is the longest time that a token may be valid for in all, from its iat to its exp, in whole seconds. With
	// it, a token without iat is rejected. Default: any.
	MaxLifetime time.Duration

	// MaxKeyAge is the time after which the function asks for the issuer's keys again even where the issuer's Cache-Control
	// allows a longer one; whole seconds, from 1 minute on. A key that the issuer withdraws is accepted that long while
	// the issuer can be reached. Default: 1 hour.
	MaxKeyAge time.Duration

	// StaleCeiling is how old keys may get while the issuer cannot be reached, or does not answer in time; whole seconds,
	// no shorter than MaxKeyAge, up to 7 days. Beyond it requests get a 500. Default: 12 hours.
	StaleCeiling time.Duration

	// AcceptBoundTokens accepts tokens that are bound to a key or a certificate of the client (the claim cnf, by DPoP or
	// mutual TLS) as if they were bearer tokens. WARNING: nothing checks that the caller has the key, so the protection
	// against stolen tokens that the binding is for is gone. Default: such tokens get a 401.
	AcceptBoundTokens bool

	problem  error  // what a preset found wrong with its arguments
	audience string // what the preset's audiences are, for errors
}

var (
	asymmetric = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
	symmetric  = []string{"HS256", "HS384", "HS512"}
)

// The limits of package jwt, which the function checks again.
const (
	maxLeeway           = 5 * time.Minute
	minKeyAge           = time.Minute
	maxStaleCeiling     = 7 * 24 * time.Hour
	defaultMaxKeyAge    = time.Hour
	defaultStaleCeiling = 12 * time.Hour
)

func (i Issuer) check() (errs []error) {
	if i.problem != nil {
		return []error{i.problem}
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	derived := false // from a URL that is wrong: saying the same of both does not help
	if err := checkURL("URL", i.URL); err != nil {
		errs = append(errs, err)
		derived = i.URL != "" && strings.HasPrefix(i.JWKSURL, i.URL)
	}
	if i.JWKSURL != "" && !derived {
		if err := checkURL("JWKSURL", i.JWKSURL); err != nil {
			errs = append(errs, err)
		}
	}
	if len(i.Audiences) == 0 {
		bad("issuer %q has no Audiences, so it would accept tokens meant for other services: name %s", i.URL, orDefault(i.audience, "your API's"))
	}
	if slices.ContainsFunc(i.Audiences, unresolvedList) {
		bad("issuer %q has Audiences that are a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select", i.URL)
	}
	if slices.Contains(i.Audiences, "") {
		bad("issuer %q has an empty audience", i.URL)
	}
	known, kind := asymmetric, "without HMACSecret"
	if i.HMACSecret != nil {
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
	if !unresolved(i.Type) && !mediaType(i.Type) {
		bad("issuer %q: Type %q is no media type: want %q, %q or none", i.URL, i.Type, "at+jwt", "JWT")
	}
	switch i.TokenUse {
	case "", "access", "id":
	default:
		bad("issuer %q: TokenUse %q: want %q, %q or none", i.URL, i.TokenUse, "access", "id")
	}
	if i.Leeway < 0 || i.Leeway > maxLeeway || i.Leeway%time.Second != 0 {
		bad("issuer %q: Leeway %s: want whole seconds from 0s to %s", i.URL, i.Leeway, maxLeeway)
	}
	errs = append(errs, i.checkLimits()...)
	return errs
}

// checkLimits checks what the issuer's tokens and keys are limited to.
func (i Issuer) checkLimits() (errs []error) {
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if slices.ContainsFunc(i.Clients, unresolvedList) {
		bad("issuer %q has Clients that are a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select", i.URL)
	}
	if slices.Contains(i.Clients, "") {
		bad("issuer %q has an empty client in Clients", i.URL)
	}
	if i.MaxLifetime < 0 || i.MaxLifetime%time.Second != 0 {
		bad("issuer %q: MaxLifetime %s: want whole seconds above 0s, or none for no limit", i.URL, i.MaxLifetime)
	}
	age, ceiling := orDefault(i.MaxKeyAge, defaultMaxKeyAge), orDefault(i.StaleCeiling, defaultStaleCeiling)
	switch {
	case age < minKeyAge || age%time.Second != 0:
		bad("issuer %q: MaxKeyAge %s: want whole seconds from %s on, or none for %s", i.URL, age, minKeyAge, defaultMaxKeyAge)
	case ceiling < 0 || ceiling > maxStaleCeiling || ceiling%time.Second != 0:
		bad("issuer %q: StaleCeiling %s: want whole seconds up to %s, or none for %s", i.URL, ceiling, maxStaleCeiling, defaultStaleCeiling)
	case ceiling < age:
		bad("issuer %q: StaleCeiling %s is shorter than MaxKeyAge %s: raise StaleCeiling, or lower MaxKeyAge", i.URL, ceiling, age)
	}
	return errs
}

// mediaType reports whether a typ header can have this value, or none is asked for.
func mediaType(s string) bool {
	return !strings.EqualFold(s, "application/") && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7F })
}

// checkURL wants an absolute https URL without query and fragment, as OpenID Connect Discovery 1.0 does in section 3.
func checkURL(field, text string) error {
	if unresolved(text) {
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
	}
	return nil
}

func (i Issuer) config() authz.Issuer {
	out := authz.Issuer{
		URL:            i.URL,
		Audiences:      slices.Clone(i.Audiences),
		Algorithms:     slices.Clone(i.Algorithms),
		JWKSURL:        i.JWKSURL,
		SecretField:    i.HMACSecretField,
		Type:           i.Type,
		TokenUse:       i.TokenUse,
		ScopesClaim:    i.ScopesClaim,
		GroupsClaim:    i.GroupsClaim,
		RolesClaim:     i.RolesClaim,
		PrincipalClaim: i.PrincipalClaim,
		LeewaySeconds:  int(i.Leeway / time.Second),

		Clients:             slices.Clone(i.Clients),
		MaxLifetimeSeconds:  int(i.MaxLifetime / time.Second),
		MaxKeyAgeSeconds:    int(i.MaxKeyAge / time.Second),
		StaleCeilingSeconds: int(i.StaleCeiling / time.Second),
		AcceptBoundTokens:   i.AcceptBoundTokens,
	}
	if len(i.Clients) > 0 {
		out.ClientClaim = i.ClientClaim
	}
	if i.HMACSecret != nil {
		out.SecretARN = *i.HMACSecret.SecretArn()
	}
	return out
}
