package docs

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goBlocks has the documentation's Go code, as packages below the folder elsewhere.
type goBlocks struct {
	files     map[string]string
	fragments map[string]*snippet // statements, in package linked, by their place on a page
	compiled  []string            // packages that are only compiled
	programs  map[string]string   // packages with a Main, by the place of their block
}

func documentedGo(t *testing.T) goBlocks {
	t.Helper()
	root, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	givenSource, err := os.ReadFile(filepath.Join("testdata", "given.go"))
	if err != nil {
		t.Fatal(err)
	}
	given := topLevel(t, string(givenSource))
	givenIn := func(pkg string) string { return packageClause.ReplaceAllString(string(givenSource), "package "+pkg) }
	found := goBlocks{
		files:     map[string]string{"linked/given.go": givenIn("main")},
		fragments: map[string]*snippet{},
		programs:  map[string]string{},
	}
	for _, p := range documentation(t) {
		for _, b := range p.blocks {
			if b.language != "go" {
				continue
			}
			s, err := readSnippet(b, given)
			if err != nil {
				t.Errorf("%s: %v", b, err)
				continue
			}
			if strings.Contains(b.text, modulePath+"/internal/") {
				t.Errorf("%s: it imports an internal package, which readers cannot import", b)
			}
			name := fmt.Sprintf("%s_%d", nameOf(p.name), b.line)
			if s.kind == statements {
				found.files["linked/"+name+".go"] = s.source(root, "main")
				found.fragments[s.String()] = s
				continue
			}
			found.files[name+"/block.go"] = s.source(root, name)
			if s.kind == declarations {
				found.files[name+"/given.go"] = givenIn(name) + "\nvar _ = setUp\n"
			}
			if strings.Contains(found.files[name+"/block.go"], "\nfunc Main() {") {
				found.programs[s.String()] = name
			} else {
				found.compiled = append(found.compiled, name)
			}
		}
	}
	return found
}

// TestTheDocumentationsGo compiles the documentation's Go code with this module, and runs statements. Statements must
// not panic, or must panic as the text block after them says. A JSON block after statements must be a part of their
// template. Functions are not built.
func TestTheDocumentationsGo(t *testing.T) {
	t.Parallel() // other processes do the work
	l := linkedProgram(t)
	templates := map[*block]any{}
	for _, place := range slices.Sorted(maps.Keys(l.fragments)) {
		s := l.fragments[place]
		got, err := l.ask(request{Fragment: place})
		if err != nil {
			t.Fatal(err)
		}
		templates[s.block] = got.Template
		if err := checkOutcome(got.Panic, got.Template, after(s.block)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	checkProperties(t, templates)
}

// after returns the next block on the page; nil if there is a heading between, or no next block.
func after(b *block) *block {
	for _, other := range b.page.blocks {
		if other.before == b {
			return other
		}
	}
	return nil
}

func checkOutcome(panicked string, template any, then *block) error {
	if then == nil {
		then = &block{}
	}
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	switch {
	case then.language == "text" && panicked == "":
		return fmt.Errorf("it does not panic, but the text at %s says that it does", then)
	case then.language == "text" && words(panicked) != words(then.text):
		return fmt.Errorf("it panics with\n%s\nbut the text at %s says\n%s", panicked, then, then.text)
	case then.language != "text" && panicked != "":
		return fmt.Errorf("it panics: %s", panicked)
	case then.language == "json":
		var want any
		if err := json.Unmarshal([]byte(then.text), &want); err != nil {
			return err
		}
		if !has(template, want) {
			text, _ := json.MarshalIndent(template, "", "  ")
			return fmt.Errorf("its template does not have the JSON at %s:\n%s", then, text)
		}
	}
	return nil
}

// has reports whether a JSON value contains another. A wanted object may have fewer members.
func has(value, wanted any) bool {
	if fits(value, wanted) {
		return true
	}
	switch v := value.(type) {
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), func(e any) bool { return has(e, wanted) })
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return has(e, wanted) })
	}
	return false
}

func fits(value, wanted any) bool {
	object, ok := wanted.(map[string]any)
	if !ok {
		return reflect.DeepEqual(value, wanted)
	}
	v, ok := value.(map[string]any)
	for name, w := range object {
		if !ok || v[name] == nil || !fits(v[name], w) {
			return false
		}
	}
	return ok
}

// topLevel returns the names that a file declares.
func topLevel(t *testing.T, source string) map[string]bool {
	t.Helper()
	tree, err := parse(source)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for name := range tree.Scope.Objects {
		names[name] = true
	}
	return names
}

// nameOf returns the package name for a page.
func nameOf(page string) string {
	return "x_" + strings.ToLower(
		regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(strings.TrimSuffix(page, ".md"), "_"),
	)
}

func TestTheDocumentationsGoChecks(t *testing.T) {
	read := func(text string) *snippet {
		s, err := readSnippet(&block{page: &page{name: "a.md"}, line: 3, text: text}, map[string]bool{"orders": true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := read("package main\n\nfunc main() {}\n"); s.kind != file ||
		!strings.Contains(s.source("/r", "x"), "//line /r/a.md:3\npackage x\n") {
		t.Errorf("a file: %+v", s)
	}
	if s := read("func TestX(t *testing.T) { cors := 1; _ = cors }\n"); s.kind != declarations ||
		!slices.Equal(s.imports, []string{"testing"}) {
		t.Errorf("declarations: %+v", s)
	}
	if s := read("jobs := awssqs.NewQueue(orders, nil, nil)\n"); !slices.Equal(s.imports, []string{"awssqs"}) ||
		!strings.Contains(s.source("/r", "x"), "\t\"github.com/aws/aws-cdk-go/awscdk/v2/awssqs\"\n") {
		t.Errorf("a service of CDK's: %+v", s)
	}
	if s := read("a, _ := secureapi.Okta(orders.X)\nvar b = a\n"); s.kind != statements ||
		!slices.Equal(s.names, []string{"a", "b"}) ||
		!slices.Equal(s.imports, []string{"secureapi"}) ||
		!slices.Equal(s.uses, []string{"orders"}) {
		t.Errorf("statements: %+v", s)
	}
	if _, err := readSnippet(&block{text: "Routes: []string{},\n"}, nil); err == nil {
		t.Error("a part of a literal is accepted as Go")
	}
	text, said := &block{page: &page{name: "a.md"}, language: "text", text: "it is\n  wrong\n"}, "it is wrong"
	template := map[string]any{"A": []any{map[string]any{"B": "c", "D": 1.0}}}
	for _, c := range []struct {
		name string
		err  error
		good bool
	}{
		{"the panic that was quoted", checkOutcome(said, nil, text), true},
		{"another panic", checkOutcome("it is right", nil, text), false},
		{"no panic", checkOutcome("", template, text), false},
		{"an unquoted panic", checkOutcome(said, nil, nil), false},
		{
			"a part of the template",
			checkOutcome("", template, &block{page: text.page, language: "json", text: `{"B":"c"}`}),
			true,
		},
		{
			"no part of the template",
			checkOutcome("", template, &block{page: text.page, language: "json", text: `{"B":"d"}`}),
			false,
		},
	} {
		if (c.err == nil) != c.good {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	if !errors.Is(os.Remove(filepath.Join(repository, "test", filepath.Base(elsewhere))), os.ErrNotExist) {
		t.Error("the folder of the overlay exists on disk")
	}
}
