package apigateway

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// traceHeader matches an X-Ray header with a trace, such as Root=1-5759e988-bd862e3fe1be46a994272793, which Parent,
// Sampled and other fields may follow.
var traceHeader = regexp.MustCompile(
	`^(?:[A-Za-z0-9_-]+=[A-Za-z0-9:_.-]*;)*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[A-Za-z0-9_-]+=[A-Za-z0-9:_.-]*)*;?$`,
)

// callersTrace returns the trace that a request is already part of; "" if none exists or it is not well-formed. API
// Gateway adds a trace "to incoming HTTP requests that don't already have one".
// Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html
func callersTrace(h exchange.Headers) string {
	value := strings.ReplaceAll(h.Get("X-Amzn-Trace-Id"), " ", "")
	if len(value) > 256 || !traceHeader.MatchString(value) {
		return ""
	}
	return value
}

// traceOf returns the trace that a function receives: the caller's, or a new one. If the caller sends a Root alone, a
// Parent is added. Recorded on AWS: see the parse of the trace in
// https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/apigateway/next_gen/execute_api/handlers/parse.py.
func traceOf(h exchange.Headers, now time.Time) string {
	trace := callersTrace(h)
	if trace == "" {
		return fmt.Sprintf("Root=1-%08x-%s", now.Unix(), randomHex(12))
	}
	parts := strings.Split(strings.TrimSuffix(trace, ";"), ";")
	if len(parts) == 1 {
		return parts[0] + ";Parent=" + randomHex(8)
	}
	return trace
}

// answerTrace returns the trace in the answer of a function: Root, Parent, Sampled and Lineage, taken from the request
// where it has them.
func answerTrace(trace string) string {
	parts := map[string]string{"Parent": randomHex(8), "Sampled": "0", "Lineage": "1:" + randomHex(4) + ":0"}
	for part := range strings.SplitSeq(trace, ";") {
		if name, value, _ := strings.Cut(part, "="); value != "" {
			parts[name] = value
		}
	}
	return "Root=" + parts["Root"] + ";Parent=" + parts["Parent"] +
		";Sampled=" + parts["Sampled"] + ";Lineage=" + parts["Lineage"]
}
