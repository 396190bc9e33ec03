package functionlog

import (
	"fmt"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/python"
)

// TestLog has functions that write lines. Some of these belong to a request, and some are shown to the developer.
func TestLog(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []lambdaruntime.LogLine // by default of the function shop-Fn in the invocation id-1
		shown int
		want  string // the lines of the request
	}{
		{name: "a line", lines: []lambdaruntime.LogLine{{Text: "tea"}}, shown: 1, want: "[{Fn tea}]"},
		{
			name:  "a line with metrics",
			lines: []lambdaruntime.LogLine{{Text: `{"a":1,"_aws":{"Timestamp":1}}`}},
			shown: 1, want: `[{Fn {"a":1} and metrics}]`,
		},
		{
			name:  "a line of another request",
			lines: []lambdaruntime.LogLine{{RequestID: "id-2", Text: "tea"}},
			shown: 1, want: "[]",
		},
		{
			name:  "a line of Lambda itself",
			lines: []lambdaruntime.LogLine{{Stream: lambdaruntime.Platform, Text: "Task timed out"}},
			shown: 1, want: "[]",
		},
		{
			name:  "a line of a discarded invocation",
			lines: []lambdaruntime.LogLine{{RequestID: "dry", Text: "tea"}},
			shown: 0, want: "[]",
		},
		{
			name:  "a hint, twice",
			lines: []lambdaruntime.LogLine{{Text: python.Hint + " x"}, {Text: python.Hint + " x"}},
			shown: 1, want: fmt.Sprintf("[{Fn %s x}]", python.Hint),
		},
		{
			name:  "the hint of another function",
			lines: []lambdaruntime.LogLine{{Text: python.Hint + " x"}, {Function: "other", Text: python.Hint + " x"}},
			shown: 2, want: fmt.Sprintf("[{Fn %[1]s x} {other %[1]s x}]", python.Hint),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l Log
			l.Know([]*apimodel.Function{{ID: apimodel.ID{Stack: "Shop", LogicalID: "Fn"}, Name: "shop-Fn"}}, nil)
			l.Discard("dry")
			var r Request
			l.Begin(&r, "id-1")
			shown := 0
			for _, line := range c.lines {
				if line.Function == "" {
					line.Function = "shop-Fn"
				}
				if line.RequestID == "" {
					line.RequestID = "id-1"
				}
				if l.Add(line) {
					shown++
				}
			}
			if got := fmt.Sprint(l.End(&r)); got != c.want || shown != c.shown {
				t.Errorf("the request has %s, and %d lines are shown; want %s and %d", got, shown, c.want, c.shown)
			}
			if n := len(l.running); n != 0 {
				t.Errorf("%d invocations are still assigned after the end, want 0", n)
			}
		})
	}
}
