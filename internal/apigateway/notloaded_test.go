package apigateway

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/runtimetest"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// TestCodeThatCannotBeLoaded has functions with an error when the runtime loads them. The failure, the reason and the
// log must name the developer's file, and not the folders to which the code was copied.
func TestCodeThatCannotBeLoaded(t *testing.T) {
	nodepeer.Need(t)
	runtimetest.NeedPython(t)
	const broken = "const a = 1;\nconst b = ;\n"
	for _, c := range []struct {
		name, why string
		runtime   string
		files     map[string]string // the files of an asset whose source is known
		zip       bool              // whether the asset is an archive, whose source is not known
		inline    string
		where     string
		message   string
	}{
		{
			name: "a CommonJS module", runtime: "nodejs22.x",
			files: map[string]string{"index.js": broken}, where: "fns/orders/index.js:2", message: "Unexpected token ';'",
		},
		{
			name: "a module that it requires", runtime: "nodejs22.x",
			files: map[string]string{"index.js": "require('./lib/price')", "lib/price.js": broken},
			where: "fns/orders/lib/price.js:2", message: "Unexpected token ';'",
		},
		{
			name: "an ES module that it imports", runtime: "nodejs22.x", why: "its place is not in the stack",
			files: map[string]string{"index.mjs": "import { b } from './price.mjs'", "price.mjs": "export " + broken},
			where: "fns/orders/price.mjs:2", message: "Unexpected token ';'",
		},
		{
			name: "a module that is missing", runtime: "nodejs22.x",
			files:   map[string]string{"index.mjs": "\nimport './price.mjs'"},
			message: "Cannot find module 'fns/orders/price.mjs' imported from fns/orders/index.mjs",
		},
		{
			name: "an archive", why: "it is unpacked into a folder of no interest", runtime: "nodejs22.x", zip: true,
			files: map[string]string{"index.js": broken}, where: "index.js:2", message: "Unexpected token ';'",
		},
		{
			name: "code in the template", runtime: "nodejs22.x", inline: broken, where: "index.js:2",
			message: "Unexpected token ';'",
		},
		{
			name: "Python", runtime: "python3.13", files: map[string]string{"index.py": "a = 1\nb = = 2\n"},
			where: "fns/orders/index.py:2", message: "Syntax error in module 'index': invalid syntax (index.py, line 2)",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bare()
			f := r["Fn"].(object)
			p := f["Properties"].(object)
			p["Runtime"], p["Handler"], p["Timeout"] = c.runtime, "index.handler", 60
			dir := filepath.Join(t.TempDir(), "asset")
			f["Metadata"] = object{"aws:asset:path": dir}
			for name, text := range c.files {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				if c.zip {
					f["Metadata"] = object{"aws:asset:path": archive(t, name, []byte(text), 0o644)}
				}
			}
			if c.inline != "" {
				delete(f, "Metadata")
				p["Code"] = object{"ZipFile": c.inline}
			}
			addRoute(r, "GET /orders", proxy("Fn"))
			s := serve(t, r, func(o *Options) {
				o.Source = func(folder string) string {
					if folder == dir {
						return "fns/orders"
					}
					return ""
				}
			})
			got := s.send(t, "GET /prod/orders")
			failure := got.record.Failure
			if got.status != 502 || failure == nil {
				t.Fatalf("got %d with %+v, want 502 and a failure", got.status, failure)
			}
			if failure.Message != c.message {
				t.Errorf("got the message %s, want %s", failure.Message, c.message)
			}
			where := ""
			if len(failure.Frames) > 0 {
				where = failure.Frames[0].String()
			}
			if where != c.where || !strings.Contains(got.record.Reason, c.where) {
				t.Errorf("%s: got the place %q and the reason %q, want %q", c.why, where, got.record.Reason, c.where)
			}
			text := got.record.Reason
			for _, line := range got.record.Wrote {
				text += "\n" + line.Text
			}
			if strings.Contains(text, os.TempDir()) || !strings.Contains(text, c.where) {
				t.Errorf("%s: got the lines %s", c.why, text)
			}
		})
	}
}
