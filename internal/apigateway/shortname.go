package apigateway

import (
	"regexp"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime/stack"
)

// hashed is a logical ID with the hash that CDK ends it with, 8 hexadecimal digits in capitals.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/private/uniqueid.ts
var hashed = regexp.MustCompile(`^(.+?)[0-9A-F]{8}$`)

// shortNames are what people call functions, by the functions' names: the logical ID without its hash, and where two
// functions have the same, with the stack.
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

// codeOf is what is known of the code of the function with a short name.
func (g *Gateway) codeOf(short string) stack.Code {
	if s := g.live.Load(); s != nil {
		return g.codeIn(s.folders[short])
	}
	return stack.Code{}
}

// codeIn is what is known of the code in a folder, which is read once.
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

// Trimmer returns what trims the stacks in the lines of a function.
func (g *Gateway) Trimmer(function string) *stack.Lines {
	return &stack.Lines{Code: func() stack.Code { return g.codeOf(g.ShortName(function)) }}
}

func withoutHash(id string) string {
	if m := hashed.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}

// ShortName returns what people call the function of a name: its logical ID without the hash. For a name that is not
// known it is the name itself.
func (g *Gateway) ShortName(function string) string {
	if s := g.live.Load(); s != nil && s.short[function] != "" {
		return s.short[function]
	}
	return function
}
