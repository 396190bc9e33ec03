// Command catalogue-fn answers the catalogue API. It keeps nothing: the stock is written down here, and a quote is
// computed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(handle) }

type item struct {
	SKU   string `json:"sku"`
	Stock int    `json:"stock"`
	Cents int    `json:"cents"` // of one
}

var stock = []item{{"tea-1", 120, 450}, {"tea-2", 0, 590}, {"pot-1", 14, 2900}}

type (
	request  = events.APIGatewayProxyRequest
	response = events.APIGatewayProxyResponse
)

// handle looks at the route, not at the path: Resource is the pattern that the caller's policy was compared with.
func handle(_ context.Context, r request) (response, error) {
	switch r.HTTPMethod + " " + r.Resource {
	case "GET /health":
		return answer(http.StatusOK, map[string]string{"status": "ok"})
	case "GET /stock":
		return answer(http.StatusOK, map[string]any{"stock": stock, "for": callerOf(r)})
	case "GET /stock/{sku}":
		return withItem(r.PathParameters["sku"], func(i item) (response, error) { return answer(http.StatusOK, i) })
	case "POST /quotes":
		return makeQuote(r)
	}
	return response{}, fmt.Errorf("the route %s %s is not one of this function's", r.HTTPMethod, r.Resource)
}

// makeQuote takes the partner from the signature. A body that names another one changes nothing.
func makeQuote(r request) (response, error) {
	var wanted struct {
		SKU      string `json:"sku"`
		Quantity int    `json:"quantity"`
	}
	if err := json.Unmarshal([]byte(r.Body), &wanted); err != nil || wanted.Quantity < 1 || wanted.Quantity > 1000 {
		return answer(
			http.StatusBadRequest,
			map[string]string{"message": `want a JSON object like {"sku":"tea-1","quantity":10}, for 1 to 1000`},
		)
	}
	return withItem(wanted.SKU, func(i item) (response, error) {
		return answer(http.StatusOK, map[string]any{
			"sku": i.SKU, "quantity": wanted.Quantity, "cents": i.Cents * wanted.Quantity, "for": callerOf(r),
		})
	})
}

func withItem(sku string, then func(item) (response, error)) (response, error) {
	at := slices.IndexFunc(stock, func(i item) bool { return i.SKU == sku })
	if at < 0 {
		return answer(http.StatusNotFound, map[string]string{"message": "no such item"})
	}
	return then(stock[at])
}

func answer(status int, v any) (response, error) {
	body, err := json.Marshal(v)
	return response{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(body),
	}, err
}
