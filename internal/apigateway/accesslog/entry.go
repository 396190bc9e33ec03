package accesslog

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// Entry has the values of an answered request, from which [Format.Line] takes those of the format.
type Entry struct {
	Source  *mapping.Source  // the request, with the values for mapping templates
	Failure *mapping.Failure // the reason for an answer of API Gateway itself; nil for an integration's answer
	Verdict *checks.Verdict  // zero if the request did not reach the checks

	AuthorizerRequestID string // Lambda's ID of the authorizer's invocation; "" if there was none
	Integration         Integration

	Status       int           // of the answer
	Length       int64         // of the answer's body, in bytes
	Latency      time.Duration // from the arrival to the end of the answer
	DeploymentID string
	EndpointType string // "EDGE", "REGIONAL" or "PRIVATE"
}

// Integration describes the integration's answer.
type Integration struct {
	Called    bool
	RequestID string // Lambda's ID of the invocation; "" for another integration

	// Status is the status in the function's answer, or that of the endpoint. It is 0 without one, such as for a MOCK
	// integration.
	Status int

	// ServiceStatus is the status of the called service. For a function it is Lambda's, which is 200 even if the function
	// fails. It is 0 if the service did not answer.
	ServiceStatus int

	Latency time.Duration // until the end of the answer
	Error   string        // "" if the integration answered

	Streamed     bool          // whether the answer is streamed to the client
	ToAllHeaders time.Duration // until all headers of a streamed answer arrived
}
