package secureapi_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func ExampleWith() {
	routes := slices.Concat(
		secureapi.With([]secureapi.Access{secureapi.AnyScope("reports")},
			secureapi.Handle("GET /reports", nil),
			secureapi.Handle("POST /reports", nil, secureapi.AnyScope("reports:write")),
		),
		[]secureapi.Route{secureapi.Handle("GET /orders", nil, secureapi.AnyScope("orders:read"))},
	)
	for _, r := range routes {
		fmt.Println(r.Pattern, secureapi.Scopes(r))
	}
	// Output:
	// GET /reports [reports]
	// POST /reports [reports:write reports]
	// GET /orders [orders:read]
}

func TestWithLeavesRoutesAlone(t *testing.T) {
	own := make([]secureapi.Access, 1, 8) // with room that two groups would both write to
	own[0] = secureapi.AnyScope("own")
	route := secureapi.Handle("GET /a", nil, own...)
	one := secureapi.With([]secureapi.Access{secureapi.AnyScope("one")}, route)
	two := secureapi.With([]secureapi.Access{secureapi.AnyScope("two")}, route)
	if got := fmt.Sprint(secureapi.Scopes(route), secureapi.Scopes(one...), secureapi.Scopes(two...)); got !=
		"[own] [own one] [own two]" {
		t.Error(got)
	}
}
