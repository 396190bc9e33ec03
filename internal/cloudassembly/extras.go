package cloudassembly

import (
	"slices"
	"strings"
)

// stageExtras notes in one line what a stage asks for that a local run does not do: throttling, logs, metrics and traces.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html
func (r *reader) stageExtras() {
	var list []string
	add := func(name string, there bool) {
		if there && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	// A deployment's StageDescription has the settings of all methods beside those by method; a stage has only the latter.
	for _, in := range append([]*reader{r}, r.objects("MethodSettings")...) {
		add("throttling (ThrottlingRateLimit, ThrottlingBurstLimit)", in.has("ThrottlingRateLimit") || in.has("ThrottlingBurstLimit"))
		add("execution logs (LoggingLevel, DataTraceEnabled)", in.has("LoggingLevel") && in.text("LoggingLevel") != "OFF" || in.bool("DataTraceEnabled"))
		add("CloudWatch metrics (MetricsEnabled)", in.bool("MetricsEnabled"))
	}
	add("access logs (AccessLogSetting)", r.has("AccessLogSetting"))
	add("X-Ray (TracingEnabled)", r.bool("TracingEnabled"))
	r.extras(list)
}

// planExtras notes what a usage plan asks for that a local run does not do: it knows which keys are in it, and counts nothing.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html
func (r *reader) planExtras() {
	var list []string
	if r.has("Throttle") || slices.ContainsFunc(r.objects("ApiStages"), func(in *reader) bool { return in.has("Throttle") }) {
		list = append(list, "throttling (Throttle)")
	}
	if r.has("Quota") {
		list = append(list, "the quota (Quota)")
	}
	r.extras(list)
}

func (r *reader) extras(list []string) {
	if len(list) > 0 {
		r.problem("not done here: %s", strings.Join(list, ", "))
	}
}
