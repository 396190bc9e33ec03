package secureapi

import (
	"cmp"
	"path"
	"reflect"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// JWT configures the included authorizer function: whose tokens it accepts, and what it tells the backend.
type JWT struct {
	// Issuers whose tokens are accepted. At least one, each URL once.
	Issuers []Issuer

	// ContextClaims are claims that the backend gets in the authorizer's context, besides the principal, the issuer
	// and its scopes, groups and roles. A dot descends into an object. Default: none.
	ContextClaims []string

	// UsageKeyClaim is the path of a claim whose text is the API key that a caller's requests count to, by which a usage
	// plan gives each caller a quota and a rate. The API then takes keys from its authorizers (ApiKeySourceType
	// AUTHORIZER), and X-API-Key headers do not count. The claim must be one that only the issuer can write: a custom
	// attribute that users can change lets them count to others. A token without it, or with a text that cannot be a key
	// (20 to 128 printable ASCII characters other than spaces, commas, percent signs, quotes and backslashes), names no
	// key: API Gateway answers 403 for routes that require one by [APIKey], and at least one route has to. Where tokens of
	// several issuers name keys, synthesis warns ([UsageKeysWarning]). Default: no key.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
	UsageKeyClaim string

	// PolicyEndsWithToken ends a policy that API Gateway has cached when its token expires, by a condition on
	// aws:CurrentTime. A caller then gets a 403 from the token's expiry until the policy's TTL is over, and a 401 after
	// that: set it where clients get new tokens before the old ones expire, and not only on a 401. Try it on your
	// deployment: AWS does not document the condition for policies of authorizers, and without it every request would
	// get a 403. Default: a policy counts for its TTL, even if the token expires before.
	PolicyEndsWithToken bool

	// DenyEscapedPaths adds a Deny for *%* to each policy: a 403 for every request with a percent-escape in its path,
	// on the routes that the authorizer guards. With it, a request is denied even if API Gateway should match the
	// decoded path, as "/admin" for "/%61dmin", and evaluate the policy on the one that was sent, which AWS does not
	// document. The cost: the values of parameters can hold neither spaces nor slashes nor letters beyond ASCII.
	// Default: escapes are allowed.
	DenyEscapedPaths bool

	// NoTokenCache turns off the function's own memory of tokens that it verified. Default: up to 512 tokens are
	// remembered, in 2 MiB, each for 5 minutes at most, and never beyond its expiry or its key's removal.
	NoTokenCache bool

	// NoMetrics leaves CloudWatch metrics out of the function's log: decisions by outcome and reason, the time they
	// take, and fetches of keys, in the namespace "Gatehouse". Every custom metric has its price. Default: they are
	// there.
	NoMetrics bool

	// Release invokes the function by an alias, with provisioned concurrency and canary deployments.
	// Default: API Gateway invokes the function itself, and a change counts at once.
	Release *Release

	// Package is the import path of a main package of yours that runs the authorizer, for one with hooks of its own.
	// Default: the included one.
	Package string

	// FunctionProps is handed to CDK for all that is not said here, as memory, time-out and VPC.
	// Default: see [gofunction.Props.FunctionProps].
	FunctionProps *awslambda.FunctionProps
}

// plan describes the settings in plain values; nil for none.
func (j *JWT) plan() *plan.JWT {
	if j == nil {
		return nil
	}
	out := &plan.JWT{ContextClaims: j.ContextClaims, DenyEscapedPaths: j.DenyEscapedPaths, UsageKeyClaim: j.UsageKeyClaim}
	out.Release, out.Hooked = j.Release.plan(j.FunctionProps), j.Package != ""
	for _, i := range j.Issuers {
		out.Issuers = append(out.Issuers, i.plan())
	}
	return out
}

// Time-outs of functions, in seconds. That of an authorizer is longer than the fetches of keys that a decision waits
// for. That of a login, and of an authorizer that renews tokens as well, is longer than the calls that one request
// makes to the provider, and shorter than API Gateway waits.
const (
	authorizerTimeout = 10
	loginTimeout      = 20
)

// build makes the included function with its configuration and the guard's access table.
func (j *JWT) build(s *site, g *plan.Guard, config settings.Authorizer) included {
	config.ContextClaims = slices.Clone(j.ContextClaims)
	config.UsageKeyClaim = j.UsageKeyClaim
	config.DenyEscapedPaths = j.DenyEscapedPaths
	config.NoTokenCache = j.NoTokenCache
	config.NoMetrics = j.NoMetrics
	config.PolicyEndsWithToken = j.PolicyEndsWithToken
	for _, i := range j.Issuers {
		config.Issuers = append(config.Issuers, i.config())
	}
	environment := config.Environment()
	if err := g.CheckEnvironment(environment[settings.AuthorizerVariable]); err != nil {
		s.fail("%w", err)
	}
	main, timeout, inTable := IncludedAuthorizer(), authorizerTimeout, config.Session != nil && config.Session.Table != nil
	if inTable { // it may ask the provider, as a login does
		main, timeout = IncludedTableAuthorizer(), loginTimeout
	}
	var props awslambda.FunctionProps
	if j.FunctionProps != nil {
		props = *j.FunctionProps
	}
	if props.Timeout == nil {
		props.Timeout = awscdk.Duration_Seconds(jsii.Number(timeout))
	}
	var tags []string
	if j.plan().Introspects() {
		tags = append(tags, settings.IntrospectionTag)
	}
	if config.Session != nil {
		tags = append(tags, settings.SessionTag)
	}
	if inTable {
		tags = append(tags, settings.TableTag)
	}
	if len(g.Table.Sources()) > 0 {
		tags = append(tags, settings.OwnershipTag)
	}
	function := gofunction.New(s.scope, g.IDOf("AuthorizerFunction"), &gofunction.Props{
		Package:       cmp.Or(j.Package, main),
		Files:         map[string][]byte{access.FileName: g.Table.Marshal()},
		Environment:   environment,
		Tags:          tags,
		FunctionProps: &props,
	})
	resource := function.Node().DefaultChild().(awscdk.CfnResource)
	resource.AddMetadata(jsii.String(rules.FunctionMetadata), heldEnvironment(environment))
	for _, i := range j.Issuers {
		if i.HMACSecret != nil {
			i.HMACSecret.GrantRead(function, nil)
		}
		if i.Introspection != nil {
			i.Introspection.ClientAuth.Secret.GrantRead(function, nil)
		}
	}
	planned := j.plan()
	made := included{
		function:    function,
		environment: environment,
		metrics:     !j.NoMetrics,
		hooked:      j.Package != "",
		opaque:      planned.OpaqueAlone(),
		clients:     planned.ChecksClients(),
	}
	if j.Release != nil {
		made.alias = j.Release.alias(s, g, function, !j.NoMetrics)
	}
	return made
}

// heldEnvironment is an environment as the metadata of its function has it. What is known only when the stack is
// deployed is there as it is.
func heldEnvironment(environment map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range environment {
		if out[name] = value; !plan.Unresolved(value) {
			out[name] = rules.Digest(value)
		}
	}
	return out
}

// IncludedAuthorizer is the import path of the included function's main.
func IncludedAuthorizer() string { return module() + "/authorizer-fn" }

// module is the path of the module that this package is in.
func module() string { return path.Dir(path.Dir(reflect.TypeFor[JWT]().PkgPath())) }

// IncludedTableAuthorizer is the import path of the main of the included function for [TableSessions].
func IncludedTableAuthorizer() string { return IncludedAuthorizer() + "/table" }
