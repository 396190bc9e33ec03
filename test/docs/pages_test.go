// Package docs tests the documentation, and modules of users that follow it.
package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"
)

// The documentation is the README and docs/. go_test.go compiles and runs its Go code, commands_test.go checks its
// commands, links_test.go its links, and names_test.go the names in its prose. A failure has the place, as
// "docs/cors.md:12".

// repository is the path of the module's root.
var repository = filepath.Join("..", "..")

// page is a Markdown file of the repository.
type page struct {
	name   string // the path relative to the repository's root, with slashes
	lines  []string
	blocks []*block
	code   []bool // whether the line belongs to a block or a fence
}

// block is a block of code in a page, between fences or indented by four spaces.
type block struct {
	page     *page
	line     int    // the number of its first line, from 1
	language string // "sh" for an indented block, which has commands
	text     string
	before   *block // the previous block on the page, if there is no heading between
}

func (b *block) String() string { return fmt.Sprintf("%s:%d", b.page.name, b.line) }

// pages returns Markdown files of the repository: the named ones, and those below named folders.
func pages(t *testing.T, under ...string) (found []*page) {
	t.Helper()
	for _, start := range under {
		err := filepath.WalkDir(filepath.Join(repository, start), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if slices.Contains([]string{".git", "node_modules", "cdk.out", "bin", "testdata"}, d.Name()) {
					return filepath.SkipDir
				}
				return nil
			}
			if filepath.Ext(path) != ".md" {
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(repository, path)
			if err != nil {
				return err
			}
			p, err := readPage(filepath.ToSlash(name), string(text))
			if err != nil {
				t.Error(err)
			}
			found = append(found, p)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// documentation returns the pages whose blocks are checked.
func documentation(t *testing.T) []*page { return pages(t, "README.md", "docs") }

func readPage(name, text string) (*page, error) {
	p := &page{name: name, lines: strings.Split(text, "\n")}
	p.code = make([]bool, len(p.lines))
	var open, last *block // the fenced block that has not ended, and the previous block
	var errs []error
	fence, inHTML := "", false
	for i, line := range p.lines {
		bare := strings.TrimLeft(line, " ")
		switch {
		case open != nil:
			p.code[i] = true
			if strings.TrimSpace(line) == "```" {
				p.blocks, last, open = append(p.blocks, open), open, nil
				continue
			}
			open.text += strings.TrimPrefix(line, fence) + "\n"
		case strings.HasPrefix(bare, "```"), strings.HasPrefix(bare, "~~~"):
			p.code[i] = true
			fence = line[:len(line)-len(bare)]
			open = &block{page: p, line: i + 2, language: strings.TrimPrefix(bare, "```"), before: last}
		case inHTML || strings.HasPrefix(bare, "<!--"):
			inHTML = !strings.Contains(line, "-->")
		case strings.HasPrefix(line, "#"):
			last = nil
		case strings.HasPrefix(line, "    "):
			p.code[i] = true
			if i > 0 && p.code[i-1] && last != nil && last.language == "sh" {
				last.text += line[4:] + "\n"
				continue
			}
			if i > 0 && p.lines[i-1] != "" {
				errs = append(
					errs,
					fmt.Errorf("%s:%d: an indented block needs an empty line before it, otherwise it is prose", name, i+1),
				)
			}
			last = &block{page: p, line: i + 1, language: "sh", text: line[4:] + "\n", before: last}
			p.blocks = append(p.blocks, last)
		}
	}
	if open != nil {
		errs = append(errs, fmt.Errorf("%s: the block does not end", open))
	}
	return p, errors.Join(errs...)
}

// TestTheDocumentationsBlocksAreChecked checks the syntax of each block, and that these tests check its language.
func TestTheDocumentationsBlocksAreChecked(t *testing.T) {
	for _, p := range documentation(t) {
		for _, b := range p.blocks {
			var err error
			switch b.language {
			case "go", "sh": // other tests check these
			case "json":
				err = checkJSON(b.text)
			case "yaml":
				err = checkYAML(b.text)
			case "html":
				err = checkHTML(b.text)
			case "js":
				err = checkBrackets(b.text)
			case "ts":
				// These are examples without Gatehouse on the page about migration. TypeScript is not compiled. Only the brackets
				// are checked.
				if err = checkBrackets(b.text); p.name != "docs/migration.md" {
					err = errors.New("TypeScript belongs into docs/migration.md alone, where it is what one comes from")
				}
			case "text":
				if b.before == nil || b.before.language != "go" && b.before.language != "sh" {
					err = errors.New("a text block is what the Go or the commands before it say: nothing checks one by itself")
				}
			default:
				err = fmt.Errorf("this test does not know the language %q: use go, sh, json, yaml, html, js or text", b.language)
			}
			if err != nil {
				t.Errorf("%s: %v", b, err)
			}
		}
	}
}

// checkJSON returns an error unless a text is one or more JSON values.
func checkJSON(text string) error {
	d := json.NewDecoder(strings.NewReader(text))
	for n := 0; ; n++ {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF) && n > 0:
			return nil
		case err != nil:
			return fmt.Errorf("JSON: %w", err)
		}
	}
}

// checkYAML returns an error unless a text is one or more YAML documents.
func checkYAML(text string) error {
	d := yaml.NewDecoder(strings.NewReader(text))
	for n := 0; ; n++ {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF) && n > 0:
			return nil
		case err != nil:
			return fmt.Errorf("YAML: %w", err)
		}
	}
}

