// Package shape describes the apps that "go run ./bench/synth" measures: their flags, routes and names. The measuring
// program and the measured programs use it.
package shape

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
)

// The guards of the routes.
const (
	Own      = "own"      // an authorizer function of the app
	Cognito  = "cognito"  // a user pool
	Included = "included" // the included authorizer
)

// Shape describes an app. The zero value is the example.
type Shape struct {
	Routes, Stacks int // at most one of them is above 0
	Authorizer     string
	CORS           bool
	Functions      int // the number of functions of each API
}

// Flags defines the flags of a shape.
func (s *Shape) Flags(f *flag.FlagSet) {
	f.IntVar(&s.Routes, "routes", 0, "measure a stack with an API of this many routes instead of the example")
	f.IntVar(&s.Stacks, "stacks", 0, "measure an app of this many stacks of ten routes instead of the example")
	f.StringVar(&s.Authorizer, "authorizer", Own, "with -routes and -stacks: the `guard` of the routes: own, "+
		"cognito or included")
	f.BoolVar(&s.CORS, "cors", true, "with -routes and -stacks: whether the APIs have CORS")
	f.IntVar(&s.Functions, "functions", 1, "with -routes and -stacks: the number of functions of each API")
}

// Args returns the arguments of a program that synthesizes the shape.
func (s Shape) Args() []string {
	return []string{"-routes", strconv.Itoa(s.Routes), "-stacks", strconv.Itoa(s.Stacks), "-authorizer", s.Authorizer,
		fmt.Sprintf("-cors=%t", s.CORS), "-functions", strconv.Itoa(s.Functions)}
}

// Check returns an error if the flags are not valid.
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

// Many reports whether the app is not the example.
func (s Shape) Many() bool { return s.Routes+s.Stacks > 0 }

// Builds reports whether the app has functions in Go.
func (s Shape) Builds() bool { return !s.Many() || s.Authorizer == Included }

func (s Shape) String() string {
	size := fmt.Sprintf("%d stacks of %d routes", s.Stacks, len(rows))
	if s.Routes > 0 {
		size = fmt.Sprintf("%d routes", s.Routes)
	}
	guards := map[string]string{Own: "own authorizer", Cognito: "user pool", Included: "included authorizer"}
	return size + ", " + guards[s.Authorizer]
}

// Each returns the number of stacks.
func (s Shape) Each() int { return max(s.Stacks, 1) }

// StackID returns the construct ID of a stack.
func StackID(i int) string { return fmt.Sprintf("Shop%03d", i) }

// BackendID returns the construct ID of an API's function n.
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

// rows are the ten routes of each stack. They are sorted by path and verb, because CDK's deployment depends on the
// order.
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

// Table returns the routes of each API: the ten rows, or s.Routes routes with five for each collection. Of these, every
// twentieth is public.
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

// The issuer of each API's tokens, and their audience.
const (
	Issuer   = "https://idp.example.com/"
	Audience = "orders"
)

// Origins returns the origins of the pages that may call each API.
func Origins() []string { return []string{"https://shop.example.com"} }

// Words are texts of the templates that Gatehouse generates. The L2 program does not link Gatehouse, so it gets them
// from the other program.
type Words struct {
	Origins              []string // for CORS
	ValidationExpression string
	TableActions         []string          // the function's actions on its table, in the example
	Backend, Authorizer  map[string]string // the functions' environments
}
