package secureapi

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// methodSettings adds the settings of the routes that have some of their own to those of the stage, as further entries
// of the stage's MethodSettings.
//
// An entry of a method stands in place of the one for all methods, also for what it leaves out: a method that is only
// throttled would lose its logs. So each entry has the stage's settings, and the route's over them.
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

// methodKey is how CDK's stage names a method: "/orders/{id}/GET", and "//GET" at the root. CDK writes the slashes of
// the path as ~1.
// Source: aws-cdk-lib 2.270.0, aws-apigateway/lib/util.js (parseMethodOptionsPath), which 2.277.0 has too
func methodKey(s plan.MethodSetting) string { return s.Path + "/" + s.Verb }

// methodOptions are the stage's settings, with those of its MethodOptions for all methods over them, and a route's own
// over both.
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
		over(out, (*o.MethodOptions)["/*/*"])
	}
	if t := s.Throttle; t != nil {
		out.ThrottlingRateLimit, out.ThrottlingBurstLimit = jsii.Number(t.Rate), jsii.Number(float64(t.Burst))
	}
	if s.Cache != nil {
		cached(out, s.Cache)
	}
	return out
}

// over sets what other settings say.
func over(out, by *awsapigateway.MethodDeploymentOptions) {
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
