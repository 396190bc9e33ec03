package apigateway

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

func TestDecisions(t *testing.T) {
	included := &apimodel.Function{Environment: map[string]string{authz.ConfigVariable: "{}"}}
	line := func(id, rest string) lambdaruntime.LogLine {
		return lambdaruntime.LogLine{Text: `{"timestamp":"x","message":"decision","requestId":"` + id + `","traceId":"1-a",` + rest + `}`}
	}
	about := func(l lambdaruntime.LogLine, id string) lambdaruntime.LogLine { // of which only now the id is known
		l.Text = strings.ReplaceAll(l.Text, `"1-a","traceId"`, `"`+id+`","traceId"`)
		return l
	}
	for _, c := range []struct {
		name     string
		function *apimodel.Function
		before   []lambdaruntime.LogLine
		later    []lambdaruntime.LogLine // while it is waited for
		want     string
	}{
		{"before the answer is read", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"unauthorized","reason":"expired"`)}, nil, "the authorizer refused the token: expired, its exp has passed"},
		{"after it", included, nil, []lambdaruntime.LogLine{line("1-a", `"outcome":"denied","reason":"rights","missing":"any scope of x"`)}, "the caller lacks any scope of x"},
		{"a value that is not the one that is wanted", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"unauthorized","reason":"audience","got":"api://x","want":"api://orders"`)}, nil,
			`the authorizer refused the token: audience, its aud, or client_id, is not this API's: got "api://x", want "api://orders"`},
		{"a time that has passed", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"unauthorized","reason":"expired","got":"2023-11-14T22:12:20Z","want":"after 2023-11-14T22:13:20Z"`)}, nil,
			`the authorizer refused the token: expired, its exp has passed: got "2023-11-14T22:12:20Z", want "after 2023-11-14T22:13:20Z"`},
		{"rights that are not enough", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"denied","reason":"rights","missing":"any scope of x","got":"y, z"`)}, nil, "the caller lacks any scope of x and has y, z"},
		{"the hook", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"denied","reason":"hook"`)}, nil, "the authorizer's hook denied it"},
		{"no route of its own", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"denied","reason":"route"`)}, nil, "the authorizer says: route"},
		{"a reason without words", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"unauthorized","reason":"critical"`)}, nil, "the authorizer refused the token: critical"},
		{"a failure", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"failed","reason":"unavailable","error":"no keys"`)}, nil, "the authorizer failed: unavailable no keys"},
		{"allowed", included, []lambdaruntime.LogLine{line("1-a", `"outcome":"allowed"`)}, nil, ""},
		{"about another request", included, []lambdaruntime.LogLine{line("1-b", `"outcome":"unauthorized","reason":"expired"`)}, nil, ""},
		{"another line", included, []lambdaruntime.LogLine{{Text: "decision"}, {Text: `{"message":"decision"`}, {Text: `{"message":"fetch","traceId":"1-a"}`}}, nil, ""},
		{"another function, for which no request waits", &apimodel.Function{}, []lambdaruntime.LogLine{line("1-a", `"outcome":"unauthorized","reason":"expired"`)}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d decisions
			id := d.expect(c.function, "api-1")
			for _, l := range c.before {
				d.see(about(l, id))
			}
			if c.later != nil {
				time.AfterFunc(time.Millisecond, func() {
					for _, l := range c.later {
						d.see(about(l, id))
					}
				})
			}
			start := time.Now()
			if got := d.take("api-1", true).why(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.function != included && time.Since(start) > patience/2 {
				t.Error("it waited for a function that says nothing")
			}
			if len(d.expected)+len(d.of) != 0 {
				t.Errorf("%d are kept", len(d.expected)+len(d.of))
			}
		})
	}
	t.Run("two requests of one trace", func(t *testing.T) {
		var d decisions
		one, two := d.expect(included, "api-1"), d.expect(included, "api-2")
		d.see(line(two, `"outcome":"unauthorized","reason":"expired"`))
		d.see(line(one, `"outcome":"denied","reason":"rights","missing":"any scope of x"`))
		if got := d.take("api-1", true).why(); got != "the caller lacks any scope of x" {
			t.Errorf("of the first: %q", got)
		}
		if got := d.take("api-2", true).why(); !strings.Contains(got, "expired") {
			t.Errorf("of the second: %q", got)
		}
	})
	t.Run("what is let through is not waited for", func(t *testing.T) {
		var d decisions
		d.expect(included, "api-1")
		if got := d.take("api-1", false); got != (said{}) || len(d.expected) != 0 {
			t.Errorf("got %+v, %d are kept", got, len(d.expected))
		}
	})
}
