package reasons

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestDecisions(t *testing.T) {
	line := func(id, rest string) string {
		return `{"timestamp":"x","message":"decision","requestId":"` + id + `","traceId":"1-a",` + rest + `}`
	}
	one := func(rest string) []string { return []string{line("1-a", rest)} }
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"a refused token", one(`"outcome":"unauthorized","reason":"expired"`),
			"the authorizer refused the token: its exp has passed (expired)"},
		{"a value that is not the one that is wanted",
			one(`"outcome":"unauthorized","reason":"audience","got":"api://x","want":"api://orders"`),
			`the authorizer refused the token: its aud, or client_id, is not this API's (audience): got "api://x", want ` +
				`"api://orders"`},
		{"a time that has passed",
			one(`"outcome":"unauthorized","reason":"expired","got":"2023-11-14T22:12:20Z","want":"after 2023-11-14T22:13:20Z"`),
			`the authorizer refused the token: its exp has passed (expired): got "2023-11-14T22:12:20Z", want "after ` +
				`2023-11-14T22:13:20Z"`},
		{
			"missing rights",
			one(`"outcome":"denied","reason":"rights","missing":"scope x"`),
			"the caller lacks scope x",
		},
		{"rights that are not enough", one(`"outcome":"denied","reason":"rights","missing":"scope x","got":"y, z"`),
			"the caller lacks scope x and has y, z"},
		{"a condition that is not met", one(`"outcome":"denied","reason":"rights","missing":"claim org is a tenant ID"`),
			"the route requires that claim org is a tenant ID"},
		{"a condition, and what the claim is",
			one(`"outcome":"denied","reason":"rights","missing":"claim plan is pro","got":"claim plan is free"`),
			"the route requires that claim plan is pro, and claim plan is free"},
		{"another user's path",
			one(`"outcome":"denied","reason":"rights","missing":"the path's id is the caller's sub","got":"claim sub is u-1"`),
			"the route requires that the path's id is the caller's sub, and claim sub is u-1"},
		{"the hook", one(`"outcome":"denied","reason":"hook"`), "the authorizer's hook denied it"},
		{"no session", one(`"outcome":"unauthorized","reason":"session"`), sessionGlosses["session"]},
		{"a session that has ended", one(`"outcome":"unauthorized","reason":"session_ended"`),
			sessionGlosses["session_ended"]},
		{"a write from another site", one(`"outcome":"denied","reason":"cross_site"`), fromAnotherSite},
		{"no such route", one(`"outcome":"denied","reason":"route"`), "the authorizer says: route"},
		{
			"a reason without words",
			one(`"outcome":"unauthorized","reason":"critical"`),
			"the authorizer refused the token: critical",
		},
		{
			"a failure",
			one(`"outcome":"failed","reason":"unavailable","error":"no keys"`),
			"the authorizer failed: unavailable no keys",
		},
		{"allowed", one(`"outcome":"allowed"`), ""},
		{"another invocation", []string{line("1-b", `"outcome":"unauthorized","reason":"expired"`)}, ""},
		{"another invocation first", []string{
			line("1-b", `"outcome":"unauthorized","reason":"expired"`),
			line("1-a", `"outcome":"denied","reason":"hook"`),
		}, "the authorizer's hook denied it"},
		{"other lines", []string{"decision", `{"message":"decision"`, `{"message":"fetch","traceId":"1-a"}`}, ""},
		{"no line", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := OfDecision(c.lines, "1-a"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestIsIncluded(t *testing.T) {
	if f := (&apimodel.Function{Environment: map[string]string{authz.ConfigVariable: "{}"}}); !IsIncluded(f) {
		t.Error("the included authorizer is not recognized")
	}
	if IsIncluded(&apimodel.Function{}) {
		t.Error("another function is treated as the included authorizer")
	}
}
