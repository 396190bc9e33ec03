package rebuild

import (
	"path/filepath"
	"testing"
)

// TestUnread checks that documentation is a source only if a program may read it, and that every other file is one.
func TestUnread(t *testing.T) {
	known := &Functions{
		app:  files{"app": true, "app/help.md": false},
		owns: []owner{files{"fn": true, "fn/terms.md": false}, folder("fns/hello")},
	}
	for _, c := range []struct {
		name, file string
		functions  *Functions
		files      map[string]string // besides the app
		assembly   map[string]string
		want       bool
	}{
		{name: "the README", file: "README.md", functions: known, want: true},
		{name: "a page of the documentation", file: "docs/how/to.markdown", functions: known, want: true},
		{name: "the license", file: "LICENSE", functions: known, want: true},
		{name: "of a README, what is embedded is not known", file: "README.md", want: true},
		{name: "a schema", file: "schemas/order.json", functions: known},
		{name: "an OpenAPI description", file: "openapi.yaml", functions: known},
		{name: "a template", file: "pages/index.html", functions: known},
		{name: "a file without a known kind", file: "names.txt", functions: known},
		{name: "a source", file: "app/main.go", functions: known},
		{name: "what the app embeds", file: "app/help.md", functions: known},
		{name: "what a function embeds", file: "fn/terms.md", functions: known},
		{name: "a file of a function's folder", file: "fns/hello/README.md", functions: known},
		{
			name: "what an asset has", file: "site/index.md", functions: known,
			assembly: map[string]string{"asset.1/site/index.md": ""},
		},
		{
			name: "what a package of an asset has", file: "README.md", functions: known,
			assembly: map[string]string{"asset.1/node_modules/koa/README.md": ""}, want: true,
		},
		{
			name: "what a source names", file: "docs/api.md", functions: known,
			files: map[string]string{"app/stack/stack.go": `os.ReadFile(filepath.Join(dir, "docs", "api.md"))`},
		},
		{
			name: "a kind that a source names", file: "docs/api.md", functions: known,
			files: map[string]string{"app/stack/stack.go": `filepath.Glob("docs/*.md")`},
		},
		{
			name: "what a test names", file: "docs/api.md", functions: known,
			files: map[string]string{"app/stack/stack_test.go": `os.ReadFile("docs/api.md")`}, want: true,
		},
		{
			name: "what another page names", file: "docs/api.md", functions: known,
			files: map[string]string{"README.md": "[the API](docs/api.md)"}, want: true,
		},
		{
			name: "a folder that may be embedded", file: "docs/api.md",
			files: map[string]string{"pages.go": "package pages\n\nimport \"embed\"\n\n//go:embed docs\nvar docs embed.FS\n"},
		},
		{
			name: "another folder that is embedded", file: "docs/api.md",
			files: map[string]string{"web/pages.go": "package pages\n\nimport \"embed\"\n\n//go:embed page\nvar p embed.FS\n"},
			want:  true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, assembly := t.TempDir(), t.TempDir()
			put(t, filepath.Join(root, "app/main.go"), "package main\n\nfunc main() {}\n")
			put(t, filepath.Join(root, "cdk.json"), `{"app": "go run ./app"}`)
			put(t, filepath.Join(root, "node_modules/x/index.js"), `read("README.md", "LICENSE", "docs/api.md")`)
			put(t, filepath.Join(assembly, "manifest.json"), "{}")
			for name, text := range c.files {
				put(t, filepath.Join(root, name), text)
			}
			for name, text := range c.assembly {
				put(t, filepath.Join(assembly, name), text)
			}
			if got := c.functions.Unread(root, assembly, c.file); got != c.want {
				t.Errorf("%s: got %t, want %t", c.file, got, c.want)
			}
		})
	}
}
