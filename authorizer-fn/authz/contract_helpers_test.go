package authz

import (
	"encoding/json"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// authztestNumber is a number as it shall stand in a claim.
func authztestNumber(text string) json.RawMessage { return json.RawMessage(text) }

// panicsAt is a clock that panics, with what looks like a token, when it is asked for the time for the nth time.
func panicsAt(now func() time.Time, n int64) func() time.Time {
	var asked atomic.Int64
	return func() time.Time {
		if asked.Add(1) == n {
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
		out, err := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestAWrongTableIsRefused$/^"+name+"$", "../../constructs/secureapi").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestAWrongTableIsRefused/"+name) {
			t.Fatalf("%v\n%s", err, out)
		}
		return ofSynth
	}
}
