package secureapi

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
)

// NotEnforcedInfo is the ID of the synthesis note that lists what a [JWTAuthorizer] does not check about a token. It is
// not a warning, so "cdk synth --strict" passes. Acknowledge the note once you have read it:
//
//	awscdk.Annotations_Of(api).AcknowledgeInfo(jsii.String(secureapi.NotEnforcedInfo), jsii.String("read"))
const NotEnforcedInfo = "gatehouse:notEnforced"

// JWTAuthorizer guards routes with API Gateway's own JWT verification. No function runs. One authorizer accepts tokens
// of any OpenID Connect provider, and of several at once.
//
// It enforces one [AnyScope] per route, and conditions such as Claim("plan").Is("pro") that all of its routes share. A
// token without the scopes gets a 403; any other fault of a token gets a 401. Synthesis refuses what it cannot enforce:
// groups, roles, several AnyScope on a route, other conditions, and settings of an [Issuer] for which API Gateway has
// no equivalent. A [TokenAuthorizer] with JWT enforces them.
//
// API Gateway reads each issuer's discovery document from the public internet when the authorizer is created or
// updated. If the provider is down, the deployment fails. API Gateway caches the keys for up to an hour.
//
// The region has to support JWT authorizers for REST APIs, which AWS announced in November 2026.
//
// Sources:
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer.html
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-create.html
//   - https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-keys.html
type JWTAuthorizer struct {
	// Issuers are the identity providers whose tokens are accepted. At least one is required, each with another URL, and
	// all with the same Algorithms.
	Issuers []Issuer

	// Header is the request header that holds the token, with or without "Bearer". Default: Authorization.
	Header string
}

var _ Authorizer = JWTAuthorizer{}

func (j JWTAuthorizer) plan() plan.Authorizer {
	return plan.Authorizer{
		Kind:           "JWTAuthorizer",
		Tenant:         plan.JWTTenant,
		Problems:       j.check(),
		Enforces:       j.enforces,
		Headers:        []string{j.header()},
		NeedsAllow:     true,
		ComparesScopes: true,
		ComparesClaims: true,
		JSONClaims:     true,
	}
}

func (j JWTAuthorizer) header() string { return cmp.Or(j.Header, "Authorization") }

func (j JWTAuthorizer) check() (errs []error) {
	if len(j.Issuers) == 0 {
		errs = append(errs, errors.New("the list Issuers is empty: name at least one issuer"))
	}
	if err := identity.CheckHeader(j.header()); err != nil {
		errs = append(errs, err)
	}
	seen := map[string]bool{}
	for n, i := range j.Issuers {
		problems := i.plan().Check()
		if problems == nil {
			problems = i.notNative()
		}
		if seen[i.URL] {
			problems = append(problems, fmt.Errorf("issuer %q is listed twice: give one issuer all its audiences", i.URL))
		}
		seen[i.URL] = true
		if got, want := i.algorithms(), j.Issuers[0].algorithms(); problems == nil && !equalSets(got, want) {
			problems = append(problems, fmt.Errorf("issuer %q signs with %s, and issuer %q with %s: API Gateway has one list "+
				"for all issuers of an authorizer: give them the same Algorithms, or each a JWTAuthorizer of its own", i.URL,
				strings.Join(got, ", "), j.Issuers[0].URL, strings.Join(want, ", ")))
		}
		for _, err := range problems {
			errs = append(errs, fmt.Errorf("in Issuers[%d]: %w", n, err))
		}
	}
	return errs
}

func equalSets(a, b []string) bool {
	sorted := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(sorted(a), sorted(b))
}

func (j JWTAuthorizer) enforces(requires []access.Requirement) error {
	var issuers []issuer.Issuer
	for _, i := range j.Issuers {
		issuers = append(issuers, i.plan())
	}
	if err := issuer.WithoutRights(issuers, requires); err != nil {
		return err
	}
	scopes := 0
	for _, r := range requires {
		switch r.Kind {
		case access.Scope:
			scopes++
		case access.Claim:
			if err := j.condition(r); err != nil {
				return err
			}
		case access.ClaimHas:
			return fmt.Errorf("a JWT authorizer compares a claim that is a single text, and Has asks for a list: %s",
				insteadOfJWT)
		case access.Either:
			if !slices.ContainsFunc(r.Either, func(a access.Requirement) bool { return a.Kind != access.Scope }) {
				return errors.New("a JWT authorizer takes any one of the scopes of one AnyScope: write those of Either into one")
			}
			return fmt.Errorf("a JWT authorizer does not look at alternatives of Either: %s", insteadOfJWT)
		default:
			return fmt.Errorf("a JWT authorizer does not look at %s: %s", r.Subject(), insteadOfJWT)
		}
	}
	if scopes > 1 {
		return fmt.Errorf("a JWT authorizer takes any one of a route's scopes, so %d AnyScope requirements cannot all "+
			"hold: %s", scopes, insteadOfJWT)
	}
	return nil
}

