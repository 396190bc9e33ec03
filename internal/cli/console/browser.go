package console

import (
	"cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/browser"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/functionlog"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// browserStep returns what a browser does with the answer to a page of another origin, as the last step. It reports
// false if no such page made the request.
func browserStep(v browser.Verdict) (step, bool) {
	if !v.Applies {
		return step{}, false
	}
	s := step{Check: "browser", Outcome: passed, Prop: v.Prop, Fix: v.Fix}
	bare := v
	bare.Fix = ""
	s.Detail = bare.String()
	if !v.Readable {
		s.Outcome = blocked
	}
	return s, true
}

// blockedBy says why a browser keeps the answer from the page; "" if it does not.
func blockedBy(v browser.Verdict) string {
	if !v.Applies || v.Readable {
		return ""
	}
	return cmp.Or(v.Why, "the page may not read the answer")
}

// line is a line that a function wrote.
type line struct {
	Function string `json:"function,omitempty"`
	Text     string `json:"text"`
}

func lines(wrote []functionlog.Line, m func(string) string) (out []line) {
	for _, w := range wrote {
		out = append(out, line{w.Function, m(w.Text)})
	}
	return out
}

// failure says how a function failed.
type failure struct {
	Function string        `json:"function"`
	Type     string        `json:"type"`
	Message  string        `json:"message"`
	Frames   []stack.Frame `json:"frames,omitempty"`
}

func failureOf(f *functionlog.Failure, m func(string) string) *failure {
	if f == nil {
		return nil
	}
	return &failure{f.Function, f.Type, m(f.Message), f.Frames}
}
