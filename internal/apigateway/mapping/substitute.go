package mapping

import (
	"strings"
)

// substitution is a template of a gateway response, which is "not processed by the VTL engine": it is text in which
// variables are replaced.
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.responseTemplates.html
type substitution []segment

// segment is a text or a variable.
type segment struct {
	text string
	get  variable
}

// parseSubstitution reads a template. It knows the variables of $context and $stageVariables; a dollar sign without a
// name after it stands for itself. An unknown variable is passed to unknown and renders as nothing. A directive of
// Velocity is an error, since callers would receive it as text.
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
			get = noValue
		}
		out = append(out, segment{text: text[:i]}, segment{get: get})
		text = text[i+length:]
	}
	return out, nil
}

// noValue is the value of an unknown variable.
func noValue(*Source, *Failure) string { return "" }

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

// rootVariable returns a variable by its full name, without the dollar sign.
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

// readName reads the name after the dollar sign at the beginning of text. It returns "" without a name. length counts
// the bytes of both. A name consists of parts separated by dots; parts have letters, digits, - and _, and begin with a
// letter.
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

// identifier returns the length of the identifier at the beginning of s, in bytes.
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

// directives are the directives of Velocity.
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

// directive returns the name of the directive at the beginning of s, after the number sign; "" if it is not one.
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

// snippet returns the beginning of text for an error message: up to the end of its line, shortened.
func snippet(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	text = strings.TrimRight(text, " \t\r")
	if len(text) > 60 {
		return strings.ToValidUTF8(text[:60], "") + "..."
	}
	return text
}
