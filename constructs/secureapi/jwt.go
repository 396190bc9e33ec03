package secureapi

import (
	"cmp"
	"path"
	"reflect"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
)

// JWT configures the included authorizer function: whose tokens it accepts, and what it tells the backend.
type JWT struct {
	// Issuers are the issuers whose tokens are accepted. At least one is required, each with another URL.
	Issuers []Issuer

	// ContextClaims are claims that the backend receives in the authorizer's context, in addition to the principal, the
	// issuer, scopes, groups and roles. A dot descends into an object. Default: none.
	ContextClaims []string

	// UsageKeyClaim is the path of a claim that holds an API key. Usage plans then give each caller the quota and rate of
	// that key. The API takes keys from its authorizers (ApiKeySourceType AUTHORIZER) and ignores X-API-Key headers. At
	// least one route has to require a key with [APIKey].
	//
	// Use a claim that only the issuer can write: users who can change the claim can spend the quota of others. A valid
	// key has 20 to 128 printable ASCII characters other than spaces, commas, percent signs, quotes and backslashes. If
	// the claim is missing or is not a valid key, API Gateway answers 403 on routes that require one. If tokens of several
	// issuers name keys, synthesis warns ([UsageKeysWarning]). Default: no key.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
	UsageKeyClaim string

	// ProofTable remembers used DPoP proofs for all instances of the function, if an issuer is [Issuer.DPoPBound].
	// Default: each instance remembers those that it has checked, so that a copied request can succeed once at each other
	// instance.
	ProofTable *ProofTable

	// ProofURLs are the https URLs that clients call the routes under, if an issuer is [Issuer.DPoPBound] and API Gateway
	// does not see the URL that clients call: behind Amazon CloudFront or another proxy. With
	// "https://shop.example.com/api", the proof for "GET /orders" has the URL "https://shop.example.com/api/orders".
	// Only these URLs count then, so add those of domains that clients also call directly. Each is a host in lower case
	// and literal segments, without a slash at the end, and none is under another one. The host after "https://" may be a
	// CDK token. "gatehouse dev" and package localgateway also accept their own addresses. Default: the URL that API
	// Gateway reports, which is right without a proxy.
	ProofURLs []string

	// PolicyEndsWithToken ends a cached policy when its token expires, with a condition on aws:CurrentTime. The caller
	// then gets a 403 until the policy's TTL ends, and a 401 after that. Set it if clients renew tokens before they
	// expire, and not only after a 401. Test it on your deployment: AWS does not document the condition for authorizer
	// policies, and if API Gateway did not support it, every request would get a 403. Default: a policy stays valid for
	// its TTL, even if the token expires.
	PolicyEndsWithToken bool

	// DenyEscapedPaths adds a Deny for *%* to every policy. On the routes that the authorizer guards, every request with a
	// percent-escape in its path gets a 403. AWS does not document whether API Gateway could match a decoded path
	// ("/admin" for "/%61dmin") and evaluate the policy on the path as sent; this setting denies such a request in any
	// case. The cost: values of path parameters cannot contain spaces, slashes or non-ASCII letters. Default: escapes are
	// allowed.
	DenyEscapedPaths bool

	// NoTokenCache turns off the function's cache of verified tokens. Default: the cache holds up to 512 tokens in 2 MiB,
	// each for 5 minutes at most and never after the token expires or its key is removed.
	NoTokenCache bool

	// NoMetrics omits CloudWatch metrics from the function's log: decisions by outcome and reason, their duration, and key
	// fetches, in the namespace "Gatehouse". AWS bills every custom metric. Default: false.
	NoMetrics bool

	// Release makes API Gateway invoke the function through an alias, with provisioned concurrency and canary deployments.
	// Default: API Gateway invokes the function itself, and a change takes effect at once.
	Release *Release

	// Package is the import path of your own main package that runs the authorizer, for example with a hook. Default: the
	// included one.
	Package string

	// FunctionProps are passed to CDK for other settings, such as memory, timeout and VPC. Default: see
	// [gofunction.Props.FunctionProps].
	FunctionProps *awslambda.FunctionProps
}

// plan describes the settings in plain values. It returns nil for nil.
func (j *JWT) plan() *plan.JWT {
	if j == nil {
		return nil
	}
	out := &plan.JWT{ContextClaims: j.ContextClaims, DenyEscapedPaths: j.DenyEscapedPaths, UsageKeyClaim: j.UsageKeyClaim}
	out.ProofTable, out.ProofURLs = j.ProofTable.plan(), j.ProofURLs
	out.Release, out.Hooked = j.Release.plan(j.FunctionProps), j.Package != ""
	for _, i := range j.Issuers {
		out.Issuers = append(out.Issuers, i.plan())
	}
	return out
}

// The time-outs of functions, in seconds. An authorizer's is longer than the key fetches that a decision waits for.
// That of a login, and of an authorizer that renews tokens, is longer than the calls to the provider in one request,
// and shorter than API Gateway's own time-out.
const (
	authorizerTimeout = 10
	loginTimeout      = 20
)

// build creates the included function with its configuration and the guard's access table.
func (j *JWT) build(s *site, g *plan.Guard, config settings.Authorizer) included {
	config.ContextClaims = slices.Clone(j.ContextClaims)
	config.ProofURLs = slices.Clone(j.ProofURLs)
	config.UsageKeyClaim = j.UsageKeyClaim
	config.DenyEscapedPaths = j.DenyEscapedPaths
	config.NoTokenCache = j.NoTokenCache
	config.NoMetrics = j.NoMetrics
	config.PolicyEndsWithToken = j.PolicyEndsWithToken
	for _, i := range j.Issuers {
		config.Issuers = append(config.Issuers, i.config())
	}
	var proofs awsdynamodb.ITable
	if j.ProofTable != nil {
		proofs = j.ProofTable.made(s, g)
		config.ProofTable = *proofs.TableName()
	}
	environment := config.Environment()
	if err := g.CheckEnvironment(environment[settings.AuthorizerVariable]); err != nil {
		s.fail("%w", err)
	}
	main, timeout, inTable := IncludedAuthorizer(), authorizerTimeout, config.Session != nil && config.Session.Table != nil
	if inTable { // it may call the provider, as a login does
		main, timeout = IncludedTableAuthorizer(), loginTimeout
	}
	if proofs != nil {
		main = IncludedTableAuthorizer()
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
	if slices.ContainsFunc(j.Issuers, func(i Issuer) bool { return i.CertificateBound || i.DPoPBound }) {
		tags = append(tags, settings.BindingTag)
	}
	if proofs != nil {
		tags = append(tags, settings.ProofTableTag)
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
	if proofs != nil {
		grantProofs(proofs, function)
	}
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

// heldEnvironment returns an environment in the form of the function's metadata. Values that are known only at
// deployment are unchanged.
func heldEnvironment(environment map[string]string) map[string]string {
	out := map[string]string{}
	for name, value := range environment {
		if out[name] = value; !cdktoken.Unresolved(value) {
			out[name] = rules.Digest(value)
		}
	}
	return out
}

// IncludedAuthorizer returns the import path of the included authorizer's main package.
func IncludedAuthorizer() string { return module() + "/authorizer-fn" }

// module returns the path of the module that contains this package.
func module() string { return path.Dir(path.Dir(reflect.TypeFor[JWT]().PkgPath())) }

// IncludedTableAuthorizer returns the import path of the included authorizer's main package for [TableSessions] and
// [ProofTable].
func IncludedTableAuthorizer() string { return IncludedAuthorizer() + "/table" }
