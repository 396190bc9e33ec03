package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/trial"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// perTable is the number of requests for each table.
const perTable = 250

// These are the counts of a tally.
const (
	requests   = "cases"
	tables     = "tables"
	authorized = "requests that are authorized"
	served     = "answers by the route's handler"
	refused    = "answers with 404"
	conflicts  = "tables that http.ServeMux rejects"
)

// run makes the requests. A seed always makes the same requests, with any number of workers. The error names the first
// request that fails.
func run(cases int, seed uint64, workers int) (trial.Tally, error) {
	return trial.Numbered((cases+perTable-1)/perTable, workers, func(table int, t trial.Tally) error {
		if err := try(rand.New(rand.NewPCG(seed, uint64(table))), min(perTable, cases-table*perTable), t); err != nil {
			return fmt.Errorf("table %d of seed %d: %w", table, seed, err)
		}
		return nil
	})
}

// try draws a table and makes requests to it.
func try(r *rand.Rand, cases int, t trial.Tally) error {
	table := drawTable(r)
	s, err := newSetup(table, r.IntN(4) == 0, r.IntN(8) == 0)
	if err != nil {
		return err
	}
	t[tables]++
	if len(s.behind) < 3 {
		t[conflicts]++
	}
	for range cases {
		verb, path := drawRequest(r, table)
		if err := s.request(verb, path, drawBasePath(r), callers[r.IntN(len(callers))], t); err != nil {
			return fmt.Errorf("%w\n%s", err, table.Marshal())
		}
	}
	return nil
}

// setup is an API with its backends.
type setup struct {
	*api
	behind      []backend
	denyEscapes bool
}

func newSetup(table *access.Table, perRequest, denyEscapes bool) (*setup, error) {
	a, err := newAPI(table, perRequest, denyEscapes)
	if err != nil {
		return nil, err
	}
	return &setup{a, backends(table), denyEscapes}, nil
}

// request makes a request and checks that the authorized route serves it.
func (s *setup) request(verb, path, base string, who caller, t trial.Tally) error {
	ctx := context.Background()
	t[requests]++
	rule, payload, err := s.pass(ctx, s.api.request(verb, path, who))
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, path, err)
	}
	if rule < 0 {
		return nil
	}
	t[authorized]++
	rules := s.table.Rules()
	description := fmt.Sprintf("%s %s, base path %q, authorized as %q", verb, path, base, rules[rule].Pattern)
	if err := permitted(rules[rule], who); err != nil {
		return fmt.Errorf("%s: %w", description, err)
	}
	if s.denyEscapes && !rules[rule].Elsewhere && strings.Contains(path, "%") {
		return fmt.Errorf("%s: the path has an escape, which the authorizer must deny", description)
	}
	var event events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		return fmt.Errorf("%s: %w", description, err)
	}
	event.Path = base + event.Path
	for _, b := range s.behind {
		answer, err := b.call(ctx, event)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", description, b.name, err)
		}
		switch by := answer.MultiValueHeaders[servedBy]; {
		case len(by) == 0 && b.whole:
			return fmt.Errorf("%s: %s answers %d", description, b.name, answer.StatusCode)
		case len(by) == 0:
			t[refused]++
		case by[0] != strconv.Itoa(rule):
			servingRule, err := strconv.Atoi(by[0])
			if err != nil {
				return fmt.Errorf("%s: %s: %w", description, b.name, err)
			}
			return fmt.Errorf("%s: %s serves it as %q", description, b.name, rules[servingRule].Pattern)
		default:
			t[served]++
		}
	}
	return nil
}

// permitted returns an error if the caller of an authorized request does not meet the rule. It does not use the
// authorizer.
func permitted(rule access.Rule, c caller) error {
	if !rule.Elsewhere && !rule.Permits(c.rights) {
		return fmt.Errorf("a caller with the scopes %q may not call %q", c.rights.Scopes, rule.Pattern)
	}
	return nil
}
