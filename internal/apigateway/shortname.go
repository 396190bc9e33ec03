package apigateway

import (
	"regexp"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// hashedID matches a logical ID that ends with CDK's hash, 8 upper-case hexadecimal digits.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/private/uniqueid.ts
var hashedID = regexp.MustCompile(`^(.+?)[0-9A-F]{8}$`)

// shortNames returns the names by which people know functions, by function name: the logical ID without its hash,
// preceded by the stack where two functions would have the same.
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

// codeOf returns what is known about the code of the function with a short name.
func (g *Gateway) codeOf(short string) stack.Code {
	if s := g.live.Load(); s != nil {
		return g.codeIn(s.folders[short])
	}
	return stack.Code{}
}

// codeIn returns what is known about the code in a folder. Each folder is read once.
func (g *Gateway) codeIn(folder string) stack.Code {
	if folder == "" {
		return stack.Code{}
	}
	if known, ok := g.codes.Load(folder); ok {
		return known.(stack.Code)
	}
	code := stack.CodeIn(folder)
	if source := g.options.Source; source != nil {
		code.Source = func() string { return source(folder) }
	}
	g.codes.Store(folder, code)
	return code
}

// Trimmer returns a filter that shortens the stacks in the lines of a function.
func (g *Gateway) Trimmer(function string) *stack.Lines {
	return &stack.Lines{Code: func() stack.Code { return g.codeOf(g.ShortName(function)) }}
}

func withoutHash(id string) string {
	if m := hashedID.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}

// ShortName returns the name by which people know a function: its logical ID without the hash. It returns an unknown
// function's name unchanged.
func (g *Gateway) ShortName(function string) string {
	if s := g.live.Load(); s != nil && s.short[function] != "" {
		return s.short[function]
	}
	return function
}
