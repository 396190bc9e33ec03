package main

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/figures"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// matching measures the time to find the route of a request among 1,000 routes.
func (b *bench) matching(context.Context) error {
	const limit = 2.0 // us
	var patterns []route.Pattern
	for i := range 200 {
		for _, p := range []string{
			"GET /v1/resource%d",
			"POST /v1/resource%d",
			"GET /v1/resource%d/{id}",
			"DELETE /v1/resource%d/{id}",
			"GET /v1/resource%d/{id}/items/{item}",
		} {
			pattern, err := route.Parse(fmt.Sprintf(p, i))
			if err != nil {
				return err
			}
			patterns = append(patterns, pattern)
		}
	}
	table, err := route.NewTable(patterns)
	if err != nil {
		return err
	}
	fmt.Println()
	for _, c := range []struct {
		name, path string
		found      bool
	}{
		{"literal", "/v1/resource150", true},
		{"parameter", "/v1/resource150/42", true},
		{"two parameters", "/v1/resource150/42/items/7", true},
		{"no route", "/v1/resource150/42/items/7/8", false},
	} {
		if _, _, found := table.Match("GET", c.path); found != c.found {
			return fmt.Errorf("%s: found is %v, want %v", c.path, found, c.found)
		}
		fastest := math.Inf(1) // of three, because the machine may do other work meanwhile
		for range 3 {
			result := testing.Benchmark(func(t *testing.B) {
				for t.Loop() {
					table.Match("GET", c.path)
				}
			})
			fastest = min(fastest, float64(result.NsPerOp())/1000)
		}
		within(
			figures.Figure{Subject: fmt.Sprintf("matching one of %d routes", len(patterns)), Name: c.name, Unit: "us"},
			fastest,
			limit,
		)
	}
	return nil
}
