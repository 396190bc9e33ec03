package authz

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// number returns a number that a claim has in this notation.
func number(text string) json.RawMessage { return json.RawMessage(text) }

// panicsIn returns a clock that panics when the given method of the authorizer reads it. The value of the panic is a
// token.
func panicsIn(now func() time.Time, method string) func() time.Time {
	return func() time.Time {
		var at [1]uintptr
		runtime.Callers(2, at[:])
		if f, _ := runtime.CallersFrames(at[:]).Next(); strings.HasSuffix(f.Function, method) {
			panic(token(nil))
		}
		return now()
	}
}

// synthRefuses runs a test of package secureapi. The test compiles CDK, so it only runs with -matrix.
func synthRefuses(name string) func(*testing.T, *fixture) string {
	return func(t *testing.T, _ *fixture) string {
		if !*matrix {
			t.Skip("runs a test of package secureapi; add -matrix")
		}
		run := "^TestPropsErrors$/^" + name + "$"
		out, err := exec.Command("go", "test", "-count=1", "-v", "-run", run, "../../constructs/secureapi").
			CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestPropsErrors/"+name) {
			t.Fatalf("go test -run %s: got %v, want a pass; output:\n%s", run, err, out)
		}
		return ofSynth
	}
}
