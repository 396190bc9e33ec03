package mapping

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// parser reads a template from its beginning to its end.
type parser struct {
	text  string
	at    int
	set   map[string]bool // the variables that the template sets somewhere before
	depth int
}

// maxDepth is how deep #if may nest.
const maxDepth = 32

// parseVelocity reads a template. The error is [ErrUnsupported] and names the construct.
func parseVelocity(text string) (velocity, error) {
	p := &parser{text: text, set: map[string]bool{}}
	t, ended, err := p.block()
	switch {
	case err != nil:
		return nil, err
	case ended:
		return nil, unsupported("an #end without #if")
	}
	return t, nil
}

// block reads up to the end of the text or to an #end, which it passes, and tells which of the two it was.
func (p *parser) block() (t velocity, ended bool, err error) {
	for p.at < len(p.text) {
		i := strings.IndexAny(p.text[p.at:], "$#")
		if i < 0 {
			i = len(p.text) - p.at
		}
		t = appendText(t, p.text[p.at:p.at+i])
		if p.at += i; p.at == len(p.text) {
			break
		}
		var n node
		if p.text[p.at] == '$' {
			n, err = p.output()
		} else {
			t, n, ended, err = p.number(t)
		}
		if err != nil || ended {
			return t, ended, err
		}
		if text, ok := n.(textNode); ok {
			t = appendText(t, string(text))
		} else {
			t = append(t, n)
		}
	}
	return t, false, nil
}

func appendText(t velocity, text string) velocity {
	if text == "" {
		return t
	}
	if len(t) > 0 {
		if before, ok := t[len(t)-1].(textNode); ok {
			t[len(t)-1] = before + textNode(text)
			return t
		}
	}
	return append(t, textNode(text))
}

// output reads a dollar sign in text: a value, or itself if no name follows.
func (p *parser) output() (node, error) {
	rest := p.text[p.at+1:]
	if !strings.HasPrefix(rest, "!") && !strings.HasPrefix(rest, "{") && identifier(rest) == 0 {
		p.at++
		return textNode("$"), nil
	}
	start := p.at
	of, err := p.reference()
	return outputNode{of, p.text[start:p.at]}, err
}

// number reads a number sign in text: a directive, or itself. A directive takes the white space with it that stands
// before it on its line, and the rest of the line if that is white space, as Velocity does.
func (p *parser) number(before velocity) (t velocity, n node, ended bool, err error) {
	rest := p.text[p.at+1:]
	if strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "*") || strings.HasPrefix(rest, "[[") {
		return before, nil, false, unsupported("the comment or block %s", snippet(p.text[p.at:]))
	}
	name := directive(rest)
	if name == "" {
		if identifier(rest) > 0 {
			// It could be a macro.
			return before, nil, false, unsupported("%s", snippet(p.text[p.at:]))
		}
		p.at++
		return before, textNode("#"), false, nil
	}
	lineStart := strings.LastIndexByte(p.text[:p.at], '\n') + 1
	alone := strings.Trim(p.text[lineStart:p.at], " \t") == ""
	start := p.at
	p.at += 1 + len(name)
	switch {
	case strings.HasPrefix(rest, "{") || name != "set" && name != "if" && name != "end":
		err = unsupported("the directive %s", snippet(p.text[start:]))
	case name == "set":
		n, err = p.setting()
	case name == "if":
		n, err = p.condition()
	case name == "end":
		ended = true
	}
	if err != nil {
		return before, nil, false, err
	}
	if alone {
		before = trimIndent(before)
	}
	if name != "if" {
		p.skipLine()
	}
	return before, n, ended, nil
}

// trimIndent removes the spaces and tabs at the end of the text before a directive.
func trimIndent(t velocity) velocity {
	if len(t) == 0 {
		return t
	}
	text, ok := t[len(t)-1].(textNode)
	if !ok {
		return t
	}
	if text = textNode(strings.TrimRight(string(text), " \t")); text == "" {
		return t[:len(t)-1]
	}
	t[len(t)-1] = text
	return t
}

// skipLine passes over the rest of a line, if it is white space.
func (p *parser) skipLine() {
	rest := strings.TrimLeft(p.text[p.at:], " \t\r")
	if rest == "" || rest[0] == '\n' {
		p.at = len(p.text) - len(rest)
		if rest != "" {
			p.at++
		}
	}
}

// setting reads what follows #set: ($name = value).
func (p *parser) setting() (node, error) {
	start := p.at - len("#set")
	if !p.take("(") || !p.peek("$") {
		return nil, unsupported("%s", snippet(p.text[start:]))
	}
	name, length, err := readName(p.text[p.at:])
	if err != nil {
		return nil, err
	}
	p.at += length
	if !p.take("=") || p.peek("=") {
		return nil, unsupported("%s", snippet(p.text[start:]))
	}
	to, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, unsupported("%s: want one value", snippet(p.text[start:]))
	}
	if header, ok := strings.CutPrefix(name, "context.responseOverride.header."); ok && httpname.IsToken(header) &&
		!strings.Contains(header, ".") {
		return overrideNode{header, to}, nil
	}
	root, _, dotted := strings.Cut(name, ".")
	switch root {
	case "", "context", "stageVariables", "input", "util":
		return nil, unsupported("setting $%s", name)
	}
	if dotted {
		return nil, unsupported("setting $%s", name)
	}
	p.set[name] = true
	return setNode{name, to}, nil
}

// condition reads what follows #if, up to and with its #end: (value == value || value == value).
func (p *parser) condition() (node, error) {
	start := p.at - len("#if")
	if p.depth++; p.depth > maxDepth {
		return nil, unsupported("#if nested more than %d deep", maxDepth)
	}
	defer func() { p.depth-- }()
	if !p.take("(") {
		return nil, unsupported("%s", snippet(p.text[start:]))
	}
	var n ifNode
	for {
		x, err := p.operand()
		if err != nil {
			return nil, err
		}
		if !p.take("==") {
			return nil, unsupported("%s: want a comparison by ==", snippet(p.text[start:]))
		}
		y, err := p.operand()
		if err != nil {
			return nil, err
		}
		n.any = append(n.any, [2]operand{x, y})
		if p.take("||") {
			continue
		}
		if p.take(")") {
			break
		}
		return nil, unsupported("%s: want || between comparisons", snippet(p.text[start:]))
	}
	p.skipLine()
	body, ended, err := p.block()
	if err != nil {
		return nil, err
	}
	if !ended {
		return nil, unsupported("%s: there is no #end to it", snippet(p.text[start:]))
	}
	n.body = body
	return n, nil
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// peek reports whether s comes next, after white space.
func (p *parser) peek(s string) bool {
	p.space()
	return strings.HasPrefix(p.text[p.at:], s)
}

// take passes over s if it comes next.
func (p *parser) take(s string) bool {
	if !p.peek(s) {
		return false
	}
	p.at += len(s)
	return true
}
