package localgateway

import (
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/localgateway/assembly"
	"github.com/gatehouse-cdk/gatehouse/localgateway/functions"
)

func TestDecisions(t *testing.T) {
	included := &assembly.Function{Environment: map[string]string{authz.ConfigVariable: "{}"}}
	line := func(id, rest string) functions.LogLine {
		return functions.LogLine{Text: `{"timestamp":"x","message":"decision","traceId":"` + id + `",` + rest + `}`}
	}
	for _, c := range []struct {
		name     string
		function *assembly.Function
		before   []functions.LogLine
		later    []functions.LogLine // while it is waited for
		want     string
	}{
		{"before the answer is read", included, []functions.LogLine{line("1-a", `"outcome":"unauthorized","reason":"expired"`)}, nil, "the authorizer refused the token: expired, its exp has passed"},
		{"after it", included, nil, []functions.LogLine{line("1-a", `"outcome":"denied","reason":"rights","missing":"any scope of x"`)}, "the caller lacks any scope of x"},
		{"the hook", included, []functions.LogLine{line("1-a", `"outcome":"denied","reason":"hook"`)}, nil, "the authorizer's hook denied it"},
		{"no route of its own", included, []functions.LogLine{line("1-a", `"outcome":"denied","reason":"route"`)}, nil, "the authorizer says: route"},
		{"a reason without words", included, []functions.LogLine{line("1-a", `"outcome":"unauthorized","reason":"critical"`)}, nil, "the authorizer refused the token: critical"},
		{"a failure", included, []functions.LogLine{line("1-a", `"outcome":"failed","reason":"unavailable","error":"no keys"`)}, nil, "the authorizer failed: unavailable no keys"},
		{"allowed", included, []functions.LogLine{line("1-a", `"outcome":"allowed"`)}, nil, ""},
		{"about another request", included, []functions.LogLine{line("1-b", `"outcome":"unauthorized","reason":"expired"`)}, nil, ""},
		{"another line", included, []functions.LogLine{{Text: "decision"}, {Text: `{"message":"decision"`}, {Text: `{"message":"fetch","traceId":"1-a"}`}}, nil, ""},
		{"another function, for which nobody waits", &assembly.Function{}, []functions.LogLine{line("1-a", `"outcome":"unauthorized","reason":"expired"`)}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d decisions
			d.expect(c.function, "Root=1-a;Parent=2;Sampled=0")
			for _, l := range c.before {
				d.see(l)
			}
			if c.later != nil {
				time.AfterFunc(time.Millisecond, func() {
					for _, l := range c.later {
						d.see(l)
					}
				})
			}
			start := time.Now()
			if got := d.take("Root=1-a;Parent=2;Sampled=0", true).why(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.function != included && time.Since(start) > patience/2 {
				t.Error("it waited for a function that says nothing")
			}
			if len(d.expected) != 0 {
				t.Errorf("%d are kept", len(d.expected))
			}
		})
	}
	t.Run("what is let through is not waited for", func(t *testing.T) {
		var d decisions
		d.expect(included, "Root=1-a")
		if got := d.take("Root=1-a", false); got != (said{}) || len(d.expected) != 0 {
			t.Errorf("got %+v, %d are kept", got, len(d.expected))
		}
	})
}
