package mapping

import (
	"strings"
)

// substitution is a template of a gateway response, which is "not processed by the VTL engine": text in which variables
// are replaced.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.responseTemplates.html
type substitution []segment

// segment is text, or a variable.
type segment struct {
	text string
	get  variable
}

// parseSubstitution reads a template. Variables are those of $context and $stageVariables; a dollar sign that no name
// follows stands for itself. A variable that is not known has no value: it is told to unknown and renders as nothing. A
// directive of Velocity is refused, as it would be sent to callers as text.
func parseSubstitution(text string, unknown func(name string)) (substitution, error) {
	var out substitution
	for text != "" {
		i := strings.IndexAny(text, "$#")
		if i < 0 {
			return append(out, segment{text: text}), nil
		}
		name, length := "", 1
		switch {
		case text[i] == '#':
			if d := directive(text[i+1:]); d != "" {
				return nil, unsupported("#%s in a gateway response, whose templates are not Velocity", d)
			}
		default:
			var err error
			if name, length, err = readName(text[i:]); err != nil {
				return nil, err
			}
		}
		if name == "" {
			out = append(out, segment{text: text[:i+length]})
			text = text[i+length:]
			continue
		}
		get, err := rootVariable(name, errorVariable)
		if err != nil {
			unknown("$" + name)
			get = nothing
		}
		out = append(out, segment{text: text[:i]}, segment{get: get})
		text = text[i+length:]
	}
	return out, nil
}

// nothing is the value of a variable that has none.
func nothing(*Source, *Failure) string { return "" }

// render replaces the variables.
func (t substitution) render(s *Source, f *Failure) string {
	var b strings.Builder
	for _, part := range t {
		if part.get != nil {
			b.WriteString(part.get(s, f))
		} else {
			b.WriteString(part.text)
		}
	}
	return b.String()
}

// rootVariable finds a variable by its whole name, without the dollar sign.
func rootVariable(name string, context func(string) (variable, error)) (variable, error) {
	root, rest, _ := strings.Cut(name, ".")
	switch root {
	case "context":
		return context(rest)
	case "stageVariables":
		return stageVariable(rest)
	}
	return nil, unsupported("the variable $%s", name)
}

// readName reads the name after the dollar sign that text begins with, its parts divided by dots, and counts the bytes
// of both; the name is "" without one. Names have letters, digits, - and _, and begin with a letter.
// Source: https://velocity.apache.org/engine/devel/vtl-reference.html
func readName(text string) (name string, length int, err error) {
	if strings.HasPrefix(text, "$!") || strings.HasPrefix(text, "${") {
		return "", 0, unsupported("the notation %s", text[:2])
	}
	end := 1
	for {
		n := identifier(text[end:])
		if n == 0 {
			break
		}
		end += n
		if end+1 >= len(text) || text[end] != '.' || identifier(text[end+1:]) == 0 {
			break
		}
		end++
	}
	if end < len(text) && end > 1 && (text[end] == '(' || text[end] == '[') {
		return "", 0, unsupported("the call %s", snippet(text))
	}
	return text[1:end], end, nil
}

// identifier counts the bytes of the identifier that s begins with.
func identifier(s string) int {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return i
		}
	}
	return len(s)
}

// directives are Velocity's.
var directives = []string{
	"set",
	"if",
	"elseif",
	"else",
	"end",
	"foreach",
	"include",
	"parse",
	"macro",
	"define",
	"evaluate",
	"stop",
	"break",
}

// directive is the name of the directive that s begins with, after the number sign; "" if it is not one.
func directive(s string) string {
	s = strings.TrimPrefix(s, "{")
	n := identifier(s)
	for _, d := range directives {
		if s[:n] == d {
			return d
		}
	}
	return ""
}

// snippet is the beginning of text, to be shown in an error: up to the end of its line, shortened.
func snippet(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text = strings.TrimRight(text, " \t\r")
	if len(text) > 60 {
		return strings.ToValidUTF8(text[:60], "") + "..."
	}
	return text
}
