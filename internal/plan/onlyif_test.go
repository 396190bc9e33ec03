package plan

import (
	"testing"
	"time"
)

func TestWrongOnlyIfs(t *testing.T) {
	live := OnlyIf{Path: "Shop/Live"}
	testRefusals(t, []refusal{
		{"no condition", add(handle("GET /a", fn, OnlyIf{})),
			`route "GET /a": its OnlyIf has no condition: give it an awscdk.CfnCondition, or leave it out`},
		{"two", add(handle("GET /a", fn, live, OnlyIf{Path: "Shop/Test"})),
			`route "GET /a": it has OnlyIf twice: join the conditions by awscdk.Fn_ConditionAnd in one`},
		{"beside a limit", add(handle("GET /a", fn, live, Throttle{1, 1})),
			`route "GET /a": it has OnlyIf and Throttle, which is a setting of the stage for a method that may not be there`},
		{"beside a cache", add(handle("GET /a", fn, live, Public{"open"}, CacheResponse{TTL: time.Minute})),
			`route "GET /a": it has OnlyIf and CacheResponse, which is a setting of the stage`},
		{"a plan's limit", both(add(handle("GET /a", fn, live, APIKey{})), func(p *Props) {
			p.UsagePlans = []UsagePlan{{Name: "Gold", RateLimit: 1, Routes: map[string]RouteLimit{"GET /a": {1, 1}}}}
		}), `the usage plan "Gold": route "GET /a" has OnlyIf, and a usage plan cannot limit a method that may not be there`},
		{"what a public route takes instead", add(handle("GET /a", fn, live), handle("ANY /{proxy+}", fn, Public{"site"})),
			`route "GET /a" has OnlyIf, and where its condition does not hold its requests go to "ANY /{proxy+}", which is ` +
				`public: guard that one too, or leave OnlyIf out`},
		{"what a public verb takes instead",
			add(handle("GET /a/{id}", fn, live), handle("ANY /a/{id}", fn, Public{"site"})),
			`route "GET /a/{id}" has OnlyIf, and where its condition does not hold its requests go to "ANY /a/{id}"`},
		{"what a public route takes without both", add(handle("GET /a/b", fn, live), handle("GET /a/{id}", fn, live),
			handle("GET /{proxy+}", fn, Public{"site"})), `route "GET /a/b" has OnlyIf, and where its condition does not hold`},
		{"what a public route takes of some values", add(handle("GET /a/{id}", fn, live),
			handle("GET /{all}/x", fn, Public{"site"})),
			`route "GET /a/{id}" has OnlyIf, ` +
				`and where its condition does not hold its requests go to "GET /{all}/x", which is public`},
		{"what one takes that has a condition", add(handle("GET /a/x", fn, live),
			handle("GET /a/{id}", fn, OnlyIf{Path: "Shop/Test"}),
			handle("GET /{all}/x", fn, Public{"site"}, OnlyIf{Path: "Shop/Site"})), `route "GET /a/x" has OnlyIf, and where`},
		{"each route", func(p *Props) { p.Routes = []Route{handle("GET /a", fn, live)} },
			"each route has OnlyIf: where none of their conditions holds, the API has no method, and API Gateway " +
				"does not deploy it: set Props.Condition"},
	})
	for name, change := range map[string]func(*Props){
		"of the API":                            func(p *Props) { p.Conditional = true },
		"a preflight":                           func(p *Props) { p.CORS = &CORS{AllowOrigins: []string{"*"}} },
		"another one":                           add(handle("GET /b", fn)),
		"a guarded one that takes its requests": add(handle("ANY /{proxy+}", fn)),
		"the same one": both(add(handle("GET /b", fn)),
			func(p *Props) { p.Routes[0] = handle("GET /a", fn, live, live) }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(table(both(func(p *Props) { p.Routes = []Route{handle("GET /a", fn, live)} }, change)))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOneCondition(t *testing.T) {
	const other = fn + 1
	live, test := OnlyIf{Path: "Shop/Live"}, OnlyIf{Path: "Shop/Test"}
	for _, tt := range []struct {
		name   string
		routes []Route
		want   string
	}{
		{"none", []Route{handle("GET /a", fn)}, ""},
		{"one of two", []Route{handle("GET /a", fn, live), handle("GET /b", fn)}, ""},
		{"two", []Route{handle("GET /a", fn, live), handle("GET /b", fn, test)}, ""},
		{"the same", []Route{handle("GET /a", fn, live), handle("GET /b", fn, live), handle("GET /c", other)}, "Shop/Live"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := New(table(func(p *Props) { p.Routes, p.Conditional = tt.routes, true }))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if one := p.OneCondition(fn); one != nil {
				got = one.Path
			}
			if got != tt.want {
				t.Errorf("the condition is %q, want %q", got, tt.want)
			}
		})
	}
}
