package authz

import (
	"strconv"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// The metrics are in the log lines themselves, in CloudWatch's embedded metric format. One line, which is paid for
// once, has the decision, the values that a search finds it by, and the numbers. CloudWatch reads the members that the
// line's "_aws" member names.
//
// Every combination of dimensions is a metric with its own price. So there are only these: the function's name; with it
// the reason (one of a few words, see [reasonOf]); and with those the issuer (one of the configured ones).
//
// Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const (
	begin        = `{"Namespace":"` + metrics.Namespace + `","Dimensions":[`
	function     = `["` + metrics.Function + `"]`
	byFunction   = begin + function + `],"Metrics":[`
	byReason     = begin + `["` + metrics.Function + `","` + metrics.Reason + `"]],"Metrics":[`
	byIssuer     = begin + function + `,["` + metrics.Function + `","` + metrics.Issuer + `"]],"Metrics":[`
	endDirective = `]}`
)

// decisionMetrics completes the line of a decision with its metrics: the counts "allowed", "denied", "unauthorized" and
// "failed" (all but the first also by reason), and the milliseconds "verifyMs" and "hookMs".
func (j *journal) decisionMetrics(d *decision, now time.Time) {
	if !j.metrics {
		return
	}
	key := directiveKey{d.outcome, d.reason != "", d.verifying, d.asked}
	all, known := j.directives[key]
	if !known {
		all = key.directives()
		j.directives[key] = all
	}
	j.embed(all, now)
	j.number(string(d.outcome), 1)
}

// directiveKey identifies the directives of a decision. There are few, so they are cached.
type directiveKey struct {
	outcome                  outcome
	reason, verifying, asked bool
}

func (k directiveKey) directives() string {
	count := metric(string(k.outcome), "Count")
	all := byFunction + count
	if k.verifying {
		all += "," + metric(metrics.VerifyMs, "Milliseconds")
	}
	if k.asked {
		all += "," + metric(metrics.HookMs, "Milliseconds")
	}
	all += endDirective
	if k.reason {
		all += "," + byReason + count + endDirective
	}
	return all
}

// fetchMetrics completes the line of a fetch with its metrics: the counts "keyFetches" and "keyFetchFailures", and the
// milliseconds "keyFetchMs".
func (j *journal) fetchMetrics(f jwt.Fetch, now time.Time) {
	if !j.metrics {
		return
	}
	fetches, failed := metric(metrics.KeyFetches, "Count"), metric(metrics.KeyFetchFailures, "Count")
	j.embed(byIssuer+fetches+","+failed+","+metric(metrics.KeyFetchMs, "Milliseconds")+endDirective, now)
	j.number(metrics.KeyFetches, 1)
	failures := 0
	if f.Err != nil {
		failures = 1
	}
	j.number(metrics.KeyFetchFailures, failures)
}

// embed writes the member that turns a line into metrics, and the dimension that all of them have.
func (j *journal) embed(all string, now time.Time) {
	j.line = append(j.line, `,"_aws":{"Timestamp":`...)
	j.line = strconv.AppendInt(j.line, now.UnixMilli(), 10)
	j.line = append(append(append(j.line, `,"CloudWatchMetrics":[`...), all...), "]}"...)
	j.text(metrics.Function, j.function)
}

func metric(name, unit string) string { return `{"Name":"` + name + `","Unit":"` + unit + `"}` }
