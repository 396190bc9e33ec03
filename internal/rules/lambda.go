package rules

import (
	"strings"
)

// FunctionMetadata is at the AWS::Lambda::Function of an included authorizer: the environment variables that it is held
// to. It is an object with the value of each, or its [Digest].
const FunctionMetadata = "gatehouse:environment"

const (
	typeFunction = "AWS::Lambda::Function"
	typeURL      = "AWS::Lambda::Url"
)

// functions are those of the assembly, by their ARNs and by their stack's path and name.
func (v *view) functions() map[string]*resource {
	if v.lambdas == nil {
		v.lambdas = map[string]*resource{}
		for _, f := range v.byType["AWS::Lambda::Function"] {
			v.lambdas[f.attribute("Arn")], v.lambdas[f.stack.Path+" "+f.ref()] = f, f
		}
	}
	return v.lambdas
}

// functionOf is the function of the assembly that a resource names by its ARN or its name; nil if it is not in the
// assembly. Stacks of several accounts and regions may have functions of one name, and the ARNs of those that leave
// theirs open are alike: the one of the resource's own stack comes first.
func (r *resource) functionOf(text string) *resource {
	f := r.v.functions()[r.stack.Path+" "+functionName(text)]
	if f != nil && (!strings.HasPrefix(text, "arn:") || f.attribute("Arn") == unqualified(text)) {
		return f
	}
	return r.v.functions()[unqualified(text)]
}

// invokedBy is the ARN of the function that a URI invokes, also for a streamed answer; a text of another form as it is.
// It reads the parts of a URI that is not known whole, which package serviceuri does not.
func invokedBy(text string) string {
	if _, rest, is := strings.Cut(text, "/functions/"); is {
		text, _, _ = strings.Cut(rest, "/")
	}
	return text
}

// unqualified is a function's ARN without the alias or version after its name.
func unqualified(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 7 {
		return strings.Join(parts[:7], ":")
	}
	return arn
}

// functionName is what an ARN or a name of a function means, without an alias or a version: the account, the region and
// the name, where it has them.
// Source: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html (FunctionName)
func functionName(text string) string {
	parts := strings.Split(text, ":")
	for i, p := range parts { // arn:aws:lambda:region:account:function:name:qualifier, or account:function:name
		if p == "function" && i+1 < len(parts) {
			return parts[i+1]
		}
	}
	return parts[0]
}

// included reports whether an authorizer has the included function: the plan's, or another one that invokes it too.
func (v *view) included(r *resource) bool {
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
