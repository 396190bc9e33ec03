package plan

import (
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// Release describes how a new version of an included function is rolled out.
type Release struct {
	Provisioned int
	Reserved    *float64 // from the function's own props; nil if not set
	Canary      *Canary  // may be nil
}

// Canary sends part of the callers to a new version first.
type Canary struct {
	Percent   int
	Interval  time.Duration
	NilAlarms []int // the indexes of nil alarms
}

// The canary's defaults and bounds.
// Source: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TimeBasedCanary.html,
// https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
const (
	defaultPercent  = 10
	defaultInterval = 5 * time.Minute
	maxInterval     = 48 * time.Hour
)

// Check returns what is wrong with the release. It accepts nil.
func (r *Release) Check() (errs []error) {
	if r == nil {
		return nil
	}
	if r.Provisioned < 0 {
		errs = append(errs, fmt.Errorf("Release.ProvisionedConcurrency is %d: want how many execution environments are kept "+
			"ready, or 0 for none", r.Provisioned))
	}
	if r.Reserved != nil && !cdktoken.UnresolvedNumber(*r.Reserved) && float64(r.Provisioned) > *r.Reserved {
		errs = append(errs, fmt.Errorf("Release.ProvisionedConcurrency is %d, and "+
			"FunctionProps.ReservedConcurrentExecutions is "+
			"%g, which it is a part of: reserve at least as many", r.Provisioned, *r.Reserved))
	}
	c := r.Canary
	if c == nil {
		return errs
	}
	for _, i := range c.NilAlarms {
		errs = append(errs, fmt.Errorf("Release.Canary.Alarms[%d] is nil: give it an awscloudwatch.IAlarm, or leave it "+
			"out", i))
	}
	if c.Percent < 0 || c.Percent > 99 {
		errs = append(errs, fmt.Errorf("Release.Canary.Percent is %d: want 1 to 99, or 0 for the default of %d", c.Percent,
			defaultPercent))
	}
	if i := c.Interval; i < 0 || i%time.Minute != 0 || i > maxInterval {
		errs = append(errs, fmt.Errorf("Release.Canary.Interval is %s: want whole minutes up to %s, or 0 for the default "+
			"of %s", i,
			maxInterval, defaultInterval))
	}
	return errs
}

// Shift returns the canary's percentage, and the minutes until all callers follow, with defaults filled in.
func (c *Canary) Shift() (percent, minutes int) {
	percent, interval := c.Percent, c.Interval
	if percent == 0 {
		percent = defaultPercent
	}
	if interval == 0 {
		interval = defaultInterval
	}
	return percent, int(interval / time.Minute)
}
