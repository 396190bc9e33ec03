// Package api checks the exported API of the module. It reads source files only: it does not compile them or load CDK.
package api

import (
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write api.txt")

const (
	module = "github.com/gatehouse-cdk/gatehouse"
	root   = "../.."
)

// public are the packages whose exported API Semantic Versioning covers.
var public = []string{
	"authorizer-fn/authz",
	"authorizer-fn/authztest",
	"constructs/cognito",
	"constructs/gofunction",
	"constructs/secureapi",
	"constructs/snapshot",
	"lambdahttp",
	"lambdahttp/cors",
	"localgateway",
}

// shown are packages that others can import but that may change at any time: the example stack and the sample backend.
var shown = []string{"app/stack", "backend-fn/orders"}

// TestAPI compares the exported API with api.txt. For an intended change, -update writes the file, for review.
func TestAPI(t *testing.T) {
	var lines []string
	for _, folder := range public {
		p := readPackage(t, folder)
		for _, feature := range p.features() {
			lines = append(lines, folder+": "+feature)
		}
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if os.Getenv("CI") != "" {
			t.Fatal("-update is not allowed if CI is set")
		}
		if err := os.WriteFile("api.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("api.txt")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("the exported API differs from api.txt (-want +got): "+
			"if that is intended, run go test ./test/api -update and say so in CHANGELOG.md:\n%s", d)
	}
}

// TestPackages fails if other modules can import a package that is not on the lists.
func TestPackages(t *testing.T) {
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}} {{.Name}} {{len .GoFiles}}", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		folder := strings.TrimPrefix(fields[0], module+"/")
		isInternal := slices.Contains(strings.Split(folder, "/"), "internal")
		if isInternal || fields[1] == "main" || fields[2] == "0" { // a package with only tests has no Go files
			continue
		}
		found = append(found, folder)
	}
	want := slices.Sorted(slices.Values(slices.Concat(public, shown)))
	if d := cmp.Diff(want, slices.Sorted(slices.Values(found))); d != "" {
		t.Errorf("packages that others can import (-want +got): move those that are not public under internal/:\n%s", d)
	}
}

const (
	sameError = "errors.Is finds the error of the internal package by it; its type is error"
)

// fromInternal has the exported names that an internal package declares, with the reason why this is intended.
var fromInternal = map[string]string{
	"constructs/gofunction.ErrEnvironment": sameError,
	"constructs/gofunction.ErrGo":          sameError,
	"constructs/gofunction.ErrNoGo":        sameError,
	"constructs/gofunction.ErrNotMain":     sameError,
	"constructs/gofunction.ErrNotVendored": sameError,
	"constructs/gofunction.ErrProps":       sameError,
	"lambdahttp/cors.ErrConfig":            sameError,
	"lambdahttp/cors.ErrCredentials":       sameError,
	"lambdahttp/cors.ErrOrigin":            sameError,
	"localgateway.ErrNoStage":              sameError,
	"localgateway.ErrNotAssembly":          sameError,
}

// TestInternalTypes fails if an exported declaration uses an internal package, because users cannot name such a type or
// read its documentation.
func TestInternalTypes(t *testing.T) {
	unused := maps.Clone(fromInternal)
	for _, folder := range public {
		p := readPackage(t, folder)
		for name, paths := range p.internal() {
			if _, known := fromInternal[folder+"."+name]; !known {
				t.Errorf("%s.%s has a type or value of %s", folder, name, strings.Join(paths, ", "))
			}
			delete(unused, folder+"."+name)
		}
	}
	for name := range unused {
		t.Errorf("%s does not use an internal package: remove it from the list", name)
	}
}

// source is the source of a package: the files that are built for Linux, without tests.
type source []*ast.File

func readPackage(t *testing.T, folder string) source {
	t.Helper()
	context := build.Default
	context.GOOS, context.GOARCH = "linux", "amd64"
	dir := filepath.Join(root, filepath.FromSlash(folder))
	p, err := context.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	var s source
	fset := token.NewFileSet()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, f)
	}
	return s
}

// features returns the package's lines of api.txt, sorted. There is one for each function, method, type, field,
// constant and variable.
func (s source) features() []string {
	var out []string
	for _, f := range s {
		for _, d := range exported(f) {
			out = append(out, text(d)...)
		}
	}
	slices.Sort(out)
	return out
}

// declaration is an exported declaration and its name for users.
type declaration struct {
	name string // "Start", or "Gateway.Close" for a method
	node ast.Node

	token token.Token // CONST or VAR, for an *ast.ValueSpec
}

