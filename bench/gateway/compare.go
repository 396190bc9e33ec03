package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/bench/internal/server"
)

// load compares the two servers, route by route, in turns, and both with the least that a gateway in Go can be.
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
	var above []figures.Figure
	for _, route := range []struct {
		name  string
		path  string
		token string
		body  string
		least float64
	}{
		{"guarded route", "/prod/orders", token, "{\"orders\":[]}\n", 8},
		{"public route", "/prod/health", "", "{\"status\":\"ok\"}\n", 0},
	} {
		bare, err := b.bare(ctx, route.body)
		if err != nil {
			return err
		}
		to := func(name string, p *server.Process, address string) target {
			return target{name, p.PID(), address, route.path, route.token, route.body}
		}
		c := comparison{
			to("gatehouse dev", ours.Process, ours.address),
			to("serverless-offline", theirs.Process, theirs.address),
			to("bare", bare.Process, bare.address),
		}
		fmt.Printf("\n%s, GET %s: %d connections, %d rounds of %s each\n",
			route.name, route.path, b.connections, b.rounds, b.length)
		median, err := c.run(b)
		if err := errors.Join(err, bare.Stop()); err != nil {
			return err
		}
		median.report("gatehouse dev, "+route.name, route.least)
		above = append(above, median.aboveBare(route.name))
	}
	for _, f := range above {
		figures.Report(f)
	}
	return nil
}

// comparison is of gatehouse dev with serverless-offline and with command bare, in this order.
type comparison [3]target

// rounds are what the three measured in one turn, or their medians.
type rounds [3]round

// run measures them in turns, after a warm-up, prints each turn and returns the medians.
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
	var all []rounds
	for n := range b.rounds {
		var row rounds
		for i, t := range c {
			var err error
			if row[i], err = t.load(b.connections, b.length); err != nil {
				return rounds{}, err
			}
		}
		row.print(fmt.Sprint(n + 1))
		all = append(all, row)
	}
	var middle rounds
	for i := range c {
		of := func(figure func(round) float64) float64 {
			var values []float64
			for _, row := range all {
				values = append(values, figure(row[i]))
			}
			return figures.Median(values)
		}
		middle[i] = round{
			rate: of(func(r round) float64 { return r.rate }),
			p50:  of(func(r round) float64 { return r.p50 }),
			p99:  of(func(r round) float64 { return r.p99 }),
			cpu:  of(func(r round) float64 { return r.cpu }),
		}
	}
	middle.print("median")
	return middle, nil
}

func (r rounds) print(name string) {
	fmt.Printf("  %-8s", name)
	for _, side := range r {
		fmt.Printf(" %10.0f %9.2f %9.2f %8.0f  ", side.rate, side.p50, side.p99, side.cpu)
	}
	fmt.Println()
}

// report reports the medians against serverless-offline. least is the bound of the requests per second, 0 for none.
func (r rounds) report(subject string, least float64) {
	ours, theirs, bare := r[0], r[1], r[2]
	for _, f := range []figures.Figure{
		{Name: "requests per second (more is better)", Measured: ours.rate, Against: theirs.rate, AtLeast: least},
		{Name: "the same, bare", Measured: bare.rate, Against: theirs.rate, Other: true},
		{Name: "99th percentile", Unit: "ms", Measured: ours.p99, Against: theirs.p99},
		{Name: "processor time for one", Unit: "us", Measured: ours.cpu, Against: theirs.cpu},
	} {
		f.Subject, f.Peer, f.Ratio = subject, "serverless-offline", f.Measured/f.Against
		figures.Report(f)
	}
}

// aboveBare is what gatehouse dev adds to the least.
func (r rounds) aboveBare(route string) figures.Figure {
	return figures.Figure{
		Subject:  "gatehouse dev above the least",
		Name:     route + ", processor time for one",
		Peer:     "the bare gateway",
		Unit:     "us",
		Measured: r[0].cpu,
		Against:  r[2].cpu,
		Ratio:    r[0].cpu / r[2].cpu,
		AtMost:   1.75,
	}
}
