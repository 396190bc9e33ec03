// Package runtimetest deploys functions for the tests of a language's runtime. The test provides the command that runs
// its function.
package runtimetest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// Patience is how long a test waits for something that must happen.
const Patience = 2 * time.Minute

// NeedPython skips the test if Python is missing, as nodepeer.Need does for Node.js.
func NeedPython(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		nodepeer.Missing(t, "python3 is not in PATH: install Python 3.8 or later")
	}
}

// Files writes files into a new folder. Their names are paths relative to it.
func Files(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Deploy adds a function with the name "Fn" to a new pool, which ends with the test. [Patience] is the timeout if the
// spec has none. A function with tenant isolation is invoked for [tenant.Sample].
func Deploy(t testing.TB, s lambdaruntime.Spec) (invoke func(event string) lambdaruntime.Result, log *Log) {
	t.Helper()
	log = &Log{}
	pool := lambdaruntime.New(lambdaruntime.Options{Log: log.add, InitLimit: Patience})
	t.Cleanup(pool.Close)
	s.Name = "Fn"
	if s.Timeout == 0 {
		s.Timeout = Patience
	}
	if err := pool.Replace(s); err != nil {
		t.Fatal(err)
	}
	return func(event string) lambdaruntime.Result {
		t.Helper()
		o := lambdaruntime.InvokeOptions{TraceID: "Root=1-2-3"}
		if s.PerTenant {
			o.Tenant = tenant.Sample
		}
		result, err := pool.Invoke(t.Context(), "Fn", []byte(event), o)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}, log
}

// Shown returns the payload of a result, or its error as "type: message".
func Shown(r lambdaruntime.Result) string {
	if r.Error != nil {
		return r.Error.Type + ": " + r.Error.Message
	}
	return string(r.Payload)
}

// Log collects the log lines of a pool's functions.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *Log) add(line lambdaruntime.LogLine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line.Text + "\n")
}

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// Structured returns the log's lines of JSON so far, without the timestamp that each must have.
func (l *Log) Structured(t *testing.T) (out []map[string]any) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) != nil {
			continue
		}
		if at, _ := fields["timestamp"].(string); !timestamp.MatchString(at) {
			t.Errorf("got the line %s, want a timestamp in it", line)
		}
		delete(fields, "timestamp")
		out = append(out, fields)
	}
	return out
}

// String returns the log so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Await waits until the log contains the text a number of times. A log line may arrive after the function's answer,
// because it comes through a pipe.
func (l *Log) Await(t testing.TB, text string, times int) {
	t.Helper()
	for deadline := time.Now().Add(Patience); strings.Count(l.String(), text) < times; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("want %q %d times in the log, which is %q", text, times, l)
		}
	}
}
