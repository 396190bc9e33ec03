package docs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// commandLine is a command of a page, as words of the shell.
type commandLine struct {
	where string
	words []string
}

var (
	substitution = regexp.MustCompile(`\$\(([^()]*)\)`)
	word         = regexp.MustCompile(`(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+`)
	separator    = regexp.MustCompile(`\s(?:&&|\|\||[|;])\s`)
	redirection  = regexp.MustCompile(`\s>\s*\S+`)
	workflowStep = regexp.MustCompile(`(?m)^\s*(?:- )?run: (.+)$`)
	assignment   = regexp.MustCompile(`^[A-Z_]+=`)
)

// commandLines returns the commands of a block, one for each line, and those in command substitutions. A backslash at
// the end joins lines. Comments and variables before a command are omitted. After a cd to a folder of the repository,
// paths of the same line that begin with ../ are made relative to the root.
func commandLines(where, text string) (found []commandLine) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if at := strings.Index(" "+line, " #"); at >= 0 {
			line = line[:at]
		}
		for _, m := range substitution.FindAllStringSubmatch(line, -1) {
			found = append(found, commandLines(where, m[1])...)
		}
		line = redirection.ReplaceAllString(substitution.ReplaceAllString(line, "SUBSTITUTED"), "")
		folder := "."
		for _, part := range separator.Split(line, -1) {
			words := word.FindAllString(part, -1)
			for i, w := range words {
				words[i] = strings.NewReplacer(`'`, "", `"`, "").Replace(w)
				if strings.HasPrefix(words[i], "../") {
					words[i] = "./" + path.Join(folder, words[i])
				}
			}
			for len(words) > 0 && assignment.MatchString(words[0]) {
				words = words[1:]
			}
			if len(words) == 2 && words[0] == "cd" {
				if _, err := os.Stat(filepath.Join(repository, words[1])); err == nil {
					folder = words[1]
				}
			}
			if len(words) > 0 {
				found = append(found, commandLine{where, words})
			}
		}
	}
	return found
}

// commandsOf returns the commands of a page's blocks, and those of this project in its prose.
func commandsOf(p *page) (found []commandLine) {
	for _, b := range p.blocks {
		switch b.language {
		case "sh":
			found = append(found, commandLines(b.String(), b.text)...)
		case "yaml": // the steps of a workflow
			for _, m := range workflowStep.FindAllStringSubmatch(b.text, -1) {
				found = append(found, commandLines(b.String(), m[1])...)
			}
		}
	}
	for i, line := range p.lines {
		if p.code[i] {
			continue
		}
		for _, span := range codeSpan.FindAllString(line, -1) {
			span = strings.Trim(span, "`")
			for _, start := range []string{"gatehouse ", "npx cdk ", "npx aws-cdk@", "go run ", "go test ", "go get "} {
				if strings.HasPrefix(span, start) && span == strings.ReplaceAll(span, "...", "") {
					found = append(found, commandLines(fmt.Sprintf("%s:%d", p.name, i+1), span)...)
				}
			}
		}
	}
	return found
}

// bench checks commands.
type bench struct {
	t        *testing.T
	linked   *linked
	empty    string          // an empty folder
	contexts map[string]bool // the context keys of the example
	cdk      struct {        // CDK's description of its command line
		GlobalOptions cdkOptions
		Commands      map[string]struct{ Options cdkOptions }
	}
	checked map[string]error // results by the words of the command
}

// TestTheDocumentationsCommands checks that each command of the documentation is valid. gatehouse checks its own
// commands, and CDK's description of its command line those of CDK. The example must read the context keys, and the
// packages and tests of go commands must exist.
func TestTheDocumentationsCommands(t *testing.T) {
	t.Parallel() // other processes do the work
	b := newBench(t)
	t.Run("pages", func(t *testing.T) { checkPages(t, b, false) })
	t.Run("pages, cdk", func(t *testing.T) {
		nodepeer.Need(t, "aws-cdk")
		checkPages(t, b, true)
	})
	t.Run("routes", func(t *testing.T) { checkRoutes(t, b) })
	t.Run("tables", func(t *testing.T) { checkTables(t, b) })
	t.Run("the checks", func(t *testing.T) {
		nodepeer.Need(t, "aws-cdk")
		checkTheChecks(t, b)
	})
}

// checkPages checks the commands of all pages: those of CDK's command line, which npm ci installs, or all others.
func checkPages(t *testing.T, b *bench, cdk bool) {
	n := 0
	for _, p := range documentation(t) {
		for _, c := range commandsOf(p) {
			if (c.words[0] == "npx") != cdk {
				continue
			}
			n++
			if err := b.check(c.words); err != nil {
				t.Errorf("%s: %s: %v", c.where, strings.Join(c.words, " "), err)
			}
		}
	}
	if n < 8 {
		t.Errorf("found only %d commands", n)
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		t:        t,
		linked:   linkedProgram(t),
		empty:    t.TempDir(),
		contexts: map[string]bool{},
		checked:  map[string]error{},
	}
	settings, err := os.ReadFile(filepath.Join(repository, "app", "stack", "settings.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\b(?:text|list|get)\("([a-z-]+)"\)`).FindAllStringSubmatch(
		string(settings),
		-1,
	) {
		b.contexts[m[1]] = true
	}
	return b
}

func (b *bench) check(words []string) error {
	key := strings.Join(words, "\x00")
	err, known := b.checked[key]
	if !known {
		err = b.checkNow(words)
		b.checked[key] = err
	}
	return err
}

func (b *bench) checkNow(words []string) error {
	switch name, args := words[0], words[1:]; name {
	case "gatehouse", "./gatehouse":
		return b.checkGatehouse(args)
	case "go":
		return b.checkGo(args)
	case "npx":
		return b.checkCDK(args)
	case "npm":
		return checkNPM(args)
	case "aws", "cd", "curl", "diff", "dlv", "echo", "filter", "gh", "git", "mkdir", "test":
		return nil // commands of other programs are not checked
	default:
		return fmt.Errorf("this test does not know the command %q", name)
	}
}

// reviewed returns the output of "gatehouse diff" for the two sides in testdata/review.
func reviewed(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(gatehouse, "diff", "testdata/review/before.json", "testdata/review/after.json")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("want status 3, got %v", err)
	}
	return string(out)
}

