package monitor

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// Alarm goes off when its series is at or above its threshold in Datapoints of the last Of periods. A period without
// data counts as good, because the API had no requests.
type Alarm struct {
	ID          string // of the construct
	Description string
	Series      Series
	Period      time.Duration
	Threshold   float64
	Datapoints  int
	Of          int
}

// Alarms returns the alarms of an API, in the order of the page on operating. The error lists everything that is wrong
// with the thresholds.
func Alarms(api API, t Thresholds) ([]Alarm, error) {
	if err := t.check(api); err != nil {
		return nil, err
	}
	b := &alarms{api: api, Thresholds: t.withDefaults()}
	b.ofStage()
	for i, f := range api.Functions {
		switch f.Role {
		case Authorizer:
			b.ofDecisions(i, f)
		case Login:
			b.ofLogin(i, f)
		}
		b.ofLambda(i, f)
	}
	return b.made, nil
}

// alarms collects alarms.
type alarms struct {
	api API
	Thresholds
	made []Alarm
}

// Anchors of the page on operating, a section for each kind of alarm.
const (
	anchorServerErrors = "server-errors"
	anchorIntegration  = "slow-integrations"
	anchorFailed       = "failed-decisions"
	anchorKeys         = "key-fetches"
	anchorUnauthorized = "401s-by-reason"
	anchorAuthorizer   = "a-slow-authorizer"
	anchorCrashes      = "crashes"
	anchorThrottles    = "throttles"
	anchorLogin        = "failed-logins"
)

// longestDescription is the maximum length of a description.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (AlarmDescription)
const longestDescription = 1024

// add adds an alarm, unless it has no threshold.
func (b *alarms) add(a Alarm, anchor, says string) {
	if a.Threshold < 0 {
		return
	}
	a.Period = b.Period
	a.Description = fmt.Sprintf("%s: %s. %s#%s", b.api.Path, says, b.api.Docs, anchor)
	a.Description = a.Description[max(0, len(a.Description)-longestDescription):] // its end says what to do
	b.made = append(b.made, a)
}

// afterOne returns an alarm that goes off after one bad period.
func afterOne(id string, s Series, threshold float64) Alarm {
	return Alarm{ID: id, Series: s, Threshold: threshold, Datapoints: 1, Of: 1}
}

// afterTwoOfThree returns an alarm that goes off after two bad periods of three.
func afterTwoOfThree(id string, s Series, threshold float64) Alarm {
	return Alarm{ID: id, Series: s, Threshold: threshold, Datapoints: 2, Of: 3}
}

// afterThree returns an alarm that goes off after three bad periods in a row.
func afterThree(id string, s Series, threshold float64) Alarm {
	return Alarm{ID: id, Series: s, Threshold: threshold, Datapoints: 3, Of: 3}
}

func (b *alarms) ofStage() {
	b.add(afterTwoOfThree("ServerErrorsAlarm", Series{Metric: stageMetric("5XXError", "Average")},
		b.ServerErrorPercent/100),
		anchorServerErrors, fmt.Sprintf("%g %% of the answers or more are 5xx", b.ServerErrorPercent))
	b.add(afterThree("IntegrationLatencyAlarm", Series{Metric: stageMetric("IntegrationLatency", "p99")},
		milliseconds(b.IntegrationP99)), anchorIntegration,
		fmt.Sprintf("one in a hundred integrations takes %s or longer", b.IntegrationP99))
}

func (b *alarms) ofDecisions(i int, f Function) {
	if !f.Metrics {
		return
	}
	b.add(afterOne(f.ID("FailedDecisionsAlarm"), Series{Metric: gatehouseMetric(i, metrics.Failed, sum)},
		float64(b.FailedDecisions)), anchorFailed,
		fmt.Sprintf("decisions of %s fail, and callers get 500", f.Name))
	b.add(afterThree(f.ID("KeyFetchesAlarm"), Series{Metric: gatehouseMetric(i, metrics.KeyFetchFailures, sum)},
		float64(b.KeyFetchFailures)), anchorKeys,
		fmt.Sprintf("%s cannot fetch the keys of an issuer", f.Name))
	shares := b.shares(f)
	for _, reason := range slices.Sorted(maps.Keys(shares)) {
		b.add(afterOne(f.ID("Unauthorized"+camel(reason)+"Alarm"), b.share(i, reason), shares[reason]),
			anchorUnauthorized,
			fmt.Sprintf("%g %% of all requests or more get 401 from %s for the reason %s", shares[reason], f.Name, reason))
	}
}

