package secureapi

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
)

// NoAlarm in place of a threshold of [AlarmProps] leaves its alarm out.
const NoAlarm = -1

// AlarmProps are the thresholds of [API.Alarms]: an alarm goes off at its threshold or above it. The zero value of each
// is its default, and [NoAlarm] leaves the alarm out. A negative threshold is an error, and so is one for what the API
// does not have, such as FailedDecisions without an included authorizer.
//
// Each alarm is an AWS::CloudWatch::Alarm, for which a period without data is a good one. Each metric of an alarm has
// its price.
type AlarmProps struct {
	// NotifyOK notifies the topic when an alarm is over, too (OKActions). Default: when it goes off alone.
	NotifyOK bool

	// Period is what a data point covers: whole minutes up to an hour. Counts and shares below are of one period. Make it
	// longer for an API that few call: one with less than a request in each period never has two or three bad ones in a
	// row. Default: 5 minutes.
	Period time.Duration

	// MinRequests is how many requests a period has to have before a share of 401s counts: of ten requests, one is
	// already 10 %. Default: 100.
	MinRequests int

	// ServerErrorPercent is how many percent of the answers are 5xx in two of three periods (AWS/ApiGateway, 5XXError).
	// Default: 5, as AWS recommends; a single 500 at night is one period and does not wake anyone.
	// Source:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
	ServerErrorPercent float64

	// IntegrationP99 is the time that one in a hundred integrations takes, in three periods in a row (AWS/ApiGateway,
	// IntegrationLatency). Raise it, or leave it out, for an API with routes that take long by design, as with
	// [StartSyncExecution] or [Streamed]. Default: 5 s, well before API Gateway gives up after 29 s with a 504.
	IntegrationP99 time.Duration

	// FailedDecisions is how many decisions of an included authorizer fail, which callers get a 500 for (Gatehouse,
	// failed). Default: 1, as none fails by a caller's fault.
	FailedDecisions int

	// KeyFetchFailures is how many fetches of an issuer's keys or secret fail in each of three periods in a row
	// (Gatehouse, keyFetchFailures). Default: 1, as a single one happens and is tried again; after three periods the
	// issuer is down, and new execution environments have no keys.
	KeyFetchFailures int

	// UnauthorizedPercent is, by the authorizer's reason for a 401, how many percent of all of the API's requests get it
	// (Gatehouse, unauthorized). A reason that is not named keeps its default. Defaults, for an authorizer that verifies
	// JWTs: "signature" and "unknown_key" 1, an attack or a rotation of keys gone wrong; "audience", "issuer" and, where
	// an issuer's clients are compared, "client" 5, a client with the wrong settings; "expired" 20, clients that do not
	// refresh. For one that asks about opaque tokens alone, "inactive" 20. For sessions, "signature" and "unknown_key" 1.
	// docs/authorizer.md lists the reasons.
	UnauthorizedPercent map[string]float64

	// AuthorizerP99 is the time that one in a hundred decisions takes, in three periods in a row, of an included
	// authorizer or a Function of yours (AWS/Lambda, Duration). Default: 1 s. A decision takes milliseconds, and the first
	// of an execution environment some hundred more for keys.
	AuthorizerP99 time.Duration

	// Crashes is how many runs of an included authorizer or a [Login] end without an answer of its own, as one that does
	// not start or runs out of time (AWS/Lambda, Errors, without an authorizer's 401s and 500s). Fewer than a hundredth of
	// the authorizer's runs do not count, see docs/operating.md. Default: 3.
	Crashes int

	// Throttles is how many runs of an authorizer or a [Login] Lambda refuses for want of concurrency (AWS/Lambda,
	// Throttles). Default: 1, as each is a caller that gets an error.
	Throttles int

	// LoginFailures is how many requests a [Login] cannot answer, as when the provider is down (Gatehouse, failed).
	// Default: 1.
	LoginFailures int
}

// thresholds are the props as the plain package has them.
func (p AlarmProps) thresholds() monitor.Thresholds {
	return monitor.Thresholds{
		Period:              p.Period,
		MinRequests:         p.MinRequests,
		ServerErrorPercent:  p.ServerErrorPercent,
		IntegrationP99:      p.IntegrationP99,
		FailedDecisions:     p.FailedDecisions,
		KeyFetchFailures:    p.KeyFetchFailures,
		UnauthorizedPercent: p.UnauthorizedPercent,
		AuthorizerP99:       p.AuthorizerP99,
		Crashes:             p.Crashes,
		Throttles:           p.Throttles,
		LoginFailures:       p.LoginFailures,
	}
}
