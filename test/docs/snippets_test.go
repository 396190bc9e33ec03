package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// imports are the packages that a fragment may use without an import declaration, besides those of CDK's services (see
// [importPath]).
var imports = map[string]string{
	"awscdk":       cdkPath,
	"jsii":         "github.com/aws/jsii-runtime-go",
	"lambda":       "github.com/aws/aws-lambda-go/lambda",
	"authz":        modulePath + "/authorizer-fn/authz",
	"cognito":      modulePath + "/constructs/cognito",
	"cors":         modulePath + "/lambdahttp/cors",
	"gofunction":   modulePath + "/constructs/gofunction",
	"secureapi":    modulePath + "/constructs/secureapi",
	"snapshot":     modulePath + "/constructs/snapshot",
	"localgateway": modulePath + "/localgateway",
	"context":      "context",
	"errors":       "errors",
	"fmt":          "fmt",
	"http":         "net/http",
	"os":           "os",
	"testing":      "testing",
	"slices":       "slices",
	"time":         "time",
}

const cdkPath = "github.com/aws/aws-cdk-go/awscdk/v2"

// importPath returns the import path of a package name that a fragment uses; "" if it is not the name of a package. A
// name such as awssqs means CDK's package of a service.
func importPath(name string) string {
	if path, ok := imports[name]; ok {
		return path
	}
	switch {
	case strings.HasPrefix(name, "aws"):
		return cdkPath + "/" + name
	case strings.HasPrefix(name, "interfacesaws"):
		return cdkPath + "/interfaces/" + name
	}
	return ""
}

// snippet is a parsed Go block.
type snippet struct {
	*block
	kind    snippetKind
	imports []string // packages that the block uses and does not import
	uses    []string // given names that the block uses
	names   []string // variables that its statements declare
}

type snippetKind int

const (
	file         snippetKind = iota // a whole file with a package clause
	declarations                    // functions and types
	statements                      // statements to run
)

// readSnippet parses a block and determines its kind. Names that the block uses and does not declare are imports,
// unless they are given.
func readSnippet(b *block, given map[string]bool) (*snippet, error) {
	s := &snippet{block: b}
	if _, err := parse(b.text); err == nil {
		return s, nil
	}
	s.kind = declarations
	tree, err := parse("package given\n" + b.text)
	if err != nil {
		s.kind = statements
		if tree, err = parse("package given; func _() {\n" + b.text + "\n}"); err != nil {
			return nil, fmt.Errorf("it is not a file, declarations or statements: %w", err)
		}
		for _, statement := range tree.Decls[0].(*ast.FuncDecl).Body.List {
			s.names = append(s.names, declared(statement)...)
		}
	}
	for _, ident := range tree.Unresolved {
		if given[ident.Name] && !slices.Contains(s.uses, ident.Name) {
			s.uses = append(s.uses, ident.Name)
		}
		if path := importPath(ident.Name); path != "" && !importsPackage(tree, path) && !given[ident.Name] &&
			!slices.Contains(s.imports, ident.Name) {
			s.imports = append(s.imports, ident.Name)
		}
	}
	return s, nil
}

// importsPackage reports whether a file imports a package.
func importsPackage(tree *ast.File, path string) bool {
	return slices.ContainsFunc(tree.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(path) })
}

func parse(text string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "", text, 0)
}

// declared returns the variables that a statement declares. The compiler requires that they are used.
func declared(s ast.Stmt) (names []string) {
	add := func(e ast.Expr) {
		if ident, ok := e.(*ast.Ident); ok && ident.Name != "_" {
			names = append(names, ident.Name)
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, left := range s.Lhs {
				add(left)
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if values, ok := spec.(*ast.ValueSpec); ok {
				for _, name := range values.Names {
					add(name)
				}
			}
		}
	}
	return names
}

// source returns the snippet as a Go file. Compiler errors in it have the lines of the page.
func (s *snippet) source(root, pkg string) string {
	var b strings.Builder
	at := fmt.Sprintf("//line %s:%d\n", filepath.Join(root, filepath.FromSlash(s.page.name)), s.line)
	if s.kind == file {
		return at + imported(pkg, s.text)
	}
	fmt.Fprintf(&b, "package %s\n\nimport (\n", pkg)
	for _, name := range s.imports {
		fmt.Fprintf(&b, "\t%q\n", importPath(name))
	}
	b.WriteString(")\n")
	if s.kind == declarations {
		return b.String() + at + s.text
	}
	fmt.Fprintf(&b, "func init() { fragments[%q] = fragment{%#v, func() {\n%s%s", s.String(), s.uses, at, s.text)
	for _, name := range s.names {
		fmt.Fprintf(&b, "_ = %s\n", name)
	}
	return b.String() + "} } }\n"
}

var packageClause = regexp.MustCompile(`(?m)^package \w+`)