// share returns the percentage of the API's requests that get a 401 for a reason. It is a share of the requests and not
// of the decisions, because a cache leaves few decisions. A period with few requests counts as 0.
func (b *alarms) share(i int, reason string) Series {
	return Series{
		Label:      "401 for " + reason + ", % of all requests",
		Expression: fmt.Sprintf("IF(requests >= %d, 100 * refused / requests, 0)", b.MinRequests),
		Uses: map[string]Metric{
			"requests": stageMetric("Count", sum),
			"refused":  gatehouseMetric(i, metrics.Unauthorized, sum).by(metrics.Reason, reason),
		},
	}
}

func (b *alarms) ofLogin(i int, f Function) {
	if !f.Metrics {
		return
	}
	b.add(afterOne(f.ID("LoginFailuresAlarm"), Series{Metric: gatehouseMetric(i, metrics.Failed, sum)},
		float64(b.LoginFailures)), anchorLogin, fmt.Sprintf("%s cannot answer users", f.Name))
}

// ofLambda adds the alarms on Lambda's own metrics of a function.
func (b *alarms) ofLambda(i int, f Function) {
	role := "Login"
	if f.Role.guards() {
		role = "Authorizer"
		b.add(afterThree(f.ID("AuthorizerLatencyAlarm"), Series{Metric: lambdaMetric(i, "Duration", "p99")},
			milliseconds(b.AuthorizerP99)), anchorAuthorizer,
			fmt.Sprintf("one in a hundred decisions of %s takes %s or longer", f.Name, b.AuthorizerP99))
	}
	if crashes, known := b.crashes(i, f); known {
		b.add(afterTwoOfThree(f.ID(role+"CrashesAlarm"), crashes, float64(b.Crashes)), anchorCrashes,
			fmt.Sprintf("the function of %s does not start, ends or runs out of time", f.Name))
	}
	b.add(afterOne(f.ID(role+"ThrottlesAlarm"), Series{Metric: lambdaMetric(i, "Throttles", sum)},
		float64(b.Throttles)), anchorThrottles, fmt.Sprintf("Lambda throttles the function of %s", f.Name))
}

// crashes counts the runs that end without an answer by the function itself. An authorizer answers 401 and 500 with an
// error, which Lambda also counts, so the function's own counts are subtracted.
//
// Lambda counts an error when its run begins, and the function when it ends. A busy API therefore has some errors of
// one period in the next, so less than a hundredth of the runs is not counted. The function's counts may also arrive
// later than Lambda's, so that the last period looks worse than it was. For that reason one bad period alone does not
// set off the alarm.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html ("the timestamp on an error metric
// reflects when the function was invoked, not when the error occurred"),
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (FILL in alarms)
func (b *alarms) crashes(i int, f Function) (s Series, known bool) {
	switch {
	case f.Role == Login:
		return lambdaMetric(i, "Errors", sum).labelled("crashed runs"), true
	case f.Role != Authorizer || !f.Metrics:
		return Series{}, false
	}
	const crashed = "(errors - FILL(unauthorized, 0) - FILL(failed, 0))"
	return Series{
		Label:      "crashed runs",
		Expression: "IF(100 * " + crashed + " >= runs, " + crashed + ", 0)",
		Uses: map[string]Metric{
			"errors":       lambdaMetric(i, "Errors", sum),
			"runs":         lambdaMetric(i, "Invocations", sum),
			"unauthorized": gatehouseMetric(i, metrics.Unauthorized, sum),
			"failed":       gatehouseMetric(i, metrics.Failed, sum),
		},
	}, true
}

// milliseconds converts a latency into its unit. The negative value for no alarm remains negative.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
