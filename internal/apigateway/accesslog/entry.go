package accesslog

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// Entry is what is known of an answered request.
type Entry struct {
	Source  *mapping.Source  // the request, and what mapping templates know of it
	Failure *mapping.Failure // why API Gateway answered itself; nil if it did not
	Verdict *checks.Verdict  // zero if the request did not reach the checks

	AuthorizerRequestID string // Lambda's ID of the authorizer's invocation; "" if there was none
	Integration         Integration

	Status       int           // of the answer
	Length       int64         // of the answer's body, in bytes
	Latency      time.Duration // from the arrival to the end of the answer
	DeploymentID string
	EndpointType string // "EDGE", "REGIONAL" or "PRIVATE"
}

// Integration is how the integration of a route answered.
type Integration struct {
	Called    bool
	RequestID string // Lambda's ID of the invocation; "" for another integration

	// Status is the status of the backend: that of the function's answer, or of the endpoint; 0 if there was none, as for
	// a MOCK integration.
	Status int

	// ServiceStatus is the status of the called service: Lambda's own for a function, which is 200 also if the function
	// fails. 0 if the service did not answer.
	ServiceStatus int

	Latency time.Duration // until the end of the answer
	Error   string        // "" if it answered

	Streamed     bool          // the answer is passed on as it comes
	ToAllHeaders time.Duration // until the headers of a streamed answer were there
}
