package rules

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestForeignApps checks that the rules find nothing in apps that do not use Gatehouse, because each is correct or not
// for the rules to judge. They are written by hand after public patterns, which the Description of each first template
// names. Package test has those that CDK creates.
func TestForeignApps(t *testing.T) {
	apps, err := os.ReadDir("testdata/foreign")
	if err != nil || len(apps) < 10 {
		t.Fatalf("%d apps, want ten: %v", len(apps), err)
	}
	for _, app := range apps {
		t.Run(app.Name(), func(t *testing.T) {
			for _, environment := range []string{"aws://unknown-account/unknown-region", "aws://444455556666/us-east-1"} {
				a := foreign(t, filepath.Join("testdata/foreign", app.Name()), environment)
				for _, f := range Check(a, Options{Accepted: true}) {
					t.Errorf("%s: %s %s: %s", environment, f.Rule, f.LogicalID, f.Message)
				}
			}
		})
	}
}

// foreign returns a cloud assembly of a folder with templates. A template whose name ends in .nested.template.json is
// not a separate stack.
func foreign(t *testing.T, folder, environment string) *cloudassembly.Assembly {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.template.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	dir, artifacts := t.TempDir(), map[string]any{}
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var template trap
		if err := json.Unmarshal(text, &template); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		at := cmp.Or(template.Metadata.Test.Environment, environment)
		if stack := strings.TrimSuffix(name, ".template.json"); !strings.HasSuffix(stack, ".nested") {
			artifacts[stack] = map[string]any{
				"type": "aws:cloudformation:stack", "environment": at, "properties": map[string]any{"templateFile": name},
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
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Contains(folder, "nested"); want != (len(a.Stacks()) > len(artifacts)) {
		t.Fatalf("%d stacks of %d artifacts: the nested ones were not read", len(a.Stacks()), len(artifacts))
	}
	return a
}
