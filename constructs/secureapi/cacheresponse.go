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

// CacheKey is a parameter of the request that answers are kept by: see [CacheResponse].
type CacheKey struct{ key plan.CacheKey }

// CacheKeyQuery is a parameter of the query string.
func CacheKeyQuery(name string) CacheKey {
	return CacheKey{plan.CacheKey{In: "querystring", Name: name}}
}

// CacheKeyHeader is a header of the request.
func CacheKeyHeader(name string) CacheKey { return CacheKey{plan.CacheKey{In: "header", Name: name}} }

// CacheResponse has API Gateway keep the answers of a public GET route for a time of whole seconds, of up to an hour,
// and answer the next request that is the same with it. Nothing behind the route is called then.
//
//	secureapi.Handle("GET /toys/{id}", toys, secureapi.Public("the catalogue"), secureapi.CacheResponse(5*time.Minute))
//
// Two requests are the same if they agree in the parameters of the path, in those that [RequireQuery] and
// [RequireHeader] name, in the given keys and, with [Props.CORS], in the Origin. Nothing else is looked at: what
// answers must not depend on another parameter of the query, or a caller can put an answer to its own request in the
// place of everyone's. Name each that counts:
//
//	secureapi.CacheResponse(time.Minute, secureapi.CacheKeyQuery("page"), secureapi.CacheKeyHeader("Accept-Language"))
//
// Of an [Integrate] it is known what it sends on: [New] refuses to keep its answers by less than it maps of a request,
// and by parameters that its templates name.
//
// It is refused on routes that are guarded or need an API key, as answers are not kept by the caller, on other verbs
// than GET, and beside [Streamed].
//
// It writes CacheKeyParameters and RequestParameters of the method, an entry of the stage's MethodSettings with
// CachingEnabled, CacheTtlInSeconds and CacheDataEncrypted, and the stage's cache cluster, whose size is
// [Stage.CacheSize] and which is paid for by the hour.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
func CacheResponse(ttl time.Duration, by ...CacheKey) Access {
	word := plan.CacheResponse{TTL: ttl}
	for _, k := range by {
		word.By = append(word.By, k.key)
	}
	return restriction{word}
}

// keepAnswers declares the parameters that a route's answers are kept by: API Gateway takes those alone that the method
// knows. Those of MethodOptions are kept beside them.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html (cacheKeyParameters)
func (b *builder) keepAnswers(r plan.PlannedRoute, p *awsapigateway.CfnMethodProps) {
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

// ownCacheKeys are the keys that the options of a route's function name.
func (r Route) ownCacheKeys() (keys []string) {
	if o := r.IntegrationOptions; o != nil && o.CacheKeyParameters != nil {
		for _, key := range *o.CacheKeyParameters {
			keys = append(keys, *key)
		}
	}
	return keys
}

// cachedRoutes are the routes whose answers are kept, with the keys that they are kept by.
func (b *builder) cachedRoutes() map[string]string {
	out := map[string]string{}
	for _, r := range b.plan.Routes {
		if r.Cache != nil {
			out[r.Pattern.String()] = strings.Join(b.plan.CacheKeys(r), " ")
		}
	}
	return out
}

// keyed has an integration keep answers by the route's keys, beside those that it has.
func (b *builder) keyed(
	r plan.PlannedRoute, i *awsapigateway.CfnMethod_IntegrationProperty,
) *awsapigateway.CfnMethod_IntegrationProperty {
	keys := b.plan.CacheKeys(r)
	if len(keys) == 0 {
		return i
	}
	own := *i // others share it
	own.CacheKeyParameters = jsii.Strings(keys...)
	return &own
}

// keyBound does so for a method whose integration CDK has bound: with has the keys that it has.
func (b *builder) keyBound(r plan.PlannedRoute, method awsapigateway.CfnMethod, with []string) {
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

// cacheOptions makes the stage's cache.
func (b *builder) cacheOptions(o *awsapigateway.StageOptions) {
	if size := b.plan.CacheSize(); size != "" {
		o.CacheClusterEnabled, o.CacheClusterSize = jsii.Bool(true), jsii.String(size)
	}
}

// cached are the settings of a method whose answers are kept. They are encrypted.
func cached(o *awsapigateway.MethodDeploymentOptions, c *plan.CacheResponse) {
	o.CachingEnabled, o.CacheDataEncrypted = jsii.Bool(true), jsii.Bool(true)
	o.CacheTtl = awscdk.Duration_Seconds(jsii.Number(c.TTL.Seconds()))
}
