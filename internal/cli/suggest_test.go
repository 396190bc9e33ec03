package cli

import (
	"flag"
	"strings"
	"testing"
)

// TestCommandsNameTheirFlags checks that a command with flags in its usage lists them, so that misspelt flags are
// recognized.
func TestCommandsNameTheirFlags(t *testing.T) {
	for _, c := range commands() {
		if !strings.Contains(c.Usage, "\n  --") {
			continue
		}
		if c.Flags == nil {
			t.Errorf("%s has flags in its usage, and no Command.Flags", c.Name)
			continue
		}
		n := 0
		c.Flags().VisitAll(func(*flag.Flag) { n++ })
		if n == 0 {
			t.Errorf("%s: Command.Flags has no flag", c.Name)
		}
	}
}
