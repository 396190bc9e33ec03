package login

import (
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// counted is the part of a line that CloudWatch takes metrics from, in its embedded metric format. Requests that happen
// again and again while all is well, as each page asks who is logged in, have none.
//
// Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type counted struct {
	Embedded embedded `json:"_aws"` // the first, since the local gateway shows a line up to it
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

// count is what a request counts as; nil for nothing. A refusal and a failure count by their reason too, which is a
// word out of few.
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
