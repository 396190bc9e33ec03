// Command paths searches for a request that is authorized as one route and served by the handler of another, or whose
// caller does not meet the requirement of the route.
//
//	go run ./bench/paths -cases 1000000
//
// It draws access tables. For each table it draws requests with paths that routers read differently: escaped letters in
// upper- and lower-case hex, escaped slashes, double escapes, dots, empty segments, trailing slashes. Each request
// passes through the parts of the local gateway, without processes: routing, the authorizer with the cache of its
// policies, the event, the adapter, and a backend. A table has three backends with a handler for each route: a
// lambdahttp.Mux, an http.ServeMux, and a router that decodes and cleans paths.
//
// It does not test how Amazon API Gateway reads paths.
package main

import (
	"log/slog"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the adapter logs each refusal
	trial.Main("cases", 1_000_000, run)
}
