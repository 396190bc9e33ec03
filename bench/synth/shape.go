package main

import (
	"fmt"
	"slices"
	"strconv"
)

// Who guards the routes.
const (
	own      = "own"      // a function of one's own
	cognito  = "cognito"  // a user pool
	included = "included" // the included authorizer
)

// shape is what an app of many routes or stacks is like.
type shape struct {
	routes, stacks int // one of them
	authorizer     string
	cors           bool
	functions      int // of each API
}

func (s shape) check() error {
	switch {
	case s.routes < 0 || s.stacks < 0 || s.routes > 0 && s.stacks > 0:
		return fmt.Errorf("give -routes or -stacks, as a number above 0: got %d and %d", s.routes, s.stacks)
	case !slices.Contains([]string{own, cognito, included}, s.authorizer):
		return fmt.Errorf("-authorizer is %q, want own, cognito or included", s.authorizer)
	case s.functions < 1:
		return fmt.Errorf("-functions is %d, want 1 or more", s.functions)
	}
	return nil
}

// many reports whether it is not the example.
func (s shape) many() bool { return s.routes+s.stacks > 0 }

// builds reports whether it has functions in Go.
func (s shape) builds() bool { return !s.many() || s.authorizer == included }

// context lifts CDK's limit of 500 resources a stack, which an API of 300 routes with CORS is above.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
func (s shape) context() *map[string]any {
	return &map[string]any{"@aws-cdk/core:stackResourceLimit": 0}
}

// args are the flags of a process that synthesizes it.
func (s shape) args() []string {
	return []string{"-routes", strconv.Itoa(s.routes), "-stacks", strconv.Itoa(s.stacks), "-authorizer", s.authorizer,
		fmt.Sprintf("-cors=%t", s.cors), "-functions", strconv.Itoa(s.functions)}
}

func (s shape) String() string {
	what := fmt.Sprintf("%d stacks of %d routes", s.stacks, len(rows))
	if s.routes > 0 {
		what = fmt.Sprintf("%d routes", s.routes)
	}
	return what + map[string]string{own: ", own authorizer", cognito: ", user pool", included: ", included authorizer"}[s.authorizer]
}

// each is how many stacks there are.
func (s shape) each() int { return max(s.stacks, 1) }

// row is a route.
type row struct {
	verb, path, scope string // a route without a scope is public
}

// rows are the ten routes of each stack, by path and verb, as CDK's deployment depends on the order.
var rows = []row{
	{"GET", "/health", ""},
	{"GET", "/orders", "orders:read"},
	{"POST", "/orders", "orders:write"},
	{"DELETE", "/orders/{id}", "orders:write"},
	{"GET", "/orders/{id}", "orders:read"},
	{"PUT", "/orders/{id}", "orders:write"},
	{"GET", "/orders/{id}/items", "orders:read"},
	{"POST", "/orders/{id}/items", "orders:write"},
	{"GET", "/reports", "reports:read"},
	{"GET", "/reports/{id}", "reports:read"},
}

// table are the routes of each API: the ten, or so many of five a collection. Every twentieth of these is public.
func (s shape) table() (out []row) {
	if s.routes == 0 {
		return rows
	}
	for i := 0; len(out) < s.routes; i++ {
		path := fmt.Sprintf("/things%03d", i)
		read, write := fmt.Sprintf("things%d:read", i), fmt.Sprintf("things%d:write", i)
		public := ""
		if i%4 != 0 {
			public = read
		}
		out = append(out,
			row{"GET", path, public},
			row{"POST", path, write},
			row{"DELETE", path + "/{id}", write},
			row{"GET", path + "/{id}", read},
			row{"PUT", path + "/{id}", write},
		)
	}
	return out[:s.routes]
}
