package orders_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

// The service is an http.Handler. It reads the caller from the request's context.
func Example() {
	service := orders.New(orders.NewMemoryStore(100), orders.Options{Log: slog.New(slog.DiscardHandler)})

	r := httptest.NewRequest("POST", "/orders", strings.NewReader(
		`{"customer":"c-1","currency":"EUR","lines":[{"sku":"tea-1","quantity":0,"unitPrice":450}]}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r.WithContext(lambdahttp.WithCaller(r.Context(), lambdahttp.Caller{Principal: "user-1"})))
	var body bytes.Buffer
	if err := json.Indent(&body, w.Body.Bytes(), "", "  "); err != nil {
		panic(err)
	}
	fmt.Println(w.Code, &body)
	// Output:
	// 422 {
	//   "title": "Unprocessable Entity",
	//   "status": 422,
	//   "detail": "some values are missing or not permitted",
	//   "errors": [
	//     {
	//       "detail": "want a whole number from 1 to 10000, written in digits",
	//       "pointer": "#/lines/0/quantity"
	//     }
	//   ]
	// }
}

// A stack creates the table with these keys and grants the function these actions.
func ExampleTableActions() {
	fmt.Println(orders.PartitionKey, orders.SortKey, orders.TableActions())
	// Output: pk sk [dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem dynamodb:Query]
}
