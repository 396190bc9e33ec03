package plan

import (
	"math"
	"strconv"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// formatNumber formats a number for an error. A token that was converted into an integer is the smallest integer.
func formatNumber[N int | float64](n N) string {
	if cdktoken.UnresolvedNumber(float64(n)) || float64(n) == math.MinInt {
		return "a CDK token"
	}
	return strconv.FormatFloat(float64(n), 'f', -1, 64)
}
