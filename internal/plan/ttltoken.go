package plan

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// LongestTTL stands in for a time that is known only at deployment. It is the maximum of API Gateway.
const LongestTTL = maxCacheTTL

// unresolvedNumber reports whether a number is a CDK token, whose value is known only at deployment.
// Source: aws-cdk-lib 2.270.0, core/lib/private/encoding.js (createTokenDouble)
func unresolvedNumber(n float64) bool { return n < -1e288 }

// formatNumber formats a number for an error. A token that was converted into an integer is the smallest integer.
func formatNumber[N int | float64](n N) string {
	if unresolvedNumber(float64(n)) || float64(n) == math.MinInt {
		return "a CDK token"
	}
	return strconv.FormatFloat(float64(n), 'f', -1, 64)
}

// CheckTTLToken requires a CDK token for seconds that are given as a number, and refuses a CacheTTL beside it.
func CheckTTLToken(given time.Duration, seconds *float64) error {
	switch {
	case seconds == nil:
		return nil
	case given != 0:
		return fmt.Errorf("CacheTTL is %s and CacheTTLSeconds is set too: leave one of them out", given)
	case !unresolvedNumber(*seconds):
		return errors.New(
			"CacheTTLSeconds is for CDK tokens, such as the ValueAsNumber of a CfnParameter, and its number is " +
				"known: set CacheTTL",
		)
	}
	return nil
}
