// Command paths looks for a request that is served by the handler of another route than the one that was authorized, or
// that reaches a handler whose requirement its caller does not meet.
//
//	go run ./bench/paths -cases 1000000
//
// It draws access tables and, for each, requests whose paths are written in ways that routers read differently: escaped
// letters in both cases of the digits, escaped slashes, escapes of escapes, dots, empty segments, slashes at the end. A
// request goes the way it goes in the local gateway, without processes: routing, the authorizer with the policy that it
// answers and the cache of policies, the event, the adapter, a backend. The backends of a table are a lambdahttp.Mux,
// an http.ServeMux, and a router that decodes and cleans paths, each with a handler for each route.
//
// It says nothing of how Amazon API Gateway reads paths.
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
	cases := flag.Int("cases", 1_000_000, "how many requests to make")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "where the random numbers begin")
	workers := flag.Int("workers", runtime.GOMAXPROCS(0), "how many requests to make at a time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the adapter says why it refuses a request
	start := time.Now()
	count, err := run(ctx, *seed, *cases, *workers)
	fmt.Printf("%s\nseed %d, %s\n", count, *seed, time.Since(start).Round(time.Second/10))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
