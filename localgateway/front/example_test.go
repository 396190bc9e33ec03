package front_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/gatehouse-cdk/gatehouse/localgateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/localgateway/front"
)

// The path is handed on as it came.
func ExampleHandler() {
	h := front.Handler(func(_ context.Context, r *exchange.Request) exchange.Answer {
		return exchange.Answer{Status: 200, Body: []byte(r.Verb + " " + r.RawPath + " " + r.RawQuery)}
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/prod//a%2Fb/?page=2", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 200 GET /prod//a%2Fb/ page=2
}
