package docs

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var monthly = regexp.MustCompile(`^\| (.+) \| (\d+\.\d\d) \|$`)

// TestCosts adds up the example of the page about costs.
func TestCosts(t *testing.T) {
	for _, p := range documentation(t) {
		if p.name != "docs/costs.md" {
			continue
		}
		sum, together := 0.0, ""
		for i, line := range p.lines {
			m := monthly.FindStringSubmatch(line)
			if m == nil {
				continue
			}
			amount, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatalf("%s:%d: %v", p.name, i+1, err)
			}
			if strings.HasPrefix(m[1], "together") {
				together = m[2]
				continue
			}
			sum += amount
		}
		if got := fmt.Sprintf("%.2f", sum); sum == 0 || got != together {
			t.Errorf("%s: the example adds up to %s, and the page says %s", p.name, got, together)
		}
		return
	}
	t.Error("the page about costs is missing")
}
