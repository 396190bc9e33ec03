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
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	cases := flag.Int("cases", 1_000_000, "the number of requests")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "the seed of the random numbers")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "the number of concurrent requests")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the adapter logs each refusal
	start := time.Now()
	count, err := run(ctx, *seed, *cases, *workers)
	fmt.Printf("%s\nseed %d, %s\n", count, *seed, time.Since(start).Round(time.Second/10))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
