package docs

import (
	"bytes"
	"errors"
	"go/ast"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// public are the packages whose names pages use, with their folders.
var public = map[string]string{
	"authz":        "authorizer-fn/authz",
	"authztest":    "authorizer-fn/authztest",
	"cognito":      "constructs/cognito",
	"cors":         "lambdahttp/cors",
	"lambdahttp":   "lambdahttp",
	"gofunction":   "constructs/gofunction",
	"secureapi":    "constructs/secureapi",
	"snapshot":     "constructs/snapshot",
	"localgateway": "localgateway",
}

// nameKind is the kind of a name; none if the name does not exist.
type nameKind int

const (
	none nameKind = iota
	ofPackage
	field  // "Type.Field" of a struct
	method // "Type.Method"
)

// exportedBy caches the results of exported by folder. The tests that use it are not parallel.
var exportedBy = map[string]map[string]nameKind{}

// exported returns the exported names of a package.
func exported(t *testing.T, folder string) map[string]nameKind {
	t.Helper()
	if names := exportedBy[folder]; names != nil {
		return names
	}
	names := map[string]nameKind{}
	files, err := filepath.Glob(filepath.Join(repository, filepath.FromSlash(folder), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := parse(string(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			addNames(names, d)
		}
	}
	maps.DeleteFunc(names, func(name string, _ nameKind) bool {
		typ, member, found := strings.Cut(name, ".")
		return !ast.IsExported(typ) || found && !ast.IsExported(member)
	})
	exportedBy[folder] = names
	return names
}

func addNames(names map[string]nameKind, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[d.Name.Name] = ofPackage
			return
		}
		receiver := d.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		if ident, ok := receiver.(*ast.Ident); ok {
			names[ident.Name+"."+d.Name.Name] = method
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names[n.Name] = ofPackage
				}
			case *ast.TypeSpec:
				names[spec.Name.Name] = ofPackage
				if s, ok := spec.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						for _, n := range f.Names {
							names[spec.Name.Name+"."+n.Name] = field
						}
					}
				}
			}
		}
	}
}

// fieldsOf returns the exported fields of a struct.
func fieldsOf(t *testing.T, folder, name string) (fields []string) {
	t.Helper()
	for member, kind := range exported(t, folder) {
		if f, ok := strings.CutPrefix(member, name+"."); ok && kind == field {
			fields = append(fields, f)
		}
	}
	return fields
}

// goSources returns the text of all Go files of the repository. It lists each folder.
var goSources = sync.OnceValue(func() string {
	var all strings.Builder
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // another test has removed its file
			return nil
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "node_modules", "cdk.out"}, d.Name()):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		panic(err)
	}
	return all.String()
})

var (
	qualified = regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*)(\.[A-Z]\w*)?(?:\(.*\))?$`)
	member    = regexp.MustCompile(`^([A-Z]\w*)\.([A-Z]\w*)(?:\(.*\))?$`)
	variable  = regexp.MustCompile(`\b(?:GATEHOUSE|CDK)_[A-Z_]*[A-Z]\b`)
)

// TestTheDocumentationsNames checks that the names in prose exist in the code, such as secureapi.NoCache,
// CORS.AllowOrigins and GATEHOUSE_HOST_BUILD.
func TestTheDocumentationsNames(t *testing.T) {
	packages := map[string]map[string]nameKind{}
	all := map[string]nameKind{}
	for name, folder := range public {
		packages[name] = exported(t, folder)
		maps.Copy(all, packages[name])
	}
	variables := map[string]bool{}
	for _, v := range variable.FindAllString(goSources(), -1) {
		variables[v] = true
	}
	checked := 0
	for _, p := range documentation(t) {
		for i, line := range p.lines {
			for _, v := range variable.FindAllString(line, -1) {
				if !variables[v] {
					t.Errorf("%s:%d: no Go file has the variable %s", p.name, i+1, v)
				}
			}
			if p.code[i] {
				continue
			}
			if cells := strings.Split(line, "|"); p.name == samPage && len(cells) > 2 {
				line = strings.Join(cells[2:], "|") // without SAM's own names
			}
			for _, span := range codeSpan.FindAllString(line, -1) {
				known, problem := checkName(strings.Trim(span, "`"), packages, all)
				if problem != "" {
					t.Errorf("%s:%d: %s", p.name, i+1, problem)
				}
				if known {
					checked++
				}
			}
		}
	}
	if checked == 0 {
		t.Error("found no names")
	}
}

// checkName checks a code span that has the form of a name.
func checkName(
	span string,
	packages map[string]map[string]nameKind,
	all map[string]nameKind,
) (looked bool, problem string) {
	if m := qualified.FindStringSubmatch(span); m != nil && packages[m[1]] != nil {
		if packages[m[1]][m[2]+m[3]] == none {
			return true, "package " + m[1] + " has no " + m[2] + m[3]
		}
		return true, ""
	}
	if m := member.FindStringSubmatch(span); m != nil && all[m[1]] != none {
		if all[m[1]+"."+m[2]] == none {
			return true, "no type " + m[1] + " here has a " + m[2]
		}
		return true, ""
	}
	return false, ""
}

// said are messages that pages quote and other programs print, with the program. CDK's command line is checked
// separately.
var said = map[string]string{
	"address already in use": "the operating system",
	"Node":                   "jsii",
	"is end-of-life":         "jsii",
	"--issuer":               "a flag",

	"missing go.sum entry for module providing package": "the go command",
}

// TestTheDocumentationsMessages checks that a program has the exact text of each message in a table of "what it says".
func TestTheDocumentationsMessages(t *testing.T) {
	nodepeer.Need(t, "aws-cdk")
	cdk, err := os.ReadFile(filepath.Join(repository, "node_modules", "aws-cdk", "lib", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	ours := textBreak.ReplaceAllString(goSources(), "")
	ours = commentBreak.ReplaceAllString(strings.ReplaceAll(ours, `\"`, `"`), " ")
	checked := 0
	for _, p := range documentation(t) {
		in := false
		for i, line := range p.lines {
			cells := strings.Split(line, "|")
			switch {
			case len(cells) < 3:
				in = false
			case slices.Contains([]string{"what it says", "what happens"}, strings.TrimSpace(cells[1])):
				in = true
			case in:
				for _, span := range codeSpan.FindAllString(cells[1], -1) {
					for part := range strings.SplitSeq(strings.Trim(span, "`"), "...") {
						part = strings.TrimSpace(part)
						if checked++; said[part] == "" && !isSaid(ours, part) && !bytes.Contains(cdk, []byte(part)) {
							t.Errorf("%s:%d: no file has the message %q", p.name, i+1, part)
						}
					}
				}
			}
		}
	}
	if checked < 10 {
		t.Errorf("found only %d messages", checked)
	}
}

// isSaid reports whether Go sources have a message, also with one of its words in place of a verb of package fmt.
func isSaid(programs, message string) bool {
	if strings.Contains(programs, message) {
		return true
	}
	words := strings.Fields(message)
	for i := range words {
		for _, verb := range []string{"%s", "%q", "%v", "%w"} {
			with := slices.Clone(words)
			with[i] = verb
			if len(words) > 3 && strings.Contains(programs, strings.Join(with, " ")) {
				return true
			}
		}
	}
	return false
}

var (
	textBreak    = regexp.MustCompile(`" ?\+\n\t*"`) // a text that continues on the next line
	commentBreak = regexp.MustCompile(`\n//? ?`)
)