var integer = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// condition returns why API Gateway cannot enforce a condition on a claim. It can only compare one top-level claim with
// one text.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_JwtAdditionalClaim.html
func (j JWTAuthorizer) condition(r access.Requirement) error {
	switch text := r.AnyOf[0]; {
	case cdktoken.Unresolved(r.Claim) || cdktoken.Unresolved(text):
		return errors.New("a condition on a claim is a CDK token, whose value may be that of a boolean: write it out")
	case len(r.AnyOf) > 1:
		return fmt.Errorf("a JWT authorizer compares a claim with one text, and OneOf has %d: %s", len(r.AnyOf), insteadOfJWT)
	case slices.Contains([]string{"iss", "aud", "exp", "nbf", "iat", "scope", "scp"}, r.Claim):
		return fmt.Errorf("a JWT authorizer checks %s itself and takes no condition on it: %s", r.Claim, insteadOfJWT)
	case strings.Contains(r.Claim, ".") && !strings.Contains(r.Claim, "://"):
		return fmt.Errorf("a JWT authorizer compares claims of the top level, and %q descends into an object: %s", r.Claim,
			insteadOfJWT)
	case text == "true" || text == "false" || integer.MatchString(text):
		return fmt.Errorf("a JWT authorizer compares strings alone, and the claim %s that is %s may be a boolean or a "+
			"number, which it rejects: %s", r.Claim, text, insteadOfJWT)
	}
	for _, i := range j.Issuers {
		for _, own := range i.conditions() {
			if own.claim == r.Claim && own.text != r.AnyOf[0] {
				return fmt.Errorf("no token of the issuer %q meets it, as %s makes %s %q: leave one of them out", i.URL,
					own.setting, own.claim, own.text)
			}
		}
	}
	return nil
}

func (j JWTAuthorizer) attach(s *site, g *plan.Guard) attached {
	source := "method.request.header." + j.header()
	config := j.configuration(g)
	authorizer := awsapigateway.NewCfnAuthorizer(s.scope, jsii.String(g.ID()), &awsapigateway.CfnAuthorizerProps{
		Name:           jsii.String(g.ID()),
		RestApiId:      s.rest.RestApiId(),
		Type:           jsii.String("JWT"),
		IdentitySource: &source,
	})
	authorizer.SetName(awscdk.Names_UniqueId(authorizer)) // CDK's L2 names authorizers the same way
	authorizer.AddPropertyOverride(jsii.String("JwtConfiguration"), config)
	// This is for this resource only. The schema in CDK's own validation of templates is older than the property. The
	// property's content is checked above, and Gatehouse's rules compare it with the plan.
	awscdk.Validations_Of(authorizer).Acknowledge(&awscdk.Acknowledgment{
		Id:     jsii.String("CloudFormation-Validate::F3002"),
		Reason: jsii.String("CDK's schema of AWS::ApiGateway::Authorizer does not know JwtConfiguration yet"),
	})
	awscdk.Annotations_Of(s.scope).AddInfoV2(
		jsii.String(NotEnforcedInfo), jsii.String(fmt.Sprintf("secureapi: %s: %s", s.path, j.notEnforced(g))))
	return attached{
		authorizationType: "JWT", // CDK's L2 does not have this type
		resource:          authorizer,
		id:                authorizer.Ref(),
		fingerprint:       map[string]any{"type": "JWT", "source": source, "jwt": config},
	}
}

// configuration returns the authorizer's JwtConfiguration. No CDK release supports the property yet.
// Sources:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-authorizer-jwtconfiguration.html,
// aws-properties-apigateway-authorizer-jwtissuer.html and aws-properties-apigateway-authorizer-jwtadditionalclaim.html
func (j JWTAuthorizer) configuration(g *plan.Guard) map[string]any {
	var issuers []any
	for _, i := range j.Issuers {
		issuer := map[string]any{"Issuer": i.URL, "Audiences": slices.Clone(i.Audiences)}
		if claims := additionalClaims(i, g); claims != nil {
			issuer["AdditionalClaims"] = claims
		}
		issuers = append(issuers, issuer)
	}
	return map[string]any{"DefaultAlgorithms": j.Issuers[0].algorithms(), "Issuers": issuers}
}

// additionalClaims returns the conditions on an issuer's tokens, including those of the routes. Each condition is
// required, because by default a token without the claim would pass.
func additionalClaims(i Issuer, g *plan.Guard) (out []any) {
	add := func(claim, text string) {
		out = append(out, map[string]any{
			"ClaimName": claim, "Format": "SINGLE_STRING", "ExpectedValues": []string{text}, "Required": true,
		})
	}
	own := map[string]bool{}
	for _, c := range i.conditions() {
		add(c.claim, c.text)
		own[c.claim] = true
	}
	for _, r := range g.Conditions {
		if !own[r.Claim] {
			add(r.Claim, r.AnyOf[0])
		}
	}
	return out
}

// notEnforced lists what the included function checks by default and API Gateway is not known to check.
func (j JWTAuthorizer) notEnforced(g *plan.Guard) string {
	text := fmt.Sprintf("%s has API Gateway verify tokens, which is not known to check the header typ", g)
	if slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return !i.AcceptBoundTokens }) {
		text += ", nor the claim cnf, by which a token is bound to its client (DPoP, mutual TLS)"
	}
	text += ": where that counts, guard the routes with a TokenAuthorizer with JWT"
	if slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return i.TokenUse == "access" }) {
		text += ". That it compares the client_id of a token without aud, as the access tokens of Amazon Cognito are, is " +
			"documented for HTTP APIs alone: call a route once after the first deployment"
	}
	return text
}
