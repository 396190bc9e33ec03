package cli

import (
	"flag"
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	flags := []string{"assembly", "api", "app", "audience", "issuer", "json", "parameters", "port", "scope", "subject"}
	for _, tt := range []struct{ name, word, want string }{
		{"a letter too many", "scopes", "scope"},
		{"a letter too few", "asembly", "assembly"},
		{"another letter", "asszmbly", "assembly"},
		{"two letters swapped", "prot", "port"},
		{"capitals", "JSON", "json"},
		{"two letters of a long word", "paramters-", "parameters"},
		{"the beginning of one", "param", "parameters"},
		{"the beginning of two", "a", ""},
		{"a short word with nothing near it", "xy", ""},
		{"a long word with nothing near it", "verbose", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := closest(tt.word, flags); got != tt.want {
				t.Errorf("closest(%q) = %q, want %q", tt.word, got, tt.want)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		want     int
	}{
		{"", "", 0}, {"", "dev", 3}, {"dev", "", 3}, {"dev", "dev", 0}, {"dve", "dev", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
		{"Ünïcode", "unicode", 2},
	} {
		if got := distance(tt.from, tt.to); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}

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
		if !strings.Contains(c.usage, "\n  --") {
			continue
		}
		if c.flags == nil {
			t.Errorf("%s has flags in its usage, and no command.flags", c.name)
			continue
		}
		n := 0
		c.flags().VisitAll(func(*flag.Flag) { n++ })
		if n == 0 {
			t.Errorf("%s: command.flags has no flag", c.name)
		}
	}
}
