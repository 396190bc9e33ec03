package functionlog

import (
	"cmp"
	"regexp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/reasons"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// names has the short names of functions and the folders of their code.
type names struct {
	short   map[string]string // by function name
	folders map[string]string // by short name

	included map[string]bool // the names of included authorizers
}

// Know replaces the functions of the log. dirs has the folders, by function name, of functions that do not run in their
// folder of the assembly.
func (l *Log) Know(functions []*apimodel.Function, dirs map[string]string) {
	n := &names{short: shortNames(functions), folders: map[string]string{}, included: map[string]bool{}}
	for _, f := range functions {
		n.included[f.Name] = reasons.IsIncluded(f)
		n.folders[n.short[f.Name]] = cmp.Or(dirs[f.Name], f.Code.Folder)
	}
	l.names.Store(n)
}

// ShortName returns the short name of a function: its logical ID without CDK's hash. It returns the name of an unknown
// function unchanged.
func (l *Log) ShortName(function string) string {
	if n := l.names.Load(); n != nil && n.short[function] != "" {
		return n.short[function]
	}
	return function
}

// Trimmer returns a filter that shortens the stacks in the lines of a function.
func (l *Log) Trimmer(function string) *stack.Lines {
	return &stack.Lines{Code: func() stack.Code { return l.codeOf(l.ShortName(function)) }}
}

// codeOf returns the code of the function with a short name.
func (l *Log) codeOf(short string) stack.Code {
	if n := l.names.Load(); n != nil {
		return l.codeIn(n.folders[short])
	}
	return stack.Code{}
}

// codeIn returns the code in a folder. It reads each folder once.
func (l *Log) codeIn(folder string) stack.Code {
	if folder == "" {
		return stack.Code{}
	}
	if known, ok := l.codes.Load(folder); ok {
		return known.(stack.Code)
	}
	code := stack.CodeIn(folder)
	if l.Source != nil {
		code.Source = func() string { return l.Source(folder) }
	}
	l.codes.Store(folder, code)
	return code
}

// hashedID matches a logical ID that ends with CDK's hash, 8 upper-case hexadecimal digits.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/private/uniqueid.ts
var hashedID = regexp.MustCompile(`^(.+?)[0-9A-F]{8}$`)

// shortNames returns the short names of functions by function name. A short name is the logical ID without its hash, or
// the stack and the logical ID if several functions would have the same name.
func shortNames(functions []*apimodel.Function) map[string]string {
	count := map[string]int{}
	for _, f := range functions {
		count[withoutHash(f.LogicalID)]++
	}
	out := map[string]string{}
	for _, f := range functions {
		short := withoutHash(f.LogicalID)
		if count[short] > 1 {
			short = apimodel.ID{Stack: f.Stack, LogicalID: f.LogicalID}.String()
		}
		if short != "" {
			out[f.Name] = short
		}
	}
	return out
}

func withoutHash(id string) string {
	if m := hashedID.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}
