package apigateway

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// traced is an X-Ray header with a trace: Root=1-5759e988-bd862e3fe1be46a994272793, and perhaps Parent, Sampled and
// such.
var traced = regexp.MustCompile(
	`^(?:[A-Za-z0-9_-]+=[A-Za-z0-9:_.-]*;)*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;[A-Za-z0-9_-]+=[A-Za-z0-9:_.-]*)*;?$`,
)

// callersTrace is the trace that a request is part of already; "" if it is not one, or not well-formed. API Gateway
// adds a trace "to incoming HTTP requests that don't already have one".
// Source: https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html
func callersTrace(h exchange.Headers) string {
	value := strings.ReplaceAll(h.Get("X-Amzn-Trace-Id"), " ", "")
	if len(value) > 256 || !traced.MatchString(value) {
		return ""
	}
	return value
}

// traceOf is the trace that a function is told of: the caller's, or one that begins here. A caller's Root alone gets a
// Parent: recorded on AWS, see the parse of the trace in
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

// answered is the trace in the answer of a function: Root, Parent, Sampled and Lineage, those of the request where it
// has them.
func answered(trace string) string {
	parts := map[string]string{"Parent": randomHex(8), "Sampled": "0", "Lineage": "1:" + randomHex(4) + ":0"}
	for part := range strings.SplitSeq(trace, ";") {
		if name, value, _ := strings.Cut(part, "="); value != "" {
			parts[name] = value
		}
	}
	return "Root=" + parts["Root"] + ";Parent=" + parts["Parent"] +
		";Sampled=" + parts["Sampled"] + ";Lineage=" + parts["Lineage"]
}
