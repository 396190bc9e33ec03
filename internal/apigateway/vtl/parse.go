package vtl

import (
	"fmt"
	"strings"
)

// parser reads a template from beginning to end.
type parser struct {
	text  string
	at    int
	endAt int // position of the directive that ended a block

	textFrom, textEnd int // bounds of the text that was appended last
	base              int // position of text in the template, for a string in double quotes
	whole             string
	depth             int
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

// shown returns the template from a position to the end of the line, shortened, for an error message.
func (p *parser) shown(at int) string {
	text, _, _ := strings.Cut(p.text[at:], "\n")
	text = strings.TrimRight(text, " \t\r")
	if len(text) > 60 {
		return strings.ToValidUTF8(text[:60], "") + "..."
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

// block reads up to the end of the text, or up to and including a directive that ends a block: "end", "else" or
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
			n, end, err = p.number()
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

// plain appends the text from a position up to the parser's. It extends the previous text if the two are adjacent.
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

// output reads a dollar sign in text: a reference, or the dollar sign itself if no name follows.
func (p *parser) output() (node, error) {
	start := p.at
	if !p.isReference() {
		p.at++
		return textNode("$"), nil
	}
	if err := p.rejectEscape(start); err != nil {
		return nil, err
	}
	ref, err := p.reference()
	if err != nil {
		return nil, err
	}
	return outputNode{ref}, nil
}

// rejectEscape rejects a backslash before a reference or directive: whether Velocity keeps it depends on whether the
// variable has a value.
func (p *parser) rejectEscape(at int) error {
	if at > 0 && p.text[at-1] == '\\' {
		return p.errorAt(at-1, "the escape %s is not supported: put the character into a variable, as in #set($x = '\\')",
			p.shown(at-1))
	}
	return nil
}

// comment reads a comment, which renders as nothing, or a literal text between #[[ and ]]#.
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
			return true, nil, p.errorAt(p.at, "%s has no *#", p.shown(p.at))
		}
		p.at += i + 2
		return true, nil, nil
	case strings.HasPrefix(rest, "#[["):
		i := strings.Index(rest, "]]#")
		if i < 0 {
			return true, nil, p.errorAt(p.at, "%s has no ]]#", p.shown(p.at))
		}
		p.at += i + 3
		return true, textNode(rest[3:i]), nil
	}
	return false, nil, nil
}
