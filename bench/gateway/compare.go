package main

import (
	"context"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
)

// load compares the two servers, route by route, in turns.
func (b *bench) load(ctx context.Context) error {
	token, jwks, err := b.token()
	if err != nil {
		return err
	}
	ours, err := b.dev(ctx, []string{"XDG_CACHE_HOME=" + b.cache()}, "--assembly", b.assembly)
	if err != nil {
		return err
	}
	defer ours.stop()
	theirs, err := b.offline(ctx, token, jwks)
	if err != nil {
		return err
	}
	defer theirs.stop()
	const peer = "serverless-offline"
	for _, route := range []struct {
		name  string
		path  string
		token string
		body  string
		least float64
	}{
		{"guarded route", "/prod/orders", token, "{\"orders\":[]}\n", 10},
		{"public route", "/prod/health", "", "{\"status\":\"ok\"}\n", 0},
	} {
		targets := [2]target{
			{"gatehouse dev", ours.cmd.Process.Pid, ours.address, route.path, route.token, route.body},
			{peer, theirs.cmd.Process.Pid, theirs.address, route.path, route.token, route.body},
		}
		for _, t := range targets {
			if _, err := t.load(b.connections, b.warmUp); err != nil {
				return err
			}
		}
		fmt.Printf(
			"\n%s, GET %s: %d connections, %d rounds of %s each\n",
			route.name,
			route.path,
			b.connections,
			b.rounds,
			b.length,
		)
		fmt.Printf("  %-8s %39s   %39s   %s\n", "", "gatehouse dev", "serverless-offline", "ratio of")
		const side = "requests/s    p50 ms    p99 ms    CPU us"
		fmt.Printf("  %-8s %s   %s   requests/s\n", "round", side, side)
		var columns [9][]float64
		for n := range b.rounds {
			var row []float64
			for _, t := range targets {
				f, err := t.load(b.connections, b.length)
				if err != nil {
					return err
				}
				row = append(row, f.rate, f.p50, f.p99, f.cpu)
			}
			row = append(row, row[0]/row[4])
			for i, v := range row {
				columns[i] = append(columns[i], v)
			}
			printRow(fmt.Sprint(n+1), row)
		}
		var row []float64
		for _, c := range columns {
			row = append(row, median(c))
		}
		printRow("median", row)
		subject := "gatehouse dev, " + route.name
		figures.Report(
			figures.Figure{
				Subject:  subject,
				Name:     "requests per second (more is better)",
				Peer:     peer,
				Measured: row[0],
				Against:  row[4],
				Ratio:    row[8],
				AtLeast:  route.least,
			},
		)
		figures.Report(
			figures.Figure{
				Subject:  subject,
				Name:     "99th percentile",
				Peer:     peer,
				Unit:     "ms",
				Measured: row[2],
				Against:  row[6],
				Ratio:    row[2] / row[6],
			},
		)
		figures.Report(
			figures.Figure{
				Subject:  subject,
				Name:     "processor time for one",
				Peer:     peer,
				Unit:     "us",
				Measured: row[3],
				Against:  row[7],
				Ratio:    row[3] / row[7],
			},
		)
	}
	return nil
}

func printRow(name string, v []float64) {
	fmt.Printf("  %-8s", name)
	for _, side := range [][]float64{v[:4], v[4:8]} {
		fmt.Printf(" %10.0f %9.2f %9.2f %9.0f  ", side[0], side[1], side[2], side[3])
	}
	fmt.Printf(" %5.2f\n", v[8])
}
