package nodejs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestErrorsDoNotNameTheRuntime checks that no error names the file of this package that runs functions, because a
// developer cannot open it.
func TestErrorsDoNotNameTheRuntime(t *testing.T) {
	for _, c := range []struct{ name, file, code, message string }{
		{"a module that is not there", "index.js", `require("nowhere")`,
			"Cannot find module 'nowhere'\nRequire stack:\n- DIR/index.js\n- /var/runtime/index.mjs"},
		{"an import that is not there", "index.mjs", `import "nowhere"`,
			"Cannot find package 'nowhere' imported from DIR/index.mjs"},
		{"an import that is not there later", "index.mjs", `export const handler = () => import("nowhere")`,
			"Cannot find package 'nowhere' imported from DIR/index.mjs"},
		{"one of a CommonJS module", "index.js", `exports.handler = () => import("nowhere")`,
			"Cannot find package 'nowhere' imported from DIR/index.js"},
		{"no handler", "index.js", `exports.other = async () => 1`, "index.handler is undefined or not exported"},
		{"an answer that is not JSON", "index.js", `exports.handler = async () => 10n`,
			"Unable to stringify response body: Do not know how to serialize a BigInt"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.code), 0o600); err != nil {
				t.Fatal(err)
			}
			invoke, log := deploy(t, lambdaruntime.Spec{Handler: "index.handler", Dir: dir, Env: map[string]string{
				"NODE_PATH": filepath.Join(t.TempDir(), "node_modules")}}, "")
			r := invoke("{}")
			if r.Error == nil {
				t.Fatalf("got %s", r.Payload)
			}
			if got := strings.ReplaceAll(r.Error.Message, dir, "DIR"); got != c.message {
				t.Errorf("got %q, want %q", got, c.message)
			}
			if strings.Contains(r.Error.Where, "[eval]") || strings.Contains(r.Error.Where, "data:") {
				t.Errorf("it is at %q", r.Error.Where)
			}
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, "INIT_REPORT") && strings.Contains(line, c.message[:12]) {
					t.Errorf("the message occurs again: %q", line)
				}
				if strings.Contains(line, "fault (") || strings.Contains(line, "data:text/javascript") {
					t.Errorf("logged %q", line)
				}
			}
		})
	}
}

// TestErrorsWithFailingGetters checks that an error is reported even if reading its members fails.
func TestErrorsWithFailingGetters(t *testing.T) {
	const failing = `
		const fail = { get() { throw new Error("getter") } };
		const error = Object.defineProperty(new Error("own"), "code", fail);
`
	for _, c := range []struct{ name, code string }{
		{"a rejection", `exports.handler = async () => { throw error }`},
		{"an uncaught error", `exports.handler = () => new Promise(() => setImmediate(() => { throw error }))`},
		{"loading", `throw error`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "index.js"), []byte(failing+c.code), 0o600); err != nil {
				t.Fatal(err)
			}
			invoke, log := deploy(t, lambdaruntime.Spec{Handler: "index.handler", Dir: dir}, "")
			if r := invoke("{}"); r.Error == nil || r.Error.Message != "own" {
				t.Errorf("got %+v, want the error\n%s", r.Error, log.String())
			}
		})
	}
}
