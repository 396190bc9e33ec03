package cloudassembly

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Written returns a value of a template in the notation of Fn::Sub, for people and for files that are compared: a
// reference is "${Users}" or "${Users.Arn}", the text "${x}" is "${!x}", and anything for which Fn::Sub has no notation
// is its JSON in "${...}". It resolves nothing, so the result contains neither a stand-in nor the value of a parameter
// that is a secret.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
func Written(v any) string {
	var b strings.Builder
	write(&b, v, 0)
	return b.String()
}

func write(b *strings.Builder, v any, depth int) {
	if t, ok := Text(v); ok {
		b.WriteString(strings.ReplaceAll(t, "${", "${!"))
		return
	}
	m, _ := v.(map[string]any)
	name, arg, ok := Intrinsic(m)
	if !ok || depth > maxDepth {
		b.Write(plainjson.Must(v))
		return
	}
	switch name {
	case "Ref":
		if id, ok := arg.(string); ok {
			b.WriteString("${" + id + "}")
			return
		}
	case "Fn::GetAtt":
		if place, ok := attributeName(arg); ok {
			b.WriteString("${" + place + "}")
			return
		}
	case "Fn::Join":
		if by, list, ok := splitJoin(arg); ok {
			for i, entry := range list {
				if i > 0 {
					write(b, by, depth+1)
				}
				write(b, entry, depth+1)
			}
			return
		}
	case "Fn::Sub":
		if t, ok := arg.(string); ok {
			b.WriteString(t)
			return
		}
	}
	b.WriteString("${")
	b.Write(plainjson.Must(v))
	b.WriteString("}")
}

// attributeName returns "Users.Arn" for both notations of Fn::GetAtt.
func attributeName(arg any) (string, bool) {
	if t, ok := arg.(string); ok {
		return t, true
	}
	list, _ := arg.([]any)
	if len(list) != 2 {
		return "", false
	}
	id, isID := list[0].(string)
	attribute, isAttribute := list[1].(string)
	return id + "." + attribute, isID && isAttribute
}

// splitJoin splits the argument of Fn::Join into its delimiter and list, if the list is a literal.
func splitJoin(arg any) (by string, list []any, ok bool) {
	args, _ := arg.([]any)
	if len(args) != 2 {
		return "", nil, false
	}
	by, isText := args[0].(string)
	list, isList := args[1].([]any)
	return by, list, isText && isList
}
