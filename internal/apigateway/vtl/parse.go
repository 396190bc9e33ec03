package vtl

import (
	"fmt"
	"strings"
)

// parser reads a template from its beginning to its end.
type parser struct {
	text  string
	at    int
	endAt int // where the directive stands that ended a block

	textFrom, textEnd int // of the text that was appended last
	base              int // where text stands in the template: of a string in double quotes
	whole             string
	depth             int
	macros            map[string]*macro // those that are defined before
	options           Options
}

func (p *parser) errorAt(at int, format string, a ...any) error {
	whole := p.whole
	if whole == "" {
		whole = p.text
	}
	before := whole[:min(p.base+at, len(whole))]
	line := strings.Count(before, "\n") + 1
	column := len(before) - strings.LastIndexByte(before, '\n')
	return &SyntaxError{line, column, fmt.Sprintf(format, a...)}
}

// shown is the template at a place, as an error shows it: up to the end of the line, shortened.
func (p *parser) shown(at int) string {
	text, _, _ := strings.Cut(p.text[at:], "\n")
	text = strings.TrimRight(text, " \t\r")
	if len(text) > 60 {
		return text[:60] + "..."
	}
	if text == "" {
		return "the end of the line"
	}
	return text
}

func (p *parser) enter(at int) error {
	if p.depth++; p.depth > maxDepth {
		return p.errorAt(at, "%s is nested more than %d deep", p.shown(at), maxDepth)
	}
	return nil
}

// block reads up to the end of the text, or up to a directive that ends a block, which it passes: "end", "else" or
// "elseif".
func (p *parser) block() (nodes []node, end string, err error) {
	for p.at < len(p.text) {
		start := p.at
		i := strings.IndexAny(p.text[start:], "$#")
		if i < 0 {
			i = len(p.text) - start
		}
		p.at += i
		if nodes = p.plain(nodes, start); p.at == len(p.text) {
			break
		}
		var n node
		if start = p.at; p.text[start] == '$' {
			n, err = p.output()
		} else {
			nodes, n, end, err = p.number(nodes)
		}
		if err != nil || end != "" {
			return nodes, end, err
		}
		if text, ok := n.(textNode); ok && string(text) == p.text[start:p.at] {
			nodes = p.plain(nodes, start)
		} else if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, "", nil
}

// plain appends the text from a place up to the parser's, to the text before it if it follows that.
func (p *parser) plain(nodes []node, from int) []node {
	if from == p.at {
		return nodes
	}
	if last := len(nodes) - 1; last >= 0 && p.textEnd == from {
		if _, ok := nodes[last].(textNode); ok {
			p.textEnd = p.at
			nodes[last] = textNode(p.text[p.textFrom:p.at])
			return nodes
		}
	}
	p.textFrom, p.textEnd = from, p.at
	return append(nodes, textNode(p.text[from:p.at]))
}

// output reads a dollar sign in text: a value, or itself if no name follows.
func (p *parser) output() (node, error) {
	start := p.at
	if !p.isReference() {
		p.at++
		return textNode("$"), nil
	}
	if err := p.escaped(start); err != nil {
		return nil, err
	}
	ref, err := p.reference()
	if err != nil {
		return nil, err
	}
	return outputNode{ref, p.text[start:p.at]}, nil
}

// escaped refuses a backslash before a reference or directive: whether Velocity keeps it depends on whether the
// variable has a value.
func (p *parser) escaped(at int) error {
	if at > 0 && p.text[at-1] == '\\' {
		return p.errorAt(at-1, "the escape %s is not supported: put the character into a variable, as in #set($x = '\\')",
			p.shown(at-1))
	}
	return nil
}

// directives are Velocity's.
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

// directive is the name of the directive at the parser's place, and how many bytes it has with its number sign and its
// braces; "" if it is not one.
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

// number reads a number sign in text: a comment, a directive, or itself. A directive takes the white space with it that
// stands before it on its line if there is nothing else, and the rest of the line if that is white space.
func (p *parser) number(before []node) (nodes []node, n node, end string, err error) {
	start := p.at
	if handled, n, err := p.comment(); handled || err != nil {
		return before, n, "", err
	}
	name, length := p.directive()
	if name == "" {
		if n, ok, err := p.call(start); ok {
			return before, n, "", err
		}
		p.at++
		return before, textNode("#"), "", nil
	}
	if err := p.escaped(start); err != nil {
		return before, nil, "", err
	}
	lineStart := strings.LastIndexByte(p.text[:start], '\n') + 1
	if strings.Trim(p.text[lineStart:start], " \t") == "" {
		before = trimIndent(before)
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
		err = p.macro(start)
	case "break", "stop":
		n = leaveNode(name)
	case "end", "else", "elseif":
		end, p.endAt = name, start
	default:
		err = p.errorAt(start, "the directive %s is not supported", p.shown(start))
	}
	if err != nil {
		return before, nil, "", err
	}
	if name == "set" || name == "end" || name == "else" || name == "break" || name == "stop" {
		p.skipLine()
	}
	return before, n, end, nil
}

// comment reads a comment, which is nothing, or a text between #[[ and ]]#.
func (p *parser) comment() (handled bool, n node, err error) {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, "##"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			p.at += i + 1
		} else {
			p.at = len(p.text)
		}
		return true, nil, nil
	case strings.HasPrefix(rest, "#*"):
		i := strings.Index(rest, "*#")
		if i < 0 {
			return true, nil, p.errorAt(p.at, "%s: there is no *# to it", p.shown(p.at))
		}
		p.at += i + 2
		return true, nil, nil
	case strings.HasPrefix(rest, "#[["):
		i := strings.Index(rest, "]]#")
		if i < 0 {
			return true, nil, p.errorAt(p.at, "%s: there is no ]]# to it", p.shown(p.at))
		}
		p.at += i + 3
		return true, textNode(rest[3:i]), nil
	}
	return false, nil, nil
}

// trimIndent removes the spaces and tabs at the end of the text before a directive.
func trimIndent(nodes []node) []node {
	if len(nodes) == 0 {
		return nodes
	}
	text, ok := nodes[len(nodes)-1].(textNode)
	if !ok {
		return nodes
	}
	if text = textNode(strings.TrimRight(string(text), " \t")); text == "" {
		return nodes[:len(nodes)-1]
	}
	nodes[len(nodes)-1] = text
	return nodes
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

// variable reads the name of a variable that a directive sets.
func (p *parser) variable() (name string, ok bool) {
	p.space()
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, "$") {
		return "", false
	}
	n := identifier(rest[1:])
	name = rest[1 : 1+n]
	if n == 0 || isRoot(name) || strings.HasPrefix(rest[1+n:], ".") {
		return "", false
	}
	p.at += 1 + n
	return name, true
}

// isRoot reports whether a name is one of API Gateway's own variables.
func isRoot(name string) bool {
	switch name {
	case "input", "util", "context", "stageVariables":
		return true
	}
	return false
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

// word passes over a word if it comes next.
func (p *parser) word(w string) bool {
	if !p.peek(w) || identifier(p.text[p.at:]) != len(w) {
		return false
	}
	p.at += len(w)
	return true
}

// identifier counts the bytes of the identifier that s begins with.
// Source: IDENTIFIER in the grammar.
func identifier(s string) int {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return i
		}
	}
	return len(s)
}
