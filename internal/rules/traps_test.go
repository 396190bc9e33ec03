package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// trap is a template of testdata with the expected findings in its metadata: "want" has a line for each finding, and
// "environment" the account and region of its stack.
type trap struct {
	Description string
	Metadata    struct {
		Test struct {
			Environment string
			Want        []string
		}
	}
}

// assembled makes a cloud assembly of a template.
func assembled(t *testing.T, template []byte, environment string) *cloudassembly.Assembly {
	t.Helper()
	if environment == "" {
		environment = "aws://unknown-account/unknown-region"
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Shop.template.json": string(template),
		"manifest.json": fmt.Sprintf(`{"version":"54.0.0","artifacts":{"Shop":{"type":"aws:cloudformation:stack",
			"environment":%q,"properties":{"templateFile":"Shop.template.json"}}}}`, environment),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// lines are findings as tests compare them.
func lines(findings []Finding) (out []string) {
	for _, f := range findings {
		api := f.API
		if api != "" {
			api = " " + api
		}
		out = append(out, f.Rule+api+": "+f.Message)
	}
	return out
}

// TestTraps has handwritten templates that synthesize, but fail or open a hole when they are deployed. Each also has a
// similar template without a finding. The name of a file begins with the rule and has the severity.
func TestTraps(t *testing.T) {
	files, err := filepath.Glob("testdata/traps/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	seen := map[string]map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want trap
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			rule, kind, _ := strings.Cut(name, ".")
			kind, _, _ = strings.Cut(kind, "-")
			if seen[rule] == nil {
				seen[rule] = map[string]bool{}
			}
			seen[rule][kind] = true
			findings := Check(assembled(t, text, want.Metadata.Test.Environment), Options{})
			if diff := cmp.Diff(want.Metadata.Test.Want, lines(findings)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", want.Description, diff)
			}
			if kind == "near" != (len(findings) == 0) || kind == "bad" != (len(Failing(findings)) > 0) {
				t.Errorf("%s is called %s, and has %d findings, of which %d fail a synthesis", file, kind, len(findings),
					len(Failing(findings)))
			}
			for _, f := range findings {
				if f.WayOut == "" || f.LogicalID == "" {
					t.Errorf("no way out, or no place: %+v", f)
				}
			}
		})
	}
	for rule, kinds := range seen {
		if !slices.Contains(IDs(), rule) {
			t.Errorf("%s is not a rule", rule)
		}
		if !kinds["near"] || !kinds["bad"] && !kinds["warn"] {
			t.Errorf("%s has no template on which it reports, or none on which it is silent", rule)
		}
	}
}
