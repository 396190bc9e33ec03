package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckOfTraps runs the command on the templates of package rules. It must fail for the bad ones only.
func TestCheckOfTraps(t *testing.T) {
	files, err := filepath.Glob("../rules/testdata/traps/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			dir := assemblyOf(t, file)
			rule, kind, _ := strings.Cut(name, ".")
			kind, _, _ = strings.Cut(kind, "-")
			want := succeeded
			if kind == "bad" {
				want = failed
			}
			status, stdout, stderr := call(t, "check", "--assembly", dir)
			if status != want || strings.Contains(stdout, rule) != (kind != "near") {
				t.Errorf("status %d, want %d\n%s%s", status, want, stdout, stderr)
			}
		})
	}
}

// TestCheckOfForeignApps checks that the command reports nothing for apps that do not use Gatehouse, and exits with 0.
func TestCheckOfForeignApps(t *testing.T) {
	apps, err := os.ReadDir("../rules/testdata/foreign")
	if err != nil || len(apps) < 10 {
		t.Fatalf("%d apps, want ten: %v", len(apps), err)
	}
	for _, app := range apps {
		t.Run(app.Name(), func(t *testing.T) {
			dir, artifacts := t.TempDir(), map[string]any{}
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("../rules/testdata/foreign", app.Name()))); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				name := filepath.Base(file)
				if stack := strings.TrimSuffix(name, ".template.json"); !strings.HasSuffix(stack, ".nested") {
					artifacts[stack] = map[string]any{
						"type":       "aws:cloudformation:stack",
						"properties": map[string]any{"templateFile": name},
					}
				}
			}
			manifest, err := json.Marshal(map[string]any{"version": "54.0.0", "artifacts": artifacts})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), manifest, 0o600); err != nil {
				t.Fatal(err)
			}
			if status, stdout, stderr := call(t, "check", "--assembly", dir); status != succeeded || stdout != "" {
				t.Errorf("status %d\n%s%s", status, stdout, stderr)
			}
		})
	}
}
