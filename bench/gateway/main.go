// Command gateway measures "gatehouse dev": requests per second on a guarded and on a public route, compared with
// serverless-offline; the time to start; and the time to match a request among 1,000 routes.
//
//	go run ./bench/gateway
//
// It needs Node.js and npm. npm installs serverless-offline once, into the user's cache folder. The load needs Linux.
//
// # The load
//
// Both servers serve the example's GET /orders, guarded by a TOKEN authorizer, and its public GET /health. They give
// the same answers and accept the same token. Gatehouse runs the example's functions, which are written in Go, behind a
// Lambda Runtime API. serverless-offline runs an authorizer with aws-jwt-verify and a backend, both in JavaScript,
// which write the same log lines. Both servers log to files.
//
// This process sends the requests over 32 connections, with one request at a time on each. The servers are measured
// interleaved, for a few seconds each. Client, gateway and functions share the machine's processors.
//
// serverless-offline ignores resultTtlInSeconds and runs its authorizer for each request. API Gateway and Gatehouse run
// it once for a token. The public route shows the difference without authorizers. serverless-offline also gets slower
// the longer it runs, by a quarter in the first fifteen seconds, so each round is printed.
//
// # Command bare
//
// A third server runs interleaved with the two: command bare, the smallest gateway in Go that runs functions as Lambda
// does. It uses net/http and aws-lambda-go, and has no features. Its ratio to serverless-offline is about the maximum
// that gatehouse dev can reach on the machine. The maximum is lower where system calls and process switches are slow,
// as in a nested virtual machine: serverless-offline is one process and needs few of them.
//
// The command does not measure AWS, memory, or functions that do work of their own.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/machine"
)

func main() {
	b := &bench{}
	flag.IntVar(&b.rounds, "rounds", 5, "the number of rounds of each route of each server")
	flag.DurationVar(&b.length, "length", 10*time.Second, "the length of a round")
	flag.DurationVar(&b.warmUp, "warm-up", 4*time.Second, "the time to warm up each route of each server")
	flag.IntVar(&b.connections, "connections", 32, "the number of connections, each with one request at a time")
	only := flag.String("only", "routes,start,load", "the `parts` to measure")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := b.run(ctx, strings.Split(*only, ","))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	rounds         int
	length, warmUp time.Duration
	connections    int

	dir      string // the folder of this run
	binary   string // the path of the built command gatehouse
	assembly string // the folder of the example's assembly, with functions for this machine
}

func (b *bench) run(ctx context.Context, only []string) (err error) {
	if b.dir, err = os.MkdirTemp("", "gatehouse-benchmark-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	fmt.Println(machine.Line())
	if err := b.build(ctx); err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{{"routes", b.matching}, {"start", b.start}, {"load", b.load}} {
		if !slices.Contains(only, part.name) {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	fmt.Printf("\nload %s\n", machine.Load())
	return nil
}
