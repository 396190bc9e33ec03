// Command gateway measures "gatehouse dev": its requests per second on a guarded and on a public route, against
// serverless-offline; the time it takes to start; and the matching of one request among 1,000 routes.
//
//	go run ./bench/gateway
//
// Both serve the example's GET /orders, which a TOKEN authorizer guards, and GET /health, which is public, with the
// same answers and the same token. Gatehouse runs the example as it is: functions written in Go, each process behind a
// Lambda Runtime API. serverless-offline runs the same in JavaScript: an authorizer with aws-jwt-verify and a backend
// that writes the same log line and answers the same text. Both write their logs into files. The requests come from
// this process, over 32 connections that are kept alive, each with one request at a time, in turns: a few seconds to
// one, then to the other. So what is measured is a machine shared by client, gateway and functions.
//
// serverless-offline has no cache of authorizers' answers, whatever resultTtlInSeconds says: its authorizer runs for
// each request. On API Gateway and here it runs once for a token. The public route shows the rest of the difference. It
// also gets slower with the requests that it has answered, by a quarter in the first fifteen seconds, so the length of
// the run counts: each round is printed, and the first ones show a server that has just been started.
//
// A third server is measured in the same turns: command bare, which is the least that a gateway in Go can be that runs
// functions as they run on Lambda, with net/http and aws-lambda-go and nothing else. Its ratio to serverless-offline is
// about the most that gatehouse dev can reach on the machine. Where system calls and switches between processes are
// dear, as in a nested virtual machine, that is less: serverless-offline runs in one process and pays for few of them.
//
// It does not measure AWS, nor functions that do work of their own, nor memory. What counts are the ratios: the times
// are this machine's. Needed are Node.js and npm, which fetches the peer once, into the user's cache folder.
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
	flag.IntVar(&b.rounds, "rounds", 5, "how many rounds each route of each server has")
	flag.DurationVar(&b.length, "length", 10*time.Second, "how long a round is")
	flag.DurationVar(&b.warmUp, "warm-up", 4*time.Second, "how long each route of each server is warmed up")
	flag.IntVar(&b.connections, "connections", 32, "how many connections are busy at a time")
	flag.StringVar(&b.keep, "keep", "", "an empty folder for what is built and logged; by default a temporary one")
	only := flag.String("only", "routes,start,load", "what to measure")
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
	keep           string

	dir      string // of this run
	binary   string // cmd/gatehouse, built
	assembly string // the example's, with functions for this machine
}

func (b *bench) run(ctx context.Context, only []string) (err error) {
	b.dir = b.keep
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "gatehouse-benchmark-"); err != nil {
			return err
		}
		defer os.RemoveAll(b.dir)
	}
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
