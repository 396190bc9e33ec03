package secureapi

import (
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
)

// cacheTTL is how long answers are cached: a time, or a CDK token for seconds.
type cacheTTL struct {
	given   time.Duration
	seconds *float64
}

// planned returns the time that checks use.
func (c cacheTTL) planned() time.Duration {
	if c.seconds != nil {
		return identity.LongestTTL
	}
	return c.given
}

func (c cacheTTL) check() error { return identity.CheckTTLToken(c.given, c.seconds) }

// inTemplate returns the seconds for the template. The parameter ttl is the time with its default.
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
