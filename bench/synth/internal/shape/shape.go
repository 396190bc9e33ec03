// Package shape says what an app of many routes or stacks is like that "go run ./bench/synth" measures: the same words
// for the program that measures and for the two that are measured.
package shape

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
)

// Who guards the routes.
const (
	Own      = "own"      // a function of one's own
	Cognito  = "cognito"  // a user pool
	Included = "included" // the included authorizer
)

// Shape is what an app is like. The zero value is the example.
type Shape struct {
	Routes, Stacks int // one of them
	Authorizer     string
	CORS           bool
	Functions      int // of each API
}

// Flags defines the flags of a shape.
func (s *Shape) Flags(f *flag.FlagSet) {
	f.IntVar(&s.Routes, "routes", 0, "measure a stack with an API of so many routes instead of the example")
	f.IntVar(&s.Stacks, "stacks", 0, "measure an app of so many stacks of ten routes instead of the example")
	f.StringVar(&s.Authorizer, "authorizer", Own, "with -routes and -stacks: who guards the routes, own, cognito "+
		"or included")
	f.BoolVar(&s.CORS, "cors", true, "with -routes and -stacks: whether the APIs have CORS")
	f.IntVar(&s.Functions, "functions", 1, "with -routes and -stacks: how many functions answer an API's routes")
}

// Args are the flags of a program that synthesizes it.
func (s Shape) Args() []string {
	return []string{"-routes", strconv.Itoa(s.Routes), "-stacks", strconv.Itoa(s.Stacks), "-authorizer", s.Authorizer,
		fmt.Sprintf("-cors=%t", s.CORS), "-functions", strconv.Itoa(s.Functions)}
}

// Check refuses flags that are no shape.
func (s Shape) Check() error {
	switch {
	case s.Routes < 0 || s.Stacks < 0 || s.Routes > 0 && s.Stacks > 0:
		return fmt.Errorf("give -routes or -stacks, as a number above 0: got %d and %d", s.Routes, s.Stacks)
	case !slices.Contains([]string{Own, Cognito, Included}, s.Authorizer):
		return fmt.Errorf("-authorizer is %q, want own, cognito or included", s.Authorizer)
	case s.Functions < 1:
		return fmt.Errorf("-functions is %d, want 1 or more", s.Functions)
	}
	return nil
}

// Many reports whether it is not the example.
func (s Shape) Many() bool { return s.Routes+s.Stacks > 0 }

// Builds reports whether it has functions in Go.
func (s Shape) Builds() bool { return !s.Many() || s.Authorizer == Included }

func (s Shape) String() string {
	what := fmt.Sprintf("%d stacks of %d routes", s.Stacks, len(rows))
	if s.Routes > 0 {
		what = fmt.Sprintf("%d routes", s.Routes)
	}
	guards := map[string]string{Own: "own authorizer", Cognito: "user pool", Included: "included authorizer"}
	return what + ", " + guards[s.Authorizer]
}

// Each is how many stacks there are.
func (s Shape) Each() int { return max(s.Stacks, 1) }

// StackID is the name of a stack.
func StackID(i int) string { return fmt.Sprintf("Shop%03d", i) }

// BackendID is the construct id of one of an API's functions.
func BackendID(n int) string {
	if n == 0 {
		return "Backend"
	}
	return fmt.Sprintf("Backend%d", n)
}

// Row is a route.
type Row struct {
	Verb, Path, Scope string // a route without a scope is public
}

// rows are the ten routes of each stack, by path and verb, as CDK's deployment depends on the order.
var rows = []Row{
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

// Table are the routes of each API: the ten, or so many of five a collection. Every twentieth of these is public.
func (s Shape) Table() (out []Row) {
	if s.Routes == 0 {
		return rows
	}
	for i := 0; len(out) < s.Routes; i++ {
		path := fmt.Sprintf("/things%03d", i)
		read, write := fmt.Sprintf("things%d:read", i), fmt.Sprintf("things%d:write", i)
		public := ""
		if i%4 != 0 {
			public = read
		}
		out = append(out,
			Row{"GET", path, public},
			Row{"POST", path, write},
			Row{"DELETE", path + "/{id}", write},
			Row{"GET", path + "/{id}", read},
			Row{"PUT", path + "/{id}", write},
		)
	}
	return out[:s.Routes]
}

// Who issues the tokens of each API, and for whom.
const (
	Issuer   = "https://idp.example.com/"
	Audience = "orders"
)

// Origins are those of the pages that may call each API.
func Origins() []string { return []string{"https://shop.example.com"} }

// Words are what the templates of both sides have from Gatehouse: they are the same text there, and a program in L2
// does not link Gatehouse to make it.
type Words struct {
	Origins              []string // of CORS
	ValidationExpression string
	TableActions         []string          // what the example's function does with its table
	Backend, Authorizer  map[string]string // environments
}
