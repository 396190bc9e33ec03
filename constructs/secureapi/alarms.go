package secureapi

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/monitor"
)

// NoAlarm as a threshold in [AlarmProps] omits the alarm.
const NoAlarm = -1

// AlarmProps are the thresholds of [API.Alarms]. An alarm goes off at or above its threshold. The zero value of a field
// is its default, and [NoAlarm] omits the alarm. It is an error to set a negative threshold, or one for something that
// the API does not have, such as FailedDecisions without an included authorizer.
//
// Each alarm is an AWS::CloudWatch::Alarm that treats a period without data as a good one. AWS bills each metric of an
// alarm.
type AlarmProps struct {
	// NotifyOK also notifies the topic when an alarm ends (OKActions). Default: only when it goes off.
	NotifyOK bool

	// Period is the length of a data point: whole minutes, up to an hour. Counts and percentages below are per period. Use
	// a longer period for an API with few calls: if it gets less than one request per period, it never has two or three
	// bad periods in a row. Default: 5 minutes.
	Period time.Duration

	// MinRequests is how many requests a period needs before a percentage of 401s counts; of ten requests, one is already
	// 10 %. Default: 100.
	MinRequests int

	// ServerErrorPercent is the percentage of 5xx answers in two of three periods (AWS/ApiGateway, 5XXError). Default: 5,
	// as AWS recommends. A single 500 at night is one period and does not raise the alarm.
	// Source:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
	ServerErrorPercent float64

	// IntegrationP99 is the 99th percentile of integration latency, in three periods in a row (AWS/ApiGateway,
	// IntegrationLatency). Raise it or set it to [NoAlarm] if some routes take long by design, such as those with
	// [StartSyncExecution] or [Streamed]. Default: 5 s, well before API Gateway's 504 after 29 s.
	IntegrationP99 time.Duration

	// FailedDecisions is how many decisions of an included authorizer fail in a period; callers get a 500 for each
	// (Gatehouse, failed). Default: 1, because a caller cannot cause such a failure.
	FailedDecisions int

	// KeyFetchFailures is how many fetches of an issuer's keys or secret fail in each of three periods in a row
	// (Gatehouse, keyFetchFailures). Default: 1. A single failure can happen and is retried; after three periods the
	// issuer is down, and new execution environments have no keys.
	KeyFetchFailures int

	// UnauthorizedPercent maps an authorizer's reason for a 401 to the percentage of the API's requests that get it
	// (Gatehouse, unauthorized). Reasons that the map omits keep their defaults.
	//
	// Defaults for an authorizer that verifies JWTs: "signature" and "unknown_key" 1, which suggest an attack or a failed
	// key rotation; "audience", "issuer" and, if the issuer has Clients, "client" 5, which suggest a misconfigured client;
	// "expired" 20, clients that do not refresh. Default for opaque tokens only: "inactive" 20. Defaults for sessions:
	// "signature" and "unknown_key" 1. docs/authorizer.md lists the reasons.
	UnauthorizedPercent map[string]float64

	// AuthorizerP99 is the 99th percentile of the duration of an included authorizer or a Function of yours, in three
	// periods in a row (AWS/Lambda, Duration). Default: 1 s. A decision takes milliseconds; the first one of an execution
	// environment takes some hundred more to fetch keys.
	AuthorizerP99 time.Duration

	// Crashes is how many invocations of an included authorizer or a [Login] end without an answer, because the function
	// does not start or times out (AWS/Lambda, Errors, without an authorizer's 401s and 500s). Crashes below one percent
	// of the authorizer's invocations do not count; see docs/operating.md. Default: 3.
	Crashes int

	// Throttles is how many invocations of an authorizer or a [Login] Lambda refuses for lack of concurrency (AWS/Lambda,
	// Throttles). Default: 1, because each one is a caller who gets an error.
	Throttles int

	// LoginFailures is how many requests a [Login] cannot answer, for example because the provider is down (Gatehouse,
	// failed). Default: 1.
	LoginFailures int
}

// thresholds converts the props for package monitor.
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
