package apimodel

import (
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

const responseTTL = 300 * time.Second

// readResponseCaches reads the settings of a stage's cache. Without a cluster, a stage has no cache.
// AWS::ApiGateway::Deployment can also turn it on for the stage as a whole.
func (r *reader) readResponseCaches(s *Stage) {
	r = r.notice()
	if !r.bool("CacheClusterEnabled") {
		return
	}
	if r.bool("CachingEnabled") {
		s.ResponseCaches = append(s.ResponseCaches, ResponseCache{Verb: "*", Path: "*", TTL: r.responseTTL()})
	}
	for _, in := range r.objects("MethodSettings") {
		c := ResponseCache{Verb: in.text("HttpMethod"), Path: settingPath(in.text("ResourcePath"))}
		if in.bool("CachingEnabled") {
			c.TTL = in.responseTTL()
		}
		s.ResponseCaches = append(s.ResponseCaches, c)
	}
}

// readThrottles reads the limits of methods. If only one half of a limit is set, the other half is the account's:
// 10,000 requests a second, or a burst of 5,000. A limit of -1 turns throttling off.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, and for -1
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings
func (r *reader) readThrottles(s *Stage) {
	r = r.notice()
	read := func(in *reader, verb, path string) {
		if !in.has("ThrottlingRateLimit") && !in.has("ThrottlingBurstLimit") {
			return
		}
		number := func(name string, account float64) float64 {
			if !in.has(name) {
				return account
			}
			if t, _ := cloudassembly.Text(in.get(name)); t != "-1" {
				if n := in.number(name); n != nil {
					return *n
				}
			}
			return -1 // off, or not known
		}
		rate, burst := number("ThrottlingRateLimit", 10_000), number("ThrottlingBurstLimit", 5_000)
		if rate >= 0 && burst >= 0 {
			s.Throttles = append(s.Throttles, Throttle{Verb: verb, Path: path, Rate: Rate{PerSecond: rate, Burst: int(burst)}})
		}
	}
	read(r, "*", "*")
	for _, in := range r.objects("MethodSettings") {
		read(in, in.text("HttpMethod"), settingPath(in.text("ResourcePath")))
	}
}

func (r *reader) responseTTL() time.Duration {
	if s := r.integer("CacheTtlInSeconds"); s != nil {
		return time.Duration(*s) * time.Second
	}
	return responseTTL
}

// settingPath decodes the path of a method setting: "/~1orders~1{id}" is "/orders/{id}", and "/*" means all paths.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-methodsetting.html
func settingPath(t string) string {
	if t == "/*" || t == "*" {
		return "*"
	}
	rest := strings.TrimPrefix(t, "/")
	return "/" + strings.TrimPrefix(strings.ReplaceAll(rest, "~1", "/"), "/")
}

// readAccessLog reads the setting of a stage's access log. Both of its properties are "required to enable access
// logging".
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-apigateway-stage-accesslogsetting.html
func (r *reader) readAccessLog(s *Stage) {
	if !r.has("AccessLogSetting") {
		return
	}
	in := r.notice().object("AccessLogSetting")
	format := in.text("Format")
	if in.has("DestinationArn") {
		s.AccessLog = format
	}
}

// stageExtras reports in one line what a stage configures that a local run does not do: throttling of all methods,
// logs, metrics and traces.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
func (r *reader) stageExtras() {
	var list []string
	add := func(name string, there bool) {
		if there && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	// A deployment's StageDescription has settings for all methods besides those by method; a stage has only the latter.
	for _, in := range append([]*reader{r}, r.objects("MethodSettings")...) {
		all := in == r || settingPath(in.text("ResourcePath")) == "*" || in.text("HttpMethod") == "*"
		add("throttling of all methods (ThrottlingRateLimit, ThrottlingBurstLimit)",
			all && (in.has("ThrottlingRateLimit") || in.has("ThrottlingBurstLimit")))
		add("execution logs (LoggingLevel, DataTraceEnabled)", in.has("LoggingLevel") && in.text("LoggingLevel") != "OFF" ||
			in.bool("DataTraceEnabled"))
		add("CloudWatch metrics (MetricsEnabled)", in.bool("MetricsEnabled"))
	}
	add("X-Ray (TracingEnabled)", r.bool("TracingEnabled"))
	r.extras(list)
}
