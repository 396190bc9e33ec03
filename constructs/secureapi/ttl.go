package secureapi

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// cacheTTL is how long answers are kept: a time, or a CDK token of seconds.
type cacheTTL struct {
	given   time.Duration
	seconds *float64
}

// planned is the time that checks count with.
func (c cacheTTL) planned() time.Duration {
	if c.seconds != nil {
		return plan.LongestTTL
	}
	return c.given
}

func (c cacheTTL) check() error { return plan.CheckTTLToken(c.given, c.seconds) }

// inTemplate are the seconds that the template has, of a time with its default.
func (c cacheTTL) inTemplate(ttl time.Duration) float64 {
	if c.seconds != nil {
		return *c.seconds
	}
	return ttl.Seconds()
}

// withProblem joins problems; the first may be nil.
func withProblem(first error, more ...[]error) []error {
	out := slices.Concat(more...)
	if first != nil {
		out = append([]error{first}, out...)
	}
	return out
}

func resultsTTL(seconds float64) awscdk.Duration { return awscdk.Duration_Seconds(&seconds) }
