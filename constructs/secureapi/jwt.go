package secureapi

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// JWT configures the included authorizer function: whose tokens it accepts, and what it tells the backend.
type JWT struct {
	// Issuers whose tokens are accepted. At least one, each URL once.
	Issuers []Issuer

	// ContextClaims are claims that the backend gets in the authorizer's context, besides the principal, the issuer
	// and its scopes, groups and roles. A dot descends into an object. Default: none.
	ContextClaims []string

	// NoTokenCache turns off the function's own memory of tokens that it verified. Default: on, bounded, and never
	// beyond a token's expiry or its key's removal.
	NoTokenCache bool

	// NoMetrics leaves CloudWatch metrics out of the function's log: decisions by outcome and reason, the time they take,
	// and fetches of keys, in the namespace "Gatehouse". Every custom metric has its price. Default: they are there.
	NoMetrics bool

	// Package is the import path of a main package of yours that runs the authorizer, for one with hooks of its own.
	// Default: the included one.
	Package string

	// FunctionProps is handed to CDK for all that is not said here, as memory, time-out and VPC.
	// Default: see [gofunction.Props.FunctionProps].
	FunctionProps *awslambda.FunctionProps
}

// Issuer is an identity provider whose tokens are accepted, and what its tokens must look like. [Okta], [EntraID],
// [Google], [Auth0] and [CognitoIssuer] fill one in; its fields can be changed afterwards.
type Issuer struct {
	// URL is the issuer's identifier, as its tokens have it in the iss claim, to the letter.
	URL string

	// Audiences of which the token must be meant for one (aud; client_id for a Cognito access token). At least one.
	Audiences []string

	// Algorithms the issuer signs with: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA; or, with
	// HMACSecret, HS256, HS384, HS512. Default: RS256; with HMACSecret, HS256.
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

	problem  error  // what a preset found wrong with its arguments
	audience string // what the preset's audiences are, for errors
}

var (
	asymmetric = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	symmetric  = []string{"HS256", "HS384", "HS512"}
)

const maxLeeway = 5 * time.Minute

func (j *JWT) check() (errs []error) {
	if len(j.Issuers) == 0 {
		errs = append(errs, errors.New("JWT.Issuers is empty: name at least one issuer"))
	}
	seen := map[string]bool{}
	for i, issuer := range j.Issuers {
		for _, err := range issuer.check() {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: %w", i, err))
		}
		if seen[issuer.URL] {
			errs = append(errs, fmt.Errorf("JWT.Issuers[%d]: issuer %q is there twice: give one issuer all its audiences", i, issuer.URL))
		}
		seen[issuer.URL] = true
	}
	for i, claim := range j.ContextClaims {
		switch {
		case claim == "":
			errs = append(errs, errors.New("JWT.ContextClaims has an empty name"))
		case authz.IsReserved(claim):
			errs = append(errs, fmt.Errorf("JWT.ContextClaims has %q, which is the name of what the context holds anyway: leave it out", claim))
		case slices.Contains(j.ContextClaims[:i], claim):
			errs = append(errs, fmt.Errorf("JWT.ContextClaims has %q twice: leave one out", claim))
		}
	}
	return errs
}

func (i Issuer) check() (errs []error) {
	if i.problem != nil {
		return []error{i.problem}
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	derived := false // from a URL that is wrong: to say the same of both would help nobody
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
	return errs
}

// mediaType tells whether a typ header can have this value, or none is asked for.
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

// A Lambda function's environment holds 4 KB in all.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxEnvironment = 4096

// function builds the included function with its configuration and the guard's access table.
func (j *JWT) function(b *builder, g *guard, config authz.Config) awslambda.IFunction {
	config.ContextClaims = slices.Clone(j.ContextClaims)
	config.NoTokenCache = j.NoTokenCache
	config.NoMetrics = j.NoMetrics
	for _, i := range j.Issuers {
		config.Issuers = append(config.Issuers, i.config())
	}
	environment := config.Environment()
	if text := environment[authz.ConfigVariable]; len(text) > maxEnvironment-512 {
		b.fail("%s: its configuration takes %d of the %d bytes of a Lambda function's environment: name fewer issuers, audiences or ContextClaims",
			g, len(text), maxEnvironment)
	}
	pkg := j.Package
	if pkg == "" {
		pkg = IncludedAuthorizer()
	}
	var props awslambda.FunctionProps
	if j.FunctionProps != nil {
		props = *j.FunctionProps
	}
	if props.Timeout == nil {
		props.Timeout = awscdk.Duration_Seconds(jsii.Number(10))
	}
	function := gofunction.New(b.api, g.idOf("AuthorizerFunction"), &gofunction.Props{
		Package:       pkg,
		Files:         map[string][]byte{access.FileName: g.table.Marshal()},
		Environment:   environment,
		FunctionProps: &props,
	})
	g.function, g.environment = function, environment
	for _, i := range j.Issuers {
		if i.HMACSecret != nil {
			i.HMACSecret.GrantRead(function, nil)
		}
	}
	return function
}

// IncludedAuthorizer is the import path of the included function's main, beside the package of its configuration.
func IncludedAuthorizer() string { return path.Dir(reflect.TypeOf(authz.Config{}).PkgPath()) }

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
	}
	if i.HMACSecret != nil {
		out.SecretARN = *i.HMACSecret.SecretArn()
	}
	return out
}
