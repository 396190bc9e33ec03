package apigateway

import (
	"strings"
	"testing"
)

// TestWrote sends requests to functions that write and fail, and checks the output in the records.
func TestWrote(t *testing.T) {
	r := bare()
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "POST /open/{proxy+}", proxy("Fn"))
	addRoute(r, "GET /guarded/{proxy+}", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	for _, c := range []struct {
		name, why, target, body string
		status                  int
		wrote                   string // the lines; "…" ends a truncated line
		failure                 string // the failure, with each frame on a separate line
	}{
		{
			name:   "two lines",
			why:    "metrics are not for people",
			target: "POST /prod/open/say", body: "tea",
			status: 200,
			wrote:  "Fn: got tea\nFn: {\"message\":\"sold\"} and metrics",
		},
		{
			name:   "a panic in the handler",
			why:    "its stack begins with the function's own file",
			target: "POST /prod/open/panic", status: 502,
			wrote:   "…",
			failure: "Fn string: out of tea\ninternal/apigateway/testdata/function/main.go:LINE (backend)",
		},
		{
			name:   "an error that the function returns",
			why:    "it has no stack",
			target: "POST /prod/open/fail", status: 502,
			wrote:   "Fn: …",
			failure: "Fn errorString: no such order",
		},
		{
			name:   "a panic outside of the handler",
			why:    "the process dies, and its stack is in what it wrote",
			target: "POST /prod/open/die", status: 502,
			wrote:   "Fn: panic: out of tea\n…",
			failure: "Fn Runtime.ExitError: …\ninternal/apigateway/testdata/function/main.go:LINE (backend.func1)",
		},
		{
			name:   "an authorizer that fails",
			why:    "it is another function",
			target: "GET /prod/guarded/x", status: 500,
			wrote:   "AuthFn: …",
			failure: "AuthFn errorString: out of keys",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.post(t, c.target, c.body, bearer("error:out of keys"))
			var wrote []string
			for _, line := range got.record.Wrote {
				wrote = append(wrote, line.Function+": "+line.Text)
			}
			if text := strings.Join(wrote, "\n"); !begins(text, c.wrote) {
				t.Errorf("%s: got the lines %s\nwant %s", c.why, text, c.wrote)
			}
			var failure []string
			if f := got.record.Failure; f != nil {
				failure = []string{f.Function + " " + f.Type + ": " + f.Message}
				for _, frame := range f.Frames {
					failure = append(failure, frame.String())
				}
			}
			want := strings.Split(c.failure, "\n")
			for i, line := range failure {
				if i < len(want) && !begins(withoutLine(line), want[i]) || i == 1 && !got.record.Failure.Frames[0].Own {
					t.Errorf("%s: got %s\nwant %s", c.why, line, want[i])
				}
			}
			if len(failure) < len(want) && c.failure != "" || len(failure) > 0 && c.failure == "" || got.status != c.status {
				t.Errorf("%s: got %d with %q\nwant %d with %q", c.why, got.status, failure, c.status, want)
			}
		})
	}
	t.Run("more lines than are kept", func(t *testing.T) {
		got := s.post(t, "POST /prod/open/chatty", "").record.Wrote
		if n := len(got); n != 201 || got[n-1].Text != "(100 more lines are not kept)" {
			t.Errorf("got %d lines, the last one %+v", n, got[n-1])
		}
	})
}

// begins compares a text with one that may end with "…", for any further text.
func begins(text, want string) bool {
	if start, open := strings.CutSuffix(want, "…"); open {
		return strings.HasPrefix(text, start)
	}
	return text == want
}

// withoutLine replaces the number of a line, which changes with each edit of the file.
func withoutLine(frame string) string {
	file, rest, ok := strings.Cut(frame, ".go:")
	_, after, isFrame := strings.Cut(rest, " ")
	if !ok || !isFrame {
		return frame
	}
	return file + ".go:LINE " + after
}
