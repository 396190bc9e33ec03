package monitor

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/metrics"
)

// noAlarm is the threshold that leaves its alarm out.
const noAlarm = -1

// Thresholds decide when alarms go off. A zero field is the default, and [noAlarm] leaves the alarm out. The AlarmProps
// of package secureapi document each.
type Thresholds struct {
	Period      time.Duration
	MinRequests int

	ServerErrorPercent float64
	IntegrationP99     time.Duration

	FailedDecisions     int
	KeyFetchFailures    int
	UnauthorizedPercent map[string]float64
	AuthorizerP99       time.Duration

	Crashes       int
	Throttles     int
	LoginFailures int
}

// The default thresholds. AlarmProps has the reason for each.
const (
	defaultPeriod             = 5 * time.Minute
	defaultMinRequests        = 100
	defaultServerErrorPercent = 5
	defaultIntegrationP99     = 5 * time.Second
	defaultFailedDecisions    = 1
	defaultKeyFetchFailures   = 1
	defaultAuthorizerP99      = time.Second
	defaultCrashes            = 3
	defaultThrottles          = 1
	defaultLoginFailures      = 1
)

// defaultUnauthorizedPercent has the default shares of 401s by reason.
var defaultUnauthorizedPercent = map[string]float64{
	"signature":   1,
	"unknown_key": 1,
	"audience":    5,
	"client":      5,
	"issuer":      5,
	"expired":     20,
	"inactive":    20,
}

// longestPeriod is the maximum length of a period. An alarm looks back at most a day, which is much longer than three
// of them. Source:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
const longestPeriod = time.Hour

// check returns what is wrong with the thresholds.
func (t Thresholds) check(api API) error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("AlarmProps."+format, a...)) }
	if p := t.Period; p != 0 && (p < time.Minute || p > longestPeriod || p%time.Minute != 0) {
		bad("Period is %s: want whole minutes up to %s, or 0 for the default of %s", p, longestPeriod, defaultPeriod)
	}
	if t.MinRequests < 0 {
		bad("MinRequests is %d: want how many requests a period has before a share of them counts, or 0 for the "+
			"default of %d", t.MinRequests, defaultMinRequests)
	}
	checkPercent(bad, "ServerErrorPercent", t.ServerErrorPercent, defaultServerErrorPercent)
	for _, reason := range slices.Sorted(maps.Keys(t.UnauthorizedPercent)) {
		name := fmt.Sprintf("UnauthorizedPercent[%q]", reason)
		if !slices.Contains(metrics.UnauthorizedReasons, reason) {
			bad("%s: the authorizer has no such reason for a 401: use one of %s", name,
				strings.Join(metrics.UnauthorizedReasons, ", "))
			continue
		}
		checkPercent(bad, name, t.UnauthorizedPercent[reason], defaultUnauthorizedPercent[reason])
	}
	for _, d := range []struct {
		name        string
		given, none time.Duration
	}{
		{"IntegrationP99", t.IntegrationP99, defaultIntegrationP99},
		{"AuthorizerP99", t.AuthorizerP99, defaultAuthorizerP99},
	} {
		if d.given != noAlarm && d.given != 0 && d.given < time.Millisecond {
			bad("%s is %s: want a time of a millisecond at least, 0 for the default of %s, or NoAlarm", d.name, d.given,
				d.none)
		}
	}
	for _, c := range t.counts() {
		if c.given < noAlarm {
			bad("%s is %d: want how many in a period, 0 for the default of %d, or NoAlarm", c.name, c.given, c.none)
		}
	}
	return errors.Join(append(errs, t.checkThere(api)...)...)
}

func checkPercent(bad func(string, ...any), name string, given, none float64) {
	if given == noAlarm || given >= 0 && given <= 100 {
		return
	}
	if none == 0 {
		bad("%s is %g: want a percentage up to 100, or NoAlarm", name, given)
		return
	}
	bad("%s is %g: want a percentage up to 100, 0 for the default of %g, or NoAlarm", name, given, none)
}

