package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// load compares gatehouse dev with serverless-offline and with command bare, on each route.
func (b *bench) load(ctx context.Context) error {
	token, jwks, err := b.token()
	if err != nil {
		return err
	}
	ours, err := b.dev(ctx, []string{"XDG_CACHE_HOME=" + b.cache()}, "--assembly", b.assembly)
	if err != nil {
		return err
	}
	defer ours.Stop()
	theirs, err := b.offline(ctx, token, jwks)
	if err != nil {
		return err
	}
	defer theirs.Stop()
	var overheads []figures.Figure
	for _, route := range []struct {
		name    string
		path    string
		token   string
		body    string
		atLeast float64
	}{
		{"guarded route", "/prod/orders", token, "{\"orders\":[]}\n", 8},
		{"public route", "/prod/health", "", "{\"status\":\"ok\"}\n", 0},
	} {
		bare, err := b.bare(ctx, route.body)
		if err != nil {
			return err
		}
		newTarget := func(name string, l *listener) target {
			return target{name, l.PID(), l.address, route.path, route.token, route.body}
		}
		c := comparison{
			newTarget("gatehouse dev", ours),
			newTarget("serverless-offline", theirs),
			newTarget("bare", bare),
		}
		fmt.Printf("\n%s, GET %s: %d connections, %d rounds of %s each\n",
			route.name, route.path, b.connections, b.rounds, b.length)
		median, err := c.run(b)
		if err := errors.Join(err, bare.Stop()); err != nil {
			return err
		}
		median.report("gatehouse dev, "+route.name, route.atLeast)
		overheads = append(overheads, median.overhead(route.name))
	}
	for _, f := range overheads {
		figures.Report(f)
	}
	return nil
}

// comparison has gatehouse dev, serverless-offline and command bare, in this order.
type comparison [3]target

// rounds has one round of each of the three servers, or their medians.
type rounds [3]round

// run warms the servers up, measures them interleaved, prints each round and returns the medians.
func (c comparison) run(b *bench) (rounds, error) {
	for _, t := range c {
		if _, err := t.load(b.connections, b.warmUp); err != nil {
			return rounds{}, err
		}
	}
	fmt.Printf("  %-8s", "")
	for _, t := range c {
		fmt.Printf(" %39s  ", t.name)
	}
	fmt.Printf("\n  %-8s", "round")
	for range c {
		fmt.Printf(" %10s %9s %9s %8s  ", "requests/s", "p50 ms", "p99 ms", "CPU us")
	}
	fmt.Println()
	var rows []rounds
	for n := range b.rounds {
		var row rounds
		for i, t := range c {
			var err error
			if row[i], err = t.load(b.connections, b.length); err != nil {
				return rounds{}, err
			}
		}
		row.print(fmt.Sprint(n + 1))
		rows = append(rows, row)
	}
	var medians rounds
	for i := range c {
		median := func(figure func(round) float64) float64 {
			var values []float64
			for _, row := range rows {
				values = append(values, figure(row[i]))
			}
			return figures.Median(values)
		}
		medians[i] = round{
			rate: median(func(r round) float64 { return r.rate }),
			p50:  median(func(r round) float64 { return r.p50 }),
			p99:  median(func(r round) float64 { return r.p99 }),
			cpu:  median(func(r round) float64 { return r.cpu }),
		}
	}
	medians.print("median")
	return medians, nil
}

func (r rounds) print(name string) {
	fmt.Printf("  %-8s", name)
	for _, side := range r {
		fmt.Printf(" %10.0f %9.2f %9.2f %8.0f  ", side.rate, side.p50, side.p99, side.cpu)
	}
	fmt.Println()
}

// report reports the medians compared with serverless-offline. atLeast is the bound for the requests per second; 0 for
// none.
func (r rounds) report(subject string, atLeast float64) {
	ours, theirs, bare := r[0], r[1], r[2]
	for _, f := range []figures.Figure{
		{Name: "requests per second (more is better)", Measured: ours.rate, Against: theirs.rate, AtLeast: atLeast},
		{Name: "requests per second, bare", Measured: bare.rate, Against: theirs.rate, Other: true},
		{Name: "99th percentile", Unit: "ms", Measured: ours.p99, Against: theirs.p99},
		{Name: "processor time per request", Unit: "us", Measured: ours.cpu, Against: theirs.cpu},
	} {
		f.Subject, f.Peer, f.Ratio = subject, "serverless-offline", f.Measured/f.Against
		figures.Report(f)
	}
}

// overhead compares the processor time of gatehouse dev with that of command bare.
func (r rounds) overhead(route string) figures.Figure {
	return figures.Figure{
		Subject:  "gatehouse dev, processor time",
		Name:     route + ", per request",
		Peer:     "the bare gateway",
		Unit:     "us",
		Measured: r[0].cpu,
		Against:  r[2].cpu,
		Ratio:    r[0].cpu / r[2].cpu,
		AtMost:   1.75,
	}
}
