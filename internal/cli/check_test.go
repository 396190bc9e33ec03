package cli

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// assemblyOf is a cloud assembly of one template, in a folder of the test's.
func assemblyOf(t *testing.T, template string) string {
	t.Helper()
	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Metadata struct{ Test struct{ Environment string } }
	}
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	return writeStack(t, string(text), cmp.Or(said.Metadata.Test.Environment, anywhere))
}

const ofRules = "../rules/testdata"

// TestCheckFailsOnEachHole checks that each hole in a handwritten template fails the command.
func TestCheckFailsOnEachHole(t *testing.T) {
	holes, err := filepath.Glob(ofRules + "/holes/*.json")
	if err != nil || len(holes) < 30 {
		t.Fatalf("%d holes: %v", len(holes), err)
	}
	traps, err := filepath.Glob(ofRules + "/traps/*.bad*.json")
	if err != nil || len(traps) < 5 {
		t.Fatalf("%d traps: %v", len(traps), err)
	}
	for _, file := range append(holes, traps...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := assemblyOf(t, file)
			status, stdout, stderr := call(t, "check", "--assembly", dir)
			if status != failed || !strings.Contains(stdout, "\n  error  ") ||
				!strings.Contains(stdout, "\n    fix: ") {
				t.Errorf("status %d, want 1 with an error and its fix:\n%s", status, stdout)
			}
			if !strings.HasPrefix(stderr, "gatehouse check: "+dir+": ") || !strings.Contains(stderr, "accept") {
				t.Errorf("standard error says %q", stderr)
			}
		})
	}
}

func TestCheckPasses(t *testing.T) {
	dir := assemblyOf(t, ofRules+"/closed.json")
	status, stdout, stderr := call(t, "check", "--assembly", dir)
	want := "gatehouse check: note: " + dir + ": nothing is wrong with 1 REST API\n"
	if status != succeeded || stdout != "" || stderr != want {
		t.Errorf("%s: status %d: %s%s", dir, status, stdout, stderr)
	}
}

func TestCheckOutput(t *testing.T) {
	dir := assemblyOf(t, "testdata/check/accepted.json")
	for name, args := range map[string][]string{
		"findings.golden.txt":  {},
		"findings.golden.json": {"--json"},
		"accepted.golden.txt":  {"--accepted"},
		"accepted.golden.json": {"--accepted", "--json"},
	} {
		status, stdout, stderr := call(t, append([]string{"check", "--assembly", dir}, args...)...)
		if want := "gatehouse check: " + dir + ": 2 findings: fix them, or accept them with a reason: \"gatehouse help " +
			"check\" says how\n"; status != failed ||
			stderr != want {
			t.Errorf("%s: status %d, %q", name, status, stderr)
		}
		golden(t, filepath.Join("check", name), stdout)
	}
}

func TestCheckRules(t *testing.T) {
	status, text, _ := call(t, "check", "--rules")
	_, document, _ := call(t, "check", "--rules", "--json", "--assembly", "nowhere")
	var listed struct {
		Rules []struct{ ID, Severity, Why, LooksAt, WayOut string }
	}
	if err := json.Unmarshal([]byte(document), &listed); err != nil || status != succeeded ||
		len(listed.Rules) != len(rules.All()) {
		t.Fatalf("status %d, %d rules: %v", status, len(listed.Rules), err)
	}
	for _, r := range listed.Rules {
		for _, want := range []string{r.ID, r.Severity, r.Why, r.LooksAt, r.WayOut} {
			if want == "" || !strings.Contains(text, want) {
				t.Errorf("the list lacks %q of %+v", want, r)
			}
		}
	}
}
