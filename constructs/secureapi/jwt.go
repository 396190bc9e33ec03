package secureapi

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// JWT configures the included authorizer function: whose tokens it accepts, and what it tells the backend.
type JWT struct {
	// Issuers whose tokens are accepted. At least one, each URL once.
	Issuers []Issuer

	// ContextClaims are claims that the backend gets in the authorizer's context, besides the principal, the issuer
	// and its scopes, groups and roles. A dot descends into an object. Default: none.
	ContextClaims []string

	// PolicyEndsWithToken ends a policy that API Gateway has cached when its token expires, by a condition on
	// aws:CurrentTime. A caller then gets a 403 from the token's expiry until the policy's TTL is over, and a 401 after that:
	// set it where clients get new tokens before the old ones expire, and not only on a 401. Try it on your deployment:
	// AWS does not document the condition for policies of authorizers, and without it every request would get a 403.
	// Default: a policy counts for its TTL, even if the token expires before.
	PolicyEndsWithToken bool

	// DenyEscapedPaths adds a Deny for */*%* to each policy: a 403 for every request with a percent-escape in its path,
	// on the routes that the authorizer guards. With it, a request is denied even if API Gateway should match the
	// decoded path, as "/admin" for "/%61dmin", and evaluate the policy on the one that was sent, which AWS does not
	// document. The cost: the values of parameters can hold neither spaces nor slashes nor letters beyond ASCII.
	// Default: escapes are allowed.
	DenyEscapedPaths bool

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

// A Lambda function's environment holds 4 KB in all.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxEnvironment = 4096

// function builds the included function with its configuration and the guard's access table.
func (j *JWT) function(b *builder, g *guard, config authz.Config) awslambda.IFunction {
	config.ContextClaims = slices.Clone(j.ContextClaims)
	config.DenyEscapedPaths = j.DenyEscapedPaths
	config.NoTokenCache = j.NoTokenCache
	config.NoMetrics = j.NoMetrics
	config.PolicyEndsWithToken = j.PolicyEndsWithToken
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
	function.Node().DefaultChild().(awscdk.CfnResource).AddMetadata(jsii.String(rules.FunctionMetadata), heldEnvironment(environment))
	for _, i := range j.Issuers {
		if i.HMACSecret != nil {
			i.HMACSecret.GrantRead(function, nil)
		}
	}
	return function
}

// IncludedAuthorizer is the import path of the included function's main, beside the package of its configuration.
func IncludedAuthorizer() string { return path.Dir(reflect.TypeOf(authz.Config{}).PkgPath()) }
