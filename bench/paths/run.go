package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// perTable is the number of requests for each table.
const perTable = 250

// count counts the results.
type count struct {
	tables, cases, authorized int
	served, refused           int // answers by the route's handler, and answers with 404
	conflicts                 int // tables that http.ServeMux rejects
}

func (c count) String() string {
	return fmt.Sprintf("%d requests to %d tables: %d authorized; the backends answered %d with the route's handler and "+
		"%d with 404; http.ServeMux rejects %d tables",
		c.cases, c.tables, c.authorized, c.served, c.refused, c.conflicts)
}

func (c *count) add(o count) {
	c.tables, c.cases, c.authorized = c.tables+o.tables, c.cases+o.cases, c.authorized+o.authorized
	c.served, c.refused, c.conflicts = c.served+o.served, c.refused+o.refused, c.conflicts+o.conflicts
}

// run makes the requests. A seed always makes the same requests, with any number of workers. The error names the first
// request that fails.
func run(ctx context.Context, seed uint64, cases, workers int) (count, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu    sync.Mutex
		total count
		tasks sync.WaitGroup
	)
	tables := make(chan int)
	for range workers {
		tasks.Go(func() {
			for table := range tables {
				c, err := try(ctx, rand.New(rand.NewPCG(seed, uint64(table))), min(perTable, cases-table*perTable))
				mu.Lock()
				total.add(c)
				mu.Unlock()
				if err != nil {
					cancel(fmt.Errorf("table %d of seed %d: %w", table, seed, err))
				}
			}
		})
	}
	for table := 0; table*perTable < cases && ctx.Err() == nil; table++ {
		tables <- table
	}
	close(tables)
	tasks.Wait()
	return total, context.Cause(ctx)
}

// try draws a table and makes requests to it.
func try(ctx context.Context, r *rand.Rand, cases int) (count, error) {
	table := drawTable(r)
	s, err := newSetup(table, r.IntN(4) == 0, r.IntN(8) == 0)
	if err != nil {
		return count{}, err
	}
	c := count{tables: 1}
	if len(s.behind) < 3 {
		c.conflicts++
	}
	for range cases {
		verb, path := drawRequest(r, table)
		counted, err := s.request(ctx, verb, path, drawBasePath(r), callers[r.IntN(len(callers))])
		c.add(counted)
		if err != nil {
			return c, fmt.Errorf("%w\n%s", err, table.Marshal())
		}
	}
	return c, nil
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
func (s *setup) request(ctx context.Context, verb, path, base string, who caller) (count, error) {
	c := count{cases: 1}
	rule, payload, err := s.pass(ctx, s.api.request(verb, path, who))
	if err != nil {
		return c, fmt.Errorf("%s %s: %w", verb, path, err)
	}
	if rule < 0 {
		return c, nil
	}
	c.authorized++
	rules := s.table.Rules()
	description := fmt.Sprintf("%s %s, base path %q, authorized as %q", verb, path, base, rules[rule].Pattern)
	if err := permitted(rules[rule], who); err != nil {
		return c, fmt.Errorf("%s: %w", description, err)
	}
	if s.denyEscapes && !rules[rule].Elsewhere && strings.Contains(path, "%") {
		return c, fmt.Errorf("%s: the path has an escape, which the authorizer must deny", description)
	}
	var event events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		return c, fmt.Errorf("%s: %w", description, err)
	}
	event.Path = base + event.Path
	for _, b := range s.behind {
		answer, err := b.call(ctx, event)
		if err != nil {
			return c, fmt.Errorf("%s: %s: %w", description, b.name, err)
		}
		switch by := answer.MultiValueHeaders[servedBy]; {
		case len(by) == 0 && b.whole:
			return c, fmt.Errorf("%s: %s answers %d", description, b.name, answer.StatusCode)
		case len(by) == 0:
			c.refused++
		case by[0] != strconv.Itoa(rule):
			servingRule, err := strconv.Atoi(by[0])
			if err != nil {
				return c, fmt.Errorf("%s: %s: %w", description, b.name, err)
			}
			return c, fmt.Errorf("%s: %s serves it as %q", description, b.name, rules[servingRule].Pattern)
		default:
			c.served++
		}
	}
	return c, nil
}

// permitted returns an error if the caller of an authorized request does not meet the rule. It does not use the
// authorizer.
func permitted(rule access.Rule, c caller) error {
	if !rule.Elsewhere && !rule.Permits(c.rights) {
		return fmt.Errorf("a caller with the scopes %q may not call %q", c.rights.Scopes, rule.Pattern)
	}
	return nil
}