func exported(f *ast.File) (found []declaration) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				receiver := receiverName(d.Recv.List[0].Type)
				if !ast.IsExported(receiver) {
					continue
				}
				name = receiver + "." + name
			}
			if d.Name.IsExported() {
				found = append(found, declaration{name: name, node: d})
			}
		case *ast.GenDecl:
			var kind ast.Expr
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						found = append(found, declaration{name: spec.Name.Name, node: spec})
					}
				case *ast.ValueSpec:
					if spec.Type != nil || len(spec.Values) > 0 {
						kind = spec.Type
					}
					for i, name := range spec.Names {
						if !name.IsExported() {
							continue
						}
						valueSpec := &ast.ValueSpec{Names: []*ast.Ident{name}, Type: kind}
						if i < len(spec.Values) {
							valueSpec.Values = spec.Values[i : i+1]
						}
						found = append(found, declaration{name: name.Name, node: valueSpec, token: d.Tok})
					}
				}
			}
		}
	}
	return found
}

func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// text returns a declaration as lines of api.txt.
func text(d declaration) []string {
	switch node := d.node.(type) {
	case *ast.FuncDecl:
		kind := "func "
		if node.Recv != nil {
			kind = fmt.Sprintf("method (%s) ", print(node.Recv.List[0].Type))
		}
		return []string{kind + node.Name.Name + typeParameters(node.Type.TypeParams) + strings.TrimPrefix(
			print(node.Type),
			"func",
		)}
	case *ast.ValueSpec:
		line := d.token.String() + " " + d.name
		if node.Type != nil {
			line += " " + print(node.Type)
		}
		if d.token == token.CONST && len(node.Values) > 0 {
			line += " = " + print(node.Values[0])
		}
		return []string{line}
	case *ast.TypeSpec:
		head := "type " + d.name + typeParameters(node.TypeParams)
		if node.Assign.IsValid() {
			return []string{head + " = " + print(node.Type)}
		}
		switch of := node.Type.(type) {
		case *ast.StructType:
			return append([]string{head + " struct"}, members(head+" struct", of.Fields)...)
		case *ast.InterfaceType:
			return append([]string{head + " interface"}, members(head+" interface", of.Methods)...)
		}
		return []string{head + " " + print(node.Type)}
	}
	return nil
}

// members returns the exported fields of a struct, or the methods of an interface. Only this module can implement an
// interface with an unexported method.
func members(head string, list *ast.FieldList) (lines []string) {
	sealed := false
	for _, field := range list.List {
		if len(field.Names) == 0 {
			lines = append(lines, head+", embedded "+print(field.Type))
		}
		for _, name := range field.Names {
			if !name.IsExported() {
				sealed = true
				continue
			}
			text := print(field.Type)
			if _, isFunc := field.Type.(*ast.FuncType); isFunc && strings.HasSuffix(head, "interface") {
				text = strings.TrimPrefix(text, "func")
			} else {
				text = " " + text
			}
			if field.Tag != nil {
				text += " " + field.Tag.Value
			}
			lines = append(lines, head+", "+name.Name+text)
		}
	}
	if sealed && strings.HasSuffix(head, "interface") {
		lines = append(lines, head+", sealed")
	}
	return lines
}

// typeParameters returns the type parameters of a function or a type, as "[T ~string | ~[]byte]", or "".
func typeParameters(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var out []string
	for _, field := range list.List {
		for _, name := range field.Names {
			out = append(out, name.Name+" "+print(field.Type))
		}
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// print returns an expression on one line.
func print(e ast.Expr) string { return types.ExprString(e) }

// internal returns the paths of the internal packages that exported declarations use, by the declaration's name. It
// looks at signatures, fields, aliases and values of variables.
func (s source) internal() map[string][]string {
	found := map[string][]string{}
	for _, f := range s {
		paths := map[string]string{}
		for _, i := range f.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			name := path[strings.LastIndexByte(path, '/')+1:]
			if i.Name != nil {
				name = i.Name.Name
			}
			if slices.Contains(strings.Split(path, "/"), "internal") {
				paths[name] = path
			}
		}
		for _, d := range exported(f) {
			for _, part := range visible(d.node) {
				ast.Inspect(part, func(n ast.Node) bool {
					selector, ok := n.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					if x, ok := selector.X.(*ast.Ident); ok && paths[x.Name] != "" && !slices.Contains(found[d.name], paths[x.Name]) {
						found[d.name] = append(found[d.name], paths[x.Name])
					}
					return true
				})
			}
		}
	}
	return found
}

// visible returns the parts of a declaration that users see.
func visible(n ast.Node) (parts []ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return []ast.Node{n.Type}
	case *ast.TypeSpec:
		var list *ast.FieldList
		switch of := n.Type.(type) {
		case *ast.StructType:
			list = of.Fields
		case *ast.InterfaceType:
			list = of.Methods
		default:
			return []ast.Node{n.Type}
		}
		for _, field := range list.List {
			if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
				parts = append(parts, field.Type)
			}
		}
	case *ast.ValueSpec:
		if n.Type != nil {
			return []ast.Node{n.Type}
		}
		for _, v := range n.Values {
			parts = append(parts, v)
		}
	}
	return parts
}
