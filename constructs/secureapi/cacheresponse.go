package secureapi

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// CacheKey is a request parameter that distinguishes cached answers; see [CacheResponse].
type CacheKey struct{ key plan.CacheKey }

// CacheKeyQuery returns the key of a query string parameter.
func CacheKeyQuery(name string) CacheKey {
	return CacheKey{plan.CacheKey{In: "querystring", Name: name}}
}

// CacheKeyHeader returns the key of a request header.
func CacheKeyHeader(name string) CacheKey { return CacheKey{plan.CacheKey{In: "header", Name: name}} }

// CacheResponse caches the answers of a public GET route in API Gateway, for ttl: whole seconds, up to an hour. While
// an answer is cached, API Gateway sends it for equal requests and does not call the integration.
//
//	secureapi.Handle("GET /toys/{id}", toys, secureapi.Public("the catalogue"), secureapi.CacheResponse(5*time.Minute))
//
// Two requests are equal if they agree in the path parameters, in the parameters of [RequireQuery] and [RequireHeader],
// in the given keys, and, with [Props.CORS], in the Origin. API Gateway ignores everything else. If the answer depends
// on any other query parameter, a caller can replace the cached answer of everyone else, so name every parameter that
// matters:
//
//	secureapi.CacheResponse(time.Minute, secureapi.CacheKeyQuery("page"), secureapi.CacheKeyHeader("Accept-Language"))
//
// For a route of [Integrate], New knows what the integration sends on. It refuses the route if the cache key omits a
// parameter that the integration maps or that its templates read.
//
// Guarded routes and routes with an API key are refused, because the cache does not distinguish callers. So are verbs
// other than GET, and [Streamed].
//
// CacheResponse sets CacheKeyParameters and RequestParameters of the method, and adds an entry to the stage's
// MethodSettings (CachingEnabled, CacheTtlInSeconds, CacheDataEncrypted). It also turns on the stage's cache cluster,
// which AWS bills by the hour; [Stage.CacheSize] sets its size.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
func CacheResponse(ttl time.Duration, by ...CacheKey) Access {
	word := plan.CacheResponse{TTL: ttl}
	for _, k := range by {
		word.By = append(word.By, k.key)
	}
	return restriction{word}
}

// declareCacheKeys declares the parameters that a route's answers are cached by, because API Gateway accepts only
// parameters that the method declares. It keeps those of MethodOptions.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html (cacheKeyParameters)
func (b *builder) declareCacheKeys(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
	keys := b.plan.CacheKeys(r)
	if len(keys) == 0 {
		return
	}
	parameters := b.given(r).requestParameters(p)
	for _, key := range keys {
		if _, known := parameters[key]; !known {
			parameters[key] = false
		}
	}
	p.RequestParameters = &parameters
}

// ownCacheKeys returns the cache keys in the options of a route's function.
func (r Route) ownCacheKeys() (keys []string) {
	if o := r.IntegrationOptions; o != nil && o.CacheKeyParameters != nil {
		for _, key := range *o.CacheKeyParameters {
			keys = append(keys, *key)
		}
	}
	return keys
}

// cachedRoutes returns the routes whose answers are cached, with their cache keys.
func (b *builder) cachedRoutes() map[string]string {
	out := map[string]string{}
	for _, r := range b.plan.Routes {
		if r.Cache != nil {
			out[r.Pattern.String()] = strings.Join(b.plan.CacheKeys(r), " ")
		}
	}
	return out
}

// withCacheKeys returns the integration with the route's cache keys, in addition to its own.
func (b *builder) withCacheKeys(
	r plan.PlannedRoute, i *awsapigateway.CfnMethod_IntegrationProperty,
) *awsapigateway.CfnMethod_IntegrationProperty {
	keys := b.plan.CacheKeys(r)
	if len(keys) == 0 {
		return i
	}
	own := *i // a copy, because others share the integration
	own.CacheKeyParameters = jsii.Strings(keys...)
	return &own
}

// addBoundCacheKeys does the same for a method whose integration CDK has bound. The parameter with has the
// integration's own keys.
func (b *builder) addBoundCacheKeys(r plan.PlannedRoute, method awsapigateway.CfnMethod, with []string) {
	keys := b.plan.CacheKeys(r)
	if len(keys) == 0 {
		return
	}
	for _, key := range with {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	method.AddPropertyOverride(jsii.String("Integration.CacheKeyParameters"), keys)
	b.dependOn(keys) // CDK does not see overrides
}

// cacheOptions sets up the stage's cache.
func (b *builder) cacheOptions(o *awsapigateway.StageOptions) {
	if size := b.plan.CacheSize(); size != "" {
		o.CacheClusterEnabled, o.CacheClusterSize = jsii.Bool(true), jsii.String(size)
	}
}

// setCache sets the cache of a method in its settings. Cached answers are encrypted.
func setCache(o *awsapigateway.MethodDeploymentOptions, c *plan.CacheResponse) {
	o.CachingEnabled, o.CacheDataEncrypted = jsii.Bool(true), jsii.Bool(true)
	o.CacheTtl = awscdk.Duration_Seconds(jsii.Number(c.TTL.Seconds()))
}
