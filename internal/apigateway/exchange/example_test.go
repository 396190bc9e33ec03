package exchange_test

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// If a header has several lines, API Gateway's single-value map has the last one. Names are compared without case.
func ExampleHeaders_Get() {
	h := exchange.Headers{{Name: "X-Tag", Value: "a"}, {Name: "x-tag", Value: "b"}}
	fmt.Println(h.Get("X-TAG"), h[0].Name, h[1].Name)
	// Output: b X-Tag x-tag
}

// A query is decoded, a plus sign to a space; a path never is.
func ExampleQueryValue() {
	value, there := exchange.QueryValue("q=a+b%2Fc&page=2", "q")
	fmt.Println(value, there)
	// Output: a b/c true
}
