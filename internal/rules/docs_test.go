package rules_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

var update = flag.Bool("update", false, "write the list of rules in docs/checking.md anew")

// The page of the rules has what the rules say of themselves: go test ./internal/rules -update
func TestDocs(t *testing.T) {
	const page, start, end = "../../docs/checking.md", "<!-- rules -->\n", "<!-- end of rules -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), start)
	got, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s: want the rules between %q and %q", page, start, end)
	}
	var b strings.Builder
	for _, r := range rules.All() {
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n- Looks at: %s.\n- Way out: %s.\n", r.ID, r.Why, r.Looks, r.WayOut)
		if r.Severity == rules.Warning {
			b.WriteString("- It warns, and fails nothing.\n")
		}
	}
	b.WriteString("\n")
	if got == b.String() {
		return
	}
	if !*update {
		t.Fatalf("%s: the rules are not as the code has them: go test ./internal/rules -update", page)
	}
	if err := os.WriteFile(page, []byte(before+start+b.String()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