// checkRoutes compares the output of "gatehouse routes", "diff" and "check" on pages with the real output.
func checkRoutes(t *testing.T, b *bench) {
	dir := t.TempDir()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := b.linked.ask(request{Example: &exampleRun{Into: dir, In: root}}); err != nil || a.Panic != "" {
		t.Fatal(a.Panic, err)
	}
	cmd := exec.Command(gatehouse, "routes", "--assembly", dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	found := false
	for _, p := range documentation(t) {
		for _, shown := range p.blocks {
			if shown.language != "text" || shown.before == nil || shown.before.language != "sh" {
				continue
			}
			c := commandLines("", shown.before.text)
			switch command := strings.Join(c[len(c)-1].words, " "); {
			case strings.HasSuffix(command, "gatehouse check"):
				if out := checkOfAHole(t); tables(shown.text) != tables(out) {
					t.Errorf("%s: the output of \"gatehouse check\" is different:\n%s", shown, out)
				}
				continue
			case strings.HasSuffix(command, "gatehouse diff --against origin/main"):
				if out := reviewed(t); shown.text != out {
					t.Errorf("%s: the output of \"gatehouse diff\" is different:\n%s", shown, out)
				}
				continue
			case !strings.HasSuffix(command, "gatehouse routes"):
				t.Errorf("%s: a text after commands must be the output of \"gatehouse routes\", \"diff\" or \"check\": this "+
					"test cannot check another output", shown)
				continue
			}
			found = true
			if tables(shown.text) != tables(string(out)) {
				t.Errorf("%s: the output of \"gatehouse routes\" is different:\n%s", shown, out)
			}
		}
	}
	if !found {
		t.Error("no page shows the routes")
	}
}

// checkOfAHole returns the output of "gatehouse check" for an app with a method that a generic resource opens.
func checkOfAHole(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	template, err := os.ReadFile(repository + "/internal/rules/testdata/holes/generic-method.json")
	if err != nil {
		t.Fatal(err)
	}
	const manifest = `{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
		"environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "Shop.template.json"}}}}`
	for name, text := range map[string][]byte{"Shop.template.json": template, "manifest.json": []byte(manifest)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(gatehouse, "check", "--assembly", dir).Output()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("gatehouse check ends with %v, want exit code 1", err)
	}
	return string(out)
}

// tables returns a text with one space between words.
func tables(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.Join(strings.Fields(line), " ") + "\n")
	}
	return b.String()
}

// checkTheChecks checks that the checks accept and reject the right commands.
func checkTheChecks(t *testing.T, b *bench) {
	for line, good := range map[string]bool{
		"gatehouse dev --watch -c authorizer=cognito # a word":                    true,
		`curl -H "Authorization: Bearer $(gatehouse token --scope orders/read)"`:  true,
		"go run ./cmd/gatehouse token --group admins":                             true,
		"cd x && go test ./authorizer-fn/authz -run TestContract -v -matrix":      true,
		"cd examples/spa && go run ../../cmd/gatehouse dev":                       true,
		"cd examples/spa && go run ../cmd/gatehouse dev":                          false,
		"GATEHOUSE_HOST_BUILD=1 npx cdk synth --quiet -c ttl=90s \\\n --strict":   true,
		"go get -tool " + modulePath + "/authorizer-fn@latest":                    true,
		"npm install --save-dev aws-cdk@2.1148.1":                                 true,
		"npx aws-cdk@2.1148.1 synth --quiet":                                      true,
		"npx aws-cdk@2.0.0 synth":                                                 false,
		"gatehouse dev --wach":                                                    false,
		"gatehouse serve":                                                         false,
		`curl -H "Authorization: Bearer $(gatehouse token --scopes orders/read)"`: false,
		"gatehouse dev -c authorizer=oauth":                                       false,
		"gatehouse dev -c autorizer=token":                                        false,
		"npx cdk deploy --quick":                                                  false,
		"npx cdk ship":                                                            false,
		"go test ./authorizer-fn/authz -run TestNoSuch":                           false,
		"go test ./authorizer-fn/authz -matrices":                                 false,
		"go test ./... -update":                                                   false,
		"go test ./test -run TestSnapshots -update":                               true,
		"go run ./nowhere":                                                        false,
		"npm install --save-dev aws-cdk@3.0.0":                                    false,
		"sam deploy":                                                              false,
	} {
		var err error
		for _, c := range commandLines("", line) {
			err = errors.Join(err, b.check(c.words))
		}
		if (err == nil) != good {
			t.Errorf("%s: %v", line, err)
		}
	}
}
