package nodejs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// TestModulesOfLambdas has functions that need a module of the AWS SDK, which Lambda provides. They find it in
// NODE_PATH, or the log says how to install it.
func TestModulesOfLambdas(t *testing.T) {
	const want = Hint + "@aws-sdk/client-s3, and node_modules of the app's folder does not: " +
		"run npm install --save-dev @aws-sdk/client-s3 there"
	for _, c := range []struct {
		name, file, code string
		hooks            bool // it takes Module.registerHooks, which Node.js has since 22.15
	}{
		{name: "required", file: "index.js",
			code: `const s3 = require("@aws-sdk/client-s3"); exports.handler = async () => s3.name`},
		{name: "imported", file: "index.mjs",
			code: `import s3 from "@aws-sdk/client-s3"; export const handler = async () => s3.name`},
		{name: "in part", file: "index.mjs",
			code: `import s3 from "@aws-sdk/client-s3/part/index.js"; export const handler = async () => s3.name`},
		{name: "required later", file: "index.js", code: `exports.handler = async () => require("@aws-sdk/client-s3").name`},
		{name: "imported later", file: "index.mjs",
			code: `export const handler = async () => (await import("@aws-sdk/client-s3")).default.name`},
		{name: "imported by a CommonJS module", file: "index.js", hooks: true,
			code: `exports.handler = async () => (await import("@aws-sdk/client-s3")).default.name`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, modules := t.TempDir(), filepath.Join(t.TempDir(), "node_modules")
			s := lambdaruntime.Spec{Handler: "index.handler", Dir: dir}
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.code), 0o600); err != nil {
				t.Fatal(err)
			}
			invoke, log := deploy(t, s, "")
			if r := invoke("{}"); r.Error == nil || strings.Count(log.String(), want) != 1 {
				t.Errorf("got %s, and the log %s: want once %q", r.Payload, log, want)
			}
			for _, file := range []string{"index.js", "part/index.js"} {
				path := filepath.Join(modules, "@aws-sdk", "client-s3", file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(`exports.name = "S3"`), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s.Env = map[string]string{"NODE_PATH": modules}
			invoke, log = deploy(t, s, "")
			found := !c.hooks || hasHooks(t)
			if r := invoke("{}"); (string(r.Payload) == `"S3"`) != found || strings.Contains(log.String(), Hint) == found {
				t.Errorf("got %s, and the log %s", r.Payload, log)
			}
			if strings.Contains(log.String(), "Deprecat") {
				t.Errorf("got the log %s", log)
			}
		})
	}
}

// hasHooks reports whether the Node.js of this machine can have hooks for its module loaders in their thread.
func hasHooks(t *testing.T) bool {
	t.Helper()
	out, err := exec.Command("node", "-p", "typeof require('node:module').registerHooks").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out)) == "function"
}
