package rules_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

var update = flag.Bool("update", false, "write the list of rules in docs/checking.md anew")

// The page of the rules shows the rules' own texts: go test ./internal/rules -update
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
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n%s\n%s\n", r.ID, wrap(r.Why, ""),
			wrap("- Checks: "+r.Looks+".", "  "), wrap("- Fix: "+r.WayOut+".", "  "))
		if r.Severity == rules.Warning {
			b.WriteString("- A warning: synthesis and the command do not fail.\n")
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

// wrap wraps a paragraph like the page's other prose: at 124 columns, with an indent on further lines.
func wrap(text, indent string) string {
	const width = 124
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
