package authz

import (
	"encoding/json"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// number is a number as it shall stand in a claim.
func number(text string) json.RawMessage { return json.RawMessage(text) }

// panicsIn is a clock that panics, with what looks like a token, when a method of the authorizer asks it for the time.
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

// synthRefuses runs a test of the constructs, which need far more than this package does; with the matrix only.
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
