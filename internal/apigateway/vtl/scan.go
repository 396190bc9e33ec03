package vtl

import (
	"strings"
)

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

// peek skips white space, and reports whether s follows.
func (p *parser) peek(s string) bool {
	p.space()
	return strings.HasPrefix(p.text[p.at:], s)
}

// take skips s if it follows.
func (p *parser) take(s string) bool {
	if !p.peek(s) {
		return false
	}
	p.at += len(s)
	return true
}

// word skips a word if it follows.
func (p *parser) word(w string) bool {
	if !p.peek(w) || identifier(p.text[p.at:]) != len(w) {
		return false
	}
	p.at += len(w)
	return true
}

// identifier returns the length of the identifier at the beginning of s, in bytes.
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
