package login

import (
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// counted is the part of a line that CloudWatch reads metrics from, in its embedded metric format. Requests that are
// routine, such as each page's question who is logged in, have no metrics.
//
// Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type counted struct {
	Embedded embedded `json:"_aws"` // the first member, because the local gateway shows a line up to it
	Function string   `json:"functionName"`
	Begun    int      `json:"begun,omitempty"`
	LoggedIn int      `json:"logged_in,omitempty"`
	Refused  int      `json:"refused,omitempty"`
	Failed   int      `json:"failed,omitempty"`
}

type embedded struct {
	Timestamp         int64       `json:"Timestamp"` // milliseconds
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type metric struct{ Name, Unit string }

// count returns the metrics for a request, or nil. Refusals and failures are also counted by reason, which is one of a
// few words.
func (j *journal) count(x *exchange, now time.Time) *counted {
	c := &counted{Function: j.function}
	number := map[outcome]*int{
		begun: &c.Begun, loggedIn: &c.LoggedIn, refused: &c.Refused, failed: &c.Failed,
	}[x.outcome]
	if j.function == "" || number == nil {
		return nil
	}
	*number = 1
	by := [][]string{{metrics.Function}}
	if x.reason != "" {
		by = append(by, []string{metrics.Function, metrics.Reason})
	}
	c.Embedded = embedded{now.UnixMilli(), []directive{{
		Namespace:  metrics.Namespace,
		Dimensions: slices.Clip(by),
		Metrics:    []metric{{string(x.outcome), "Count"}},
	}}}
	return c
}