// checkHTML returns an error unless each element is closed.
func checkHTML(text string) error {
	var open []string
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		kind := z.Next()
		name, _ := z.TagName()
		switch last := len(open) - 1; kind {
		case html.ErrorToken:
			switch {
			case !errors.Is(z.Err(), io.EOF):
				return fmt.Errorf("HTML: %w", z.Err())
			case len(open) > 0:
				return fmt.Errorf("HTML: <%s> is not closed", open[last])
			}
			return nil
		case html.StartTagToken:
			open = append(open, string(name))
		case html.EndTagToken:
			if last < 0 || open[last] != string(name) {
				return fmt.Errorf("HTML: </%s> closes what is not open", name)
			}
			open = open[:last]
		}
	}
}

// checkBrackets returns an error unless brackets outside of quotes and comments are balanced.
func checkBrackets(text string) error {
	closing := map[rune]rune{'(': ')', '[': ']', '{': '}'}
	var open []rune
	for n, line := range strings.Split(text, "\n") {
		quote := rune(0)
		for i, c := range line {
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case strings.HasPrefix(line[i:], "//"), c == '#':
				line = line[:i]
			case c == '\'' || c == '"' || c == '`':
				quote = c
			case closing[c] != 0:
				open = append(open, closing[c])
			case c == ')' || c == ']' || c == '}':
				if len(open) == 0 || open[len(open)-1] != c {
					return fmt.Errorf("line %d has a %q that nothing opened", n+1, c)
				}
				open = open[:len(open)-1]
			}
			if i >= len(line) {
				break
			}
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("a %q is missing at the end", open[len(open)-1])
	}
	return nil
}

// TestTheDocumentationsChecks tests the checks of blocks.
func TestTheDocumentationsChecks(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"JSON that is cut off", checkJSON(`{"a":1`), "JSON"},
		{"no JSON at all", checkJSON("\n"), "JSON"},
		{"several values", checkJSON("{}\n{\"a\":[1]}\n"), ""},
		{
			"YAML",
			checkYAML("on:\n  push:\n    branches: [main]\njobs:\n" +
				"  - uses: a@v1\n    with:\n      b: c\n  - run: |\n      any thing\n    d: e\n"),
			"",
		},
		{"no YAML at all", checkYAML("\n"), "YAML"},
		{"a tab", checkYAML("a:\n\tb: c\n"), "YAML"},
		{"a key without its colon", checkYAML("a: b\nc d\n"), "YAML"},
		{"a wrong indentation", checkYAML("a:\n    b: c\n  d: e\n"), "YAML"},
		{"a missing bracket", checkYAML("a: [b\n"), "YAML"},
		{"a key twice", checkYAML("a: b\na: c\n"), "already defined"},
		{"brackets in quotes and comments", checkBrackets("f('(') // )\n# ]\n"), ""},
		{"HTML", checkHTML("<p>a</p>\n<img src=\"a\"/>\n<script src=\"/a.js\"></script>\n"), ""},
		{"an element without its end", checkHTML("<p>a"), "<p> is not closed"},
		{"an end too many", checkHTML("<p>a</p></p>"), "closes what is not open"},
		{"a bracket too many", checkBrackets("f())\n"), "nothing opened"},
	} {
		if got := fmt.Sprint(c.err); c.want == "" && c.err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v, want %q", c.name, c.err, c.want)
		}
	}
	p, err := readPage(
		"a.md",
		"# A\n\n    sh one\n    sh two\n\n  ```go\n  x := 1\n  ```\n\ntext\n\n```text\nout\n```\n## B\n\n```sh\nls\n```\n",
	)
	if err != nil || len(p.blocks) != 4 {
		t.Fatalf("%d blocks, %v", len(p.blocks), err)
	}
	sh, code, out, last := p.blocks[0], p.blocks[1], p.blocks[2], p.blocks[3]
	if sh.text != "sh one\nsh two\n" || sh.line != 3 || code.text != "x := 1\n" || code.line != 7 || out.before != code ||
		last.before != nil {
		t.Errorf("blocks %+v %+v %+v %+v", sh, code, out, last)
	}
}
