package console

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// TestManyHeaders has a function that answers with many headers.
func TestManyHeaders(t *testing.T) {
	var r ring
	many := make(exchange.Headers, 5000)
	for i := range many {
		many[i] = exchange.Header{Name: "X", Value: "y"}
	}
	r.add(&apigateway.Record{Request: request("GET /prod/open"), Answer: exchange.Answer{Headers: many}})
	entries, _ := r.after(0)
	if got := entries[0].Answer.Headers; len(got) != mostHeaders+1 || got[mostHeaders].Value != "4900 more" {
		t.Errorf("%d headers are kept, the last is %v", len(got), got[len(got)-1])
	}
}

// TestLongPrincipal has an authorizer that answers with a principal of several megabytes, which would be kept for 200
// requests.
func TestLongPrincipal(t *testing.T) {
	var r ring
	r.add(
		&apigateway.Record{
			Request: request("GET /prod/open"),
			Verdict: checks.Verdict{Principal: strings.Repeat("x ", longest)},
		},
	)
	entries, _ := r.after(0)
	if got := entries[0].Verdict.Principal; len(got) > longest+40 || !strings.Contains(got, "8000 bytes in all") {
		t.Errorf("%d bytes are kept: %.40q", len(got), got)
	}
}
