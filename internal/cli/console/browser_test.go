package console

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// TestBrowserStep is the last step of a request of a page of another origin.
func TestBrowserStep(t *testing.T) {
	c := newConsole(t, shop())
	for _, tt := range []struct {
		name    string
		verdict browser.Verdict
		want    []step // "" without one
		blocked string
	}{
		{"no page", browser.Verdict{Why: "x", Fix: "y"}, nil, ""},
		{
			"readable", browser.Verdict{Applies: true, Readable: true},
			[]step{{Check: "browser", Outcome: passed, Detail: "readable by the page"}}, "",
		},
		{
			"a preflight", browser.Verdict{Applies: true, Readable: true, Preflight: true},
			[]step{{Check: "browser", Outcome: passed, Detail: "the browser sends the request"}}, "",
		},
		{
			"blocked",
			browser.Verdict{
				Applies: true, Why: "no origin is allowed", Prop: "CORS.AllowOrigins", Fix: "add it to CORS.AllowOrigins",
			},
			[]step{{
				Check: "browser", Outcome: blocked, Detail: "blocked by the browser: no origin is allowed",
				Prop: "CORS.AllowOrigins", Fix: "add it to CORS.AllowOrigins",
			}},
			"no origin is allowed",
		},
		{
			"blocked without a reason", browser.Verdict{Applies: true},
			[]step{{Check: "browser", Outcome: blocked, Detail: "blocked by the browser"}}, "the page may not read the answer",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request("GET /prod/open")
			r.RequestID = tt.name
			c.Record(&apigateway.Record{Request: r, Route: "GET /open", Browser: tt.verdict})
			e, _ := c.ring.find(tt.name)
			d := c.current().decision(e)
			if diff := cmp.Diff(tt.want, append([]step(nil), d.Steps[2:]...)); diff != "" {
				t.Error(diff)
			}
			if d.Blocked != tt.blocked {
				t.Errorf("blocked: %q, want %q", d.Blocked, tt.blocked)
			}
		})
	}
}

// TestWrote shows what functions wrote and how one failed, without credentials.
func TestWrote(t *testing.T) {
	c := newConsole(t, shop())
	r := request("GET /prod/open", "Authorization: Bearer opaque-credential")
	r.RequestID = "wrote"
	frames := []stack.Frame{{File: "orders-fn/main.go", Line: 42, Func: "serve", Own: true}}
	record := &apigateway.Record{
		Request: r,
		Route:   "GET /open",
		Wrote: []functionlog.Line{
			{Function: "Orders", Text: "for opaque-credential"},
			{Text: "(3 more lines are not kept)"},
		},
		Failure: &functionlog.Failure{
			Function: "Orders",
			Type:     "errorString",
			Message:  "no opaque-credential",
			Frames:   frames,
		},
	}
	c.Record(record)
	d := get[decision](t, c, "/~/requests/wrote")
	if diff := cmp.Diff([]line{{"Orders", "for [not shown]"}, {"", "(3 more lines are not kept)"}}, d.Wrote); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&failure{"Orders", "errorString", "no [not shown]", frames}, d.Failure); diff != "" {
		t.Error(diff)
	}
	record.Failure.Message = strings.Repeat("a ", 3000)
	c.Record(record)
	if entries, _ := c.ring.after(1); len(entries[0].Failure.Message) > longest+100 ||
		len(record.Failure.Message) != 6000 {
		t.Errorf("a message of %d bytes is kept", len(entries[0].Failure.Message))
	}
}
