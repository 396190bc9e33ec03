package authz

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// number returns a number as it is to be written in a claim.
func number(text string) json.RawMessage { return json.RawMessage(text) }

// panicsIn returns a clock that panics with a token as its value when the given method of the authorizer asks for the
// time.
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

// synthRefuses runs a test of the constructs. It needs far more than this package, so it only runs with -matrix.
func synthRefuses(name string) func(*testing.T, *fixture) string {
	return func(t *testing.T, _ *fixture) string {
		if !*matrix {
			t.Skip("with -matrix only: a test of package secureapi")
		}
		out, err := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestAWrongTableIsRefused$/^"+name+"$",
			"../../constructs/secureapi").
			CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestAWrongTableIsRefused/"+name) {
			t.Fatalf("%v\n%s", err, out)
		}
		return ofSynth
	}
}
