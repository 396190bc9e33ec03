package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// withAccessLog adds an access log to the stage of an API.
func withAccessLog(api map[string]any, format string) map[string]any {
	api["ApiStage"].(map[string]any)["Properties"].(map[string]any)["AccessLogSetting"] = map[string]any{
		"DestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:shop", "Format": format,
	}
	return api
}

// TestDevAccessLog writes the access log to a file, to standard error, or nowhere.
func TestDevAccessLog(t *testing.T) {
	t.Parallel()
	const format = `{"path":"$context.path","status":"$context.status","id":"$context.requestId"}`
	const ok, forbidden = `{"path":"/v1/hello","status":"200","id":"`, `{"path":"/v1/none","status":"403","id":"`
	assembly := t.TempDir()
	writeAssembly(t, assembly, withAccessLog(mockAPI("Api", "hello"), format))
	both := func(t *testing.T, r *running) {
		t.Helper()
		for path, status := range map[string]int{"/v1/hello": 200, "/v1/none": 403} {
			if got := get(t, r.url+path).StatusCode; got != status {
				t.Errorf("%s: got %d, want %d", path, got, status)
			}
		}
	}
	t.Run("a file", func(t *testing.T) {
		log := filepath.Join(assembly, "log.txt")
		writeFile(t, log, "before\n")
		r, _ := start(t, assembly, "--assembly", ".", "--access-log", "log.txt")
		both(t, r)
		r.stop(t)
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		if len(lines) != 4 || lines[0] != "before" || lines[3] != "" || !strings.Contains(string(text), ok) ||
			!strings.Contains(string(text), forbidden) {
			t.Errorf("got %q, want a line for each request after the one from before", text)
		}
		if strings.Contains(r.stderr.String(), ok) || strings.Contains(r.stdout.String(), ok) {
			t.Errorf("the lines are in the output, too:\n%s%s", &r.stdout, &r.stderr)
		}
	})
	t.Run("a new file is for this user alone", func(t *testing.T) {
		log := filepath.Join(t.TempDir(), "access.log")
		r, _ := start(t, assembly, "--assembly", ".", "--access-log", log)
		r.stop(t)
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("got the mode %o, want 600", mode)
		}
	})
	t.Run("standard error", func(t *testing.T) {
		r, _ := start(t, assembly, "--assembly", ".", "--access-log", "-")
		both(t, r)
		r.stop(t)
		if got := r.stderr.String(); !strings.Contains(got, ok) || !strings.Contains(got, forbidden) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("no flag", func(t *testing.T) {
		r, _ := start(t, assembly, "--assembly", ".")
		both(t, r)
		r.stop(t)
		if strings.Contains(r.stdout.String()+r.stderr.String(), ok) {
			t.Errorf("a line is in the output:\n%s%s", &r.stdout, &r.stderr)
		}
	})
	t.Run("a folder that does not exist", func(t *testing.T) {
		r, _ := launch(t, assembly, "--assembly", ".", "--access-log", "none/access.log")
		status := <-r.status
		r.status <- status // for the end of the test
		if status != failed || !strings.Contains(r.stderr.String(), "--access-log: open ") {
			t.Errorf("got %d and %q", status, &r.stderr)
		}
	})
}
