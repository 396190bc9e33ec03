package apigateway

import (
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Watcher observes the requests that are not answered yet. It must be safe for concurrent use. [Options.Record]
// receives a request at its end, which for a streamed answer is after Answered.
type Watcher interface {
	Began(Arrival)

	// WaitsFor is called with the short name of the function that a request waits for; "" for none.
	WaitsFor(requestID, function string)

	// Answered is called when a request has its answer, or the beginning of a stream.
	Answered(requestID string)
}

// Arrival is a request that has arrived.
type Arrival struct {
	Request  *exchange.Request // as it came, without what the gateway adds to it
	Identity []string          // as in [Record]
	Time     time.Time         // when it came
}

// unwatched is the default [Watcher].
type unwatched struct{}

func (unwatched) Began(Arrival)           {}
func (unwatched) WaitsFor(string, string) {}
func (unwatched) Answered(string)         {}
