package rules

import (
	"strings"
)

// FunctionMetadata is the metadata of the AWS::Lambda::Function of an included authorizer or login with the environment
// variables that it must have. It is an object with the value of each, or the value's [Digest].
const FunctionMetadata = "gatehouse:environment"

const (
	typeFunction = "AWS::Lambda::Function"
	typeURL      = "AWS::Lambda::Url"
)

// functionKey is a function's ARN, or the path of its stack and its name.
type functionKey struct{ stack, name string }

// functions returns the functions of the assembly, by ARN and by stack and name.
func (v *view) functions() map[functionKey]*resource {
	if v.lambdas == nil {
		v.lambdas = map[functionKey]*resource{}
		for _, f := range v.byType["AWS::Lambda::Function"] {
			v.lambdas[functionKey{"", f.attribute("Arn")}], v.lambdas[functionKey{f.stack.Path, f.ref()}] = f, f
		}
	}
	return v.lambdas
}

// functionOf returns the function of the assembly that a resource names by its ARN or name, or nil. If stacks of
// several accounts or regions have functions with one name and leave the account or region open, the ARNs are alike.
// The function of the resource's own stack then takes precedence.
func (r *resource) functionOf(text string) *resource {
	f := r.v.functions()[functionKey{r.stack.Path, functionName(text)}]
	if f != nil && (!strings.HasPrefix(text, "arn:") || f.attribute("Arn") == unqualified(text)) {
		return f
	}
	return r.v.functions()[functionKey{"", unqualified(text)}]
}

// invokedBy returns the ARN of the function that a URI invokes, even for streamed answers. It returns a text of another
// form unchanged. It also reads URIs that are not fully known, which package serviceuri does not.
func invokedBy(text string) string {
	if _, rest, is := strings.Cut(text, "/functions/"); is {
		text, _, _ = strings.Cut(rest, "/")
	}
	return text
}

// unqualified returns a function's ARN without an alias or version.
func unqualified(arn string) string {
	colons := 0
	for i := range len(arn) {
		if arn[i] != ':' {
			continue
		}
		if colons++; colons == 7 {
			return arn[:i]
		}
	}
	return arn
}

// functionName returns what an ARN or a name of a function identifies, without an alias or a version: account, region
// and name, as far as it has them.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html (FunctionName)
func functionName(text string) string {
	first, rest, more := strings.Cut(text, ":")
	for part := first; more; { // arn:aws:lambda:region:account:function:name:qualifier, or account:function:name
		if part == "function" {
			name, _, _ := strings.Cut(rest, ":")
			return name
		}
		part, rest, more = strings.Cut(rest, ":")
	}
	return first
}

// invokesIncluded reports whether an authorizer invokes the included function, either as planned or as a further
// authorizer.
func (v *view) invokesIncluded(r *resource) bool {
	settings, _ := r.t.Metadata[AuthorizerMetadata].(map[string]any)
	if included, _ := settings["included"].(bool); included {
		return true
	}
	uri, _ := r.text("AuthorizerUri")
	f := r.functionOf(invokedBy(uri))
	if f == nil {
		return false
	}
	_, ours := f.t.Metadata[FunctionMetadata]
	return ours
}
