package secureapi

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// methodSettings adds the settings of routes to the stage's MethodSettings.
//
// An entry for a method replaces the entry for all methods entirely: a method that is only throttled would lose its
// logs. So each entry has the stage's settings, overridden by the route's.
// Source: https://github.com/DianaIonita/serverless-api-gateway-throttling/issues/16, where logs got lost so, and
// https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html, whose paths name one method or all.
func (b *builder) methodSettings(o *awsapigateway.StageOptions) {
	settings := b.plan.MethodSettings()
	if len(settings) == 0 {
		return
	}
	b.cacheOptions(o)
	all := map[string]*awsapigateway.MethodDeploymentOptions{}
	if o.MethodOptions != nil {
		maps.Copy(all, *o.MethodOptions)
	}
	for _, s := range settings {
		all[methodKey(s)] = methodOptions(s, o)
	}
	o.MethodOptions = &all
}

// methodKey returns CDK's key for a method in a stage: "/orders/{id}/GET", and "//GET" at the root. CDK writes the
// slashes of the path as ~1.
// Source: aws-cdk-lib 2.270.0, aws-apigateway/lib/util.js (parseMethodOptionsPath), which 2.277.0 has too
func methodKey(s plan.MethodSetting) string { return s.Path + "/" + s.Verb }

// methodOptions returns the stage's settings, overridden by those of its MethodOptions for all methods, and these by
// the route's.
func methodOptions(s plan.MethodSetting, o *awsapigateway.StageOptions) *awsapigateway.MethodDeploymentOptions {
	out := &awsapigateway.MethodDeploymentOptions{
		CacheDataEncrypted:   o.CacheDataEncrypted,
		CacheTtl:             o.CacheTtl,
		CachingEnabled:       o.CachingEnabled,
		DataTraceEnabled:     o.DataTraceEnabled,
		LoggingLevel:         o.LoggingLevel,
		MetricsEnabled:       o.MetricsEnabled,
		ThrottlingBurstLimit: o.ThrottlingBurstLimit,
		ThrottlingRateLimit:  o.ThrottlingRateLimit,
	}
	if o.MethodOptions != nil {
		override(out, (*o.MethodOptions)["/*/*"])
	}
	if t := s.Throttle; t != nil {
		out.ThrottlingRateLimit, out.ThrottlingBurstLimit = jsii.Number(t.Rate), jsii.Number(float64(t.Burst))
	}
	if s.Cache != nil {
		setCache(out, s.Cache)
	}
	return out
}

// override sets the options that by sets.
func override(out, by *awsapigateway.MethodDeploymentOptions) {
	if by == nil {
		return
	}
	set(&out.CacheDataEncrypted, by.CacheDataEncrypted)
	set(&out.CachingEnabled, by.CachingEnabled)
	set(&out.DataTraceEnabled, by.DataTraceEnabled)
	set(&out.MetricsEnabled, by.MetricsEnabled)
	set(&out.ThrottlingBurstLimit, by.ThrottlingBurstLimit)
	set(&out.ThrottlingRateLimit, by.ThrottlingRateLimit)
	if by.CacheTtl != nil {
		out.CacheTtl = by.CacheTtl
	}
	if by.LoggingLevel != "" {
		out.LoggingLevel = by.LoggingLevel
	}
}

func set[V any](to **V, value *V) {
	if value != nil {
		*to = value
	}
}
