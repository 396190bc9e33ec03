package vtl

import "strings"

// directives are the directives of Velocity.
var directives = []string{
	"set",
	"if",
	"elseif",
	"else",
	"end",
	"foreach",
	"break",
	"stop",
	"define",
	"macro",
	"include",
	"parse",
	"evaluate",
}

// directive returns the name of the directive at the parser's position, and its length in bytes with the number sign
// and braces; "" if it is not one.
func (p *parser) directive() (name string, length int) {
	rest := p.text[p.at+1:]
	braces := strings.HasPrefix(rest, "{")
	if braces {
		rest = rest[1:]
	}
	n := identifier(rest)
	for _, d := range directives {
		if !strings.HasPrefix(rest, d) || len(d) != n && (braces || d != "end" && d != "else") {
			continue
		}
		// The lexer takes "#end" and "#else" at the beginning of a longer word, as in "#endfoo".
		if braces {
			if !strings.HasPrefix(rest[len(d):], "}") {
				return "", 0
			}
			return d, len(d) + 3
		}
		if d == "else" && strings.HasPrefix(rest, "elseif") {
			continue
		}
		return d, len(d) + 1
	}
	return "", 0
}

// number reads a number sign in text: a comment, a directive, or itself. A directive includes the rest of its line if
// that is white space, but not the white space before it.
// Source: recorded on AWS for #set, as test_multiline_dict_in_set_statement of the snapshot that the package's
// documentation names, where Velocity 1.7 takes the white space before #set.
func (p *parser) number() (n node, end string, err error) {
	start := p.at
	if handled, n, err := p.comment(); handled || err != nil {
		return n, "", err
	}
	name, length := p.directive()
	if name == "" {
		if k := identifier(p.text[start+1:]); k > 0 &&
			strings.HasPrefix(strings.TrimLeft(p.text[start+1+k:], " \t\r\n"), "(") {
			return nil, "", p.errorAt(start, "%s: there is no such directive", p.shown(start))
		}
		p.at++
		return textNode("#"), "", nil
	}
	if err := p.rejectEscape(start); err != nil {
		return nil, "", err
	}
	p.at += length
	switch name {
	case "set":
		n, err = p.set(start)
	case "if":
		n, err = p.condition(start)
	case "foreach":
		n, err = p.foreach(start)
	case "define":
		n, err = p.define(start)
	case "macro":
		err = p.errorAt(start, "%s: API Gateway has no macros: it outputs a macro call as text", p.shown(start))
	case "break", "stop":
		n = leaveNode(name)
	case "end", "else", "elseif":
		end, p.endAt = name, start
	default:
		err = p.errorAt(start, "the directive %s is not supported", p.shown(start))
	}
	if err != nil {
		return nil, "", err
	}
	if name == "set" || name == "end" || name == "break" || name == "stop" {
		p.skipLine()
	}
	return n, end, nil
}

// skipLine skips the rest of a line, if it is white space.
func (p *parser) skipLine() {
	rest := strings.TrimLeft(p.text[p.at:], " \t\r")
	if strings.HasPrefix(rest, "\n") {
		p.at = len(p.text) - len(rest) + 1
	}
}

// set reads the part after #set: ($name = value).
func (p *parser) set(start int) (node, error) {
	fail := func() error { return p.errorAt(start, "%s: want #set($name = value)", p.shown(start)) }
	if !p.take("(") || !p.peek("$") || !p.isReference() {
		return nil, fail()
	}
	at := p.at
	to, err := p.name()
	if err != nil {
		return nil, err
	}
	if !p.take("=") || p.peek("=") {
		return nil, fail()
	}
	value, err := p.expression()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorAt(start, "%s: want one value", p.shown(start))
	}
	if to.root == "context" {
		return p.override(to, at, value)
	}
	for _, s := range to.steps {
		if s.call {
			return nil, p.errorAt(at, "setting %s: a method's answer cannot be set", p.shown(at))
		}
	}
	if isRoot(to.root) {
		return nil, p.errorAt(at, "setting $%s is not supported", to.root)
	}
	return setNode{to, value}, nil
}

// override reads a #set of $context.
func (p *parser) override(to *reference, at int, value expression) (node, error) {
	where, s, ok := overrideOf(to.steps)
	switch {
	case ok && s == nil && len(to.steps) == 2:
		return overrideNode{where, nil, value}, nil
	case ok && s != nil && len(to.steps) == 3 && s.index != nil:
		return overrideNode{where, s.index, value}, nil
	case ok && s != nil && len(to.steps) == 3 && !s.call:
		return overrideNode{where, literal{s.name}, value}, nil
	}
	return nil, p.errorAt(at, "setting %s: of $context can be set requestOverride.header.NAME, .querystring.NAME and "+
		".path.NAME, responseOverride.header.NAME and .status, and other members of responseOverride", p.shown(at))
}

// body reads up to the #end of a directive that began at start.
func (p *parser) body(start int) ([]node, error) {
	p.skipLine()
	nodes, end, err := p.block()
	if err == nil && end == "" {
		err = p.errorAt(start, "%s has no #end", p.shown(start))
	} else if err == nil && end != "end" {
		err = p.errorAt(p.endAt, "#%s without #if before it", end)
	}
	return nodes, err
}

// condition reads the part after #if, including its #end.
func (p *parser) condition(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	var n ifNode
	for {
		test, err := p.inParentheses(start)
		if err != nil {
			return nil, err
		}
		p.skipLine()
		nodes, end, err := p.block()
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch{test, nodes})
		switch end {
		case "elseif":
			start = p.endAt
			continue
		case "else":
			n.otherwise, err = p.body(start)
			return n, err
		case "end":
			return n, nil
		}
		return nil, p.errorAt(start, "%s has no #end", p.shown(start))
	}
}

// inParentheses reads an expression in parentheses.
func (p *parser) inParentheses(start int) (expression, error) {
	if !p.take("(") {
		return nil, p.errorAt(start, "%s: want an expression in parentheses", p.shown(start))
	}
	e, err := p.expression()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorAt(p.at, "%s: want an operator or )", p.shown(p.at))
	}
	return e, nil
}

// openParenthesis reads an opening parenthesis and the variable after it.
func (p *parser) openParenthesis() (name string, ok bool) {
	if !p.take("(") {
		return "", false
	}
	return p.variable()
}

// foreach reads the part after #foreach, including its #end: ($name in list).
func (p *parser) foreach(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	name, ok := p.openParenthesis()
	if !ok || !p.word("in") {
		return nil, p.errorAt(start, "%s: want #foreach($name in list)", p.shown(start))
	}
	in, err := p.parameter()
	if err != nil {
		return nil, err
	}
	if !p.take(")") {
		return nil, p.errorAt(p.at, "%s: want ) after the list of #foreach", p.shown(p.at))
	}
	nodes, err := p.body(start)
	return foreachNode{name, in, nodes}, err
}

// define reads the part after #define, including its #end: ($name).
func (p *parser) define(start int) (node, error) {
	if err := p.enter(start); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	name, ok := p.openParenthesis()
	if !ok || !p.take(")") {
		return nil, p.errorAt(start, "%s: want #define($name)", p.shown(start))
	}
	nodes, err := p.body(start)
	return defineNode{name, nodes}, err
}
