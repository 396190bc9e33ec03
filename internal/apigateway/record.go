package apigateway

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Record is what became of one request, for logs and the console. It is not changed after it was handed out.
type Record struct {
	Request *exchange.Request
	Answer  exchange.Answer
	Time    time.Time
	Took    time.Duration

	Route   string // "GET /orders/{id}", or "" if no route was found
	Verdict checks.Verdict

	// Reason says in words why the answer is a 401, 403 or 5xx: which check, which statement, which requirement. It is
	// "" where the function itself answered.
	Reason string

	// Identity are the names of the headers and parameters that the served APIs' authorizers know callers by. Their
	// values are as secret as tokens are.
	Identity []string

	IntegrationTime time.Duration // of the function; 0 if there was none

	// Wrote are the lines that the request's functions wrote until they answered, the authorizer's first.
	Wrote []WroteLine

	// Browser is what a browser does with the answer to a page of another origin.
	Browser browser.Verdict

	// Failure is how a function of the request failed; nil if none did.
	Failure *Failure

	dry   bool   // see [Gateway.DryRun]
	stage *stage // that it is for; nil without one
	by    browser.By
	wrote *wrote // what becomes Wrote; nil until a function is invoked
	trace string // X-Amzn-Trace-Id of the answer; "" for none
}
