package docs

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link     = regexp.MustCompile(`!?\[[^\]]*\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)`)
	source   = regexp.MustCompile(`(?:src|srcset|href)="([^"]*)"`)
	anchorID = regexp.MustCompile(`<a\s+(?:id|name)="([^"]*)"`)
	codeSpan = regexp.MustCompile("`[^`]+`")
)

// prose returns the lines of a page without code: lines of blocks are empty, and code spans are removed.
func (p *page) prose() []string {
	out := make([]string, len(p.lines))
	for i, line := range p.lines {
		if !p.code[i] {
			out[i] = codeSpan.ReplaceAllString(line, "``")
		}
	}
	return out
}

// anchors returns the anchors of a page: those that GitHub makes from headings, and those that the page sets.
func (p *page) anchors() map[string]bool {
	found := map[string]bool{}
	for i, line := range p.lines {
		if p.code[i] {
			continue
		}
		for _, m := range anchorID.FindAllStringSubmatch(line, -1) {
			found[m[1]] = true
		}
		title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " ")
		if !strings.HasPrefix(line, "#") || !ok {
			continue
		}
		id := anchorOf(title)
		for n, first := 1, id; found[id]; n++ {
			id = fmt.Sprintf("%s-%d", first, n)
		}
		found[id] = true
	}
	return found
}

// anchorOf returns the anchor that GitHub makes from a heading: small letters, digits, - and _, with - for a space.
// Source:
// https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
func anchorOf(title string) string {
	title = link.ReplaceAllStringFunc(
		title,
		func(l string) string { return l[strings.Index(l, "[")+1 : strings.Index(l, "]")] },
	)
	var b strings.Builder
	for _, c := range strings.ToLower(strings.TrimSpace(title)) {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '-', c == '_':
			b.WriteRune(c)
		case c == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// TestTheDocumentationsLinks checks that each link leads to a file, a folder or a heading of this repository, or is an
// https address. It does not request addresses, because tests run without a network.
func TestTheDocumentationsLinks(t *testing.T) {
	all := pages(t, ".")
	anchors := map[string]map[string]bool{}
	for _, p := range all {
		anchors[p.name] = p.anchors()
	}
	root := os.DirFS(repository)
	for _, p := range all {
		for i, line := range p.prose() {
			for _, m := range append(link.FindAllStringSubmatch(line, -1), source.FindAllStringSubmatch(line, -1)...) {
				if err := checkLink(root, p.name, m[1], anchors); err != nil {
					t.Errorf("%s:%d: the link %q: %v", p.name, i+1, m[1], err)
				}
			}
		}
	}
}

func checkLink(root fs.FS, page, target string, anchors map[string]map[string]bool) error {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return err
	case u.Scheme == "mailto":
		return nil
	case u.Scheme != "" || u.Host != "":
		if u.Scheme != "https" || !strings.Contains(u.Host, ".") {
			return fmt.Errorf("want an https address with a host, or a path in this repository")
		}
		return nil
	case target == "" || strings.HasPrefix(u.Path, "/"):
		return fmt.Errorf("want a path relative to the page's folder")
	}
	name := page
	if u.Path != "" {
		name = path.Join(path.Dir(page), u.Path)
		info, err := fs.Stat(root, name)
		if err != nil {
			return fmt.Errorf("the file or folder does not exist")
		}
		if info.IsDir() {
			name = path.Join(name, "README.md")
		}
	}
	if u.Fragment != "" && !anchors[name][u.Fragment] {
		return fmt.Errorf("%s has no heading with the anchor #%s", name, u.Fragment)
	}
	return nil
}

func TestTheDocumentationsLinkChecks(t *testing.T) {
	p, err := readPage("docs/a.md", "# The `go` line: what, why\n## B\n## B\n<a id=\"here\"></a>\n\n    # no heading\n")
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]map[string]bool{p.name: p.anchors()}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "docs", "a.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for target, good := range map[string]bool{
		"#the-go-line-what-why": true,
		"#b":                    true,
		"#b-1":                  true,
		"#here":                 true,
		"a.md#b":                true,
		"../docs":               true,
		"https://example.com/x": true,
		"#b-2":                  false,
		"#no-heading":           false,
		"b.md":                  false,
		"http://example.com":    false,
		"https://localhost":     false,
		"/docs/a.md":            false,
		"a.md#c":                false,
		"":                      false,
	} {
		if err := checkLink(os.DirFS(dir), "docs/a.md", target, anchors); (err == nil) != good {
			t.Errorf("%q: %v", target, err)
		}
	}
	if got := link.FindStringSubmatch("see [a (b)](https://example.com/x_(y)#z)."); got == nil ||
		got[1] != "https://example.com/x_(y)#z" {
		t.Errorf("a link with parentheses: %q", got)
	}
}
