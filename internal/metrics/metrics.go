// Package metrics names the CloudWatch metrics that the included functions write: for the functions, which embed them
// in their log lines, and for the alarms and the dashboard that look at them.
//
// It neither writes nor reads any. It has no code, so that it adds nothing to the functions.
package metrics

// Namespace is that of all metrics of the included functions.
const Namespace = "Gatehouse"

// Dimensions. Each combination of their values is a metric of its own, with its own price, so their values are few: a
// function, a reason out of a list, an issuer that is configured.
const (
	Function = "functionName" // all metrics have it
	Reason   = "reason"       // those of outcomes have it too, but for Allowed
	Issuer   = "issuer"       // those of fetches have it too
)

// Metrics of the authorizer. Those of outcomes count decisions, and the milliseconds are of one decision or one fetch.
const (
	Allowed          = "allowed"
	Denied           = "denied"
	Unauthorized     = "unauthorized"
	Failed           = "failed"
	VerifyMs         = "verifyMs"
	HookMs           = "hookMs"
	KeyFetches       = "keyFetches"
	KeyFetchFailures = "keyFetchFailures"
	KeyFetchMs       = "keyFetchMs"
)

// UnauthorizedReasons are the reasons that [Unauthorized] is counted by, as docs/authorizer.md explains them. A test of
// package authz compares them with what it writes.
var UnauthorizedReasons = []string{
	"algorithm",
	"ambiguous_key",
	"audience",
	"base64",
	"bound",
	"certificate",
	"claim_type",
	"claims",
	"client",
	"critical",
	"dpop_key",
	"dpop_method",
	"dpop_proof",
	"dpop_replay",
	"dpop_scheme",
	"dpop_time",
	"dpop_token",
	"dpop_unbound",
	"dpop_url",
	"expired",
	"form",
	"header",
	"hook",
	"inactive",
	"issuer",
	"key_id",
	"key_mismatch",
	"lifetime",
	"no_token",
	"not_yet",
	"principal",
	"serialization",
	"session",
	"session_ended",
	"several_tokens",
	"signature",
	"signature_shape",
	"time",
	"token_use",
	"too_long",
	"type",
	"unbound",
	"unknown_key",
}

// Metrics of the login, which count requests. [Failed] is one of them too.
const (
	Begun    = "begun"
	LoggedIn = "logged_in"
	Refused  = "refused"
)