// count is a threshold that is a number.
type count struct {
	name        string
	given, none int
}

func (t Thresholds) counts() []count {
	return []count{
		{"FailedDecisions", t.FailedDecisions, defaultFailedDecisions},
		{"KeyFetchFailures", t.KeyFetchFailures, defaultKeyFetchFailures},
		{"Crashes", t.Crashes, defaultCrashes},
		{"Throttles", t.Throttles, defaultThrottles},
		{"LoginFailures", t.LoginFailures, defaultLoginFailures},
	}
}

// checkThere refuses a threshold for something that the API does not have, because its alarm would never be created.
func (t Thresholds) checkThere(api API) (errs []error) {
	has := func(ok func(Function) bool) bool { return slices.ContainsFunc(api.Functions, ok) }
	writes := has(func(f Function) bool { return f.Role == Authorizer && f.Metrics })
	guarded := has(func(f Function) bool { return f.Role.guards() })
	login := has(func(f Function) bool { return f.Role == Login && f.Metrics })
	judged := has(func(f Function) bool { return f.Role != OwnAuthorizer && f.Metrics || f.Role == Login })
	const included = "an authorizer with JWT or a SessionAuthorizer, and no NoMetrics"
	for _, c := range []struct {
		name       string
		set, there bool
		takes      string
	}{
		{"FailedDecisions", t.FailedDecisions > 0, writes, included},
		{"KeyFetchFailures", t.KeyFetchFailures > 0, writes, included},
		{"UnauthorizedPercent", len(t.UnauthorizedPercent) > 0, writes, included},
		{"AuthorizerP99", t.AuthorizerP99 > 0, guarded, "a Lambda authorizer"},
		{"Crashes", t.Crashes > 0, judged, "an authorizer with JWT and no NoMetrics, or a Login"},
		{"Throttles", t.Throttles > 0, len(api.Functions) > 0, "a Lambda authorizer or a Login"},
		{"LoginFailures", t.LoginFailures > 0, login, "a Login without NoMetrics"},
	} {
		if c.set && !c.there {
			errs = append(errs, fmt.Errorf("AlarmProps.%s needs %s, which this API does not have: leave it out",
				c.name, c.takes))
		}
	}
	return errs
}

// withDefaults returns the thresholds with defaults filled in.
func (t Thresholds) withDefaults() Thresholds {
	t.Period = cmp.Or(t.Period, defaultPeriod)
	t.MinRequests = cmp.Or(t.MinRequests, defaultMinRequests)
	t.ServerErrorPercent = cmp.Or(t.ServerErrorPercent, defaultServerErrorPercent)
	t.IntegrationP99 = cmp.Or(t.IntegrationP99, defaultIntegrationP99)
	t.AuthorizerP99 = cmp.Or(t.AuthorizerP99, defaultAuthorizerP99)
	t.FailedDecisions = cmp.Or(t.FailedDecisions, defaultFailedDecisions)
	t.KeyFetchFailures = cmp.Or(t.KeyFetchFailures, defaultKeyFetchFailures)
	t.Crashes = cmp.Or(t.Crashes, defaultCrashes)
	t.Throttles = cmp.Or(t.Throttles, defaultThrottles)
	t.LoginFailures = cmp.Or(t.LoginFailures, defaultLoginFailures)
	return t
}

// shares returns the percentage for each reason of a function's 401s that has an alarm.
func (t Thresholds) shares(f Function) map[string]float64 {
	out := map[string]float64{}
	for _, reason := range f.Reasons {
		out[reason] = defaultUnauthorizedPercent[reason]
	}
	for reason, percent := range t.UnauthorizedPercent {
		switch {
		case percent == noAlarm:
			delete(out, reason)
		case percent > 0:
			out[reason] = percent
		}
	}
	return out
}
