package requestlog

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// metrics are what CloudWatch is told at the end of a line of JSON, as the included authorizer does it.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const metrics = `,"_aws":{`

// withoutMetrics shortens a line for people, who would not see the rest of it for them.
func withoutMetrics(text string) string {
	if before, _, ok := strings.Cut(text, metrics); ok && strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		return before + "} and metrics"
	}
	return text
}

// printable is a text that stays on its line and tells a terminal nothing: tabs become spaces, and all else that is not
// printable is written as in Go.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString("  ")
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// duration is short: what is below 10 ms has a decimal.
func duration(d time.Duration) string {
	if d < 10*time.Millisecond {
		return strconv.FormatFloat(milliseconds(d), 'f', 1, 64) + "ms"
	}
	return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + "ms"
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond).Microseconds()) / 1000
}
