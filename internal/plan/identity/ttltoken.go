package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// LongestTTL stands in for a time that is known only at deployment. It is the maximum of API Gateway.
const LongestTTL = maxCacheTTL

// CheckTTLToken requires a CDK token for seconds that are given as a number, and refuses a CacheTTL beside it.
func CheckTTLToken(given time.Duration, seconds *float64) error {
	switch {
	case seconds == nil:
		return nil
	case given != 0:
		return fmt.Errorf("CacheTTL is %s and CacheTTLSeconds is set too: leave one of them out", given)
	case !cdktoken.UnresolvedNumber(*seconds):
		return errors.New(
			"CacheTTLSeconds is for CDK tokens, such as the ValueAsNumber of a CfnParameter, and its number is " +
				"known: set CacheTTL",
		)
	}
	return nil
}
