package cli

import (
	"flag"
	"strings"
	"testing"
)

// TestMisspelt: a misspelt command or flag is answered with the one that was probably meant.
func TestMisspelt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		stderr string // its beginning
	}{
		{"a command", []string{"tokne", "--scope", "a"}, "gatehouse: unknown command \"tokne\": did you mean \"token\"? "},
		{"a command in the plural", []string{"tokens"}, "gatehouse: unknown command \"tokens\": did you mean \"token\"? "},
		{"help for a command", []string{"help", "route"}, "gatehouse: unknown command \"route\": did you mean \"routes\"? "},
		{"a command with nothing near it", []string{"deploy"}, "gatehouse: unknown command \"deploy\": the commands are dev, token, routes, "},
		{"a flag before the command", []string{"--assembly", "cdk.out", "routes"},
			"gatehouse: flag --assembly without a command: flags come after the command, as in \"gatehouse token --assembly ...\"; the commands are "},
		{"a flag", []string{"token", "--scopes", "a"}, "gatehouse token: unknown flag --scopes: did you mean --scope?\n"},
		{"a flag with its value", []string{"routes", "--asembly=x"}, "gatehouse routes: unknown flag --asembly: did you mean --assembly?\n"},
		{"a flag with one dash", []string{"dev", "-prot", "1"}, "gatehouse dev: unknown flag --prot: did you mean --port?\n"},
		{"a flag of another command", []string{"routes", "--scope", "a"}, "gatehouse routes: unknown flag --scope: it is a flag of \"gatehouse token\"\n"},
		{"a flag with nothing near it", []string{"token", "--verbose"}, "gatehouse token: unknown flag --verbose\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := call(t, tt.args...)
			if status != calledWrong || stdout != "" || !strings.HasPrefix(stderr, tt.stderr) {
				t.Errorf("status %d, %q\n got %s\nwant %s", status, stdout, stderr, tt.stderr)
			}
		})
	}
}

// TestCommandsNameTheirFlags: a command with flags in its usage lists them, or no misspelt one would be recognized.
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
