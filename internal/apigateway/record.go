package apigateway

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
)

// Record describes one request and how it was answered, for logs and the console. It does not change after it was
// handed out.
type Record struct {
	Request *exchange.Request
	Answer  exchange.Answer
	Time    time.Time
	Took    time.Duration

	Route   string // "GET /orders/{id}", or "" if no route was found
	Verdict checks.Verdict

	// Reason says why the answer is a 401, 403 or 5xx: which check, which statement, which requirement. It is "" where the
	// function itself answered.
	Reason string

	// Notice says what callers may not expect of an answer that is no error, with the way out; "" for nothing. It is the
	// same for each such answer of a route.
	Notice string

	// Identity lists the names of the headers and parameters by which the served APIs' authorizers identify callers. Their
	// values are as secret as tokens are.
	Identity []string

	IntegrationTime time.Duration // how long the integration took; 0 if it was not called

	// Wrote holds the lines that the request's functions wrote until they answered, the authorizer's first.
	Wrote []functionlog.Line

	// Browser is what a browser does with the answer if a page of another origin made the request.
	Browser browser.Verdict

	// Failure describes how a function of the request failed; nil if none did.
	Failure *functionlog.Failure

	facts facts  // for the access log
	dry   bool   // see [Gateway.DryRun]
	stage *stage // the stage that the request is for; nil if none exists
	by    browser.By
	wrote functionlog.Request // collects the lines of Wrote
	trace string              // X-Amzn-Trace-Id of the answer; "" for none
}
