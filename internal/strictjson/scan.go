package strictjson

import (
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// parser scans the text once. Its methods take the index to start at. They return the index after what they read, or -1
// after calling fail.
type parser struct {
	text     string
	nodes    []node
	depth    int // how many levels deeper it may go
	failedAt int
	why      error
}

func (p *parser) fail(at int, why error) int {
	p.failedAt, p.why = at, why
	return -1
}

// skip skips white space.
func (p *parser) skip(i int) int {
	for i < len(p.text) {
		if c := p.text[i]; c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			break
		}
		i++
	}
	return i
}

func (p *parser) add(kind Kind, start, end int) {
	p.nodes = append(p.nodes, node{start: uint32(start), end: uint32(end), next: uint32(len(p.nodes) + 1), kind: kind})
}

func (p *parser) value(i int) int {
	if i >= len(p.text) {
		return p.fail(i, ErrSyntax)
	}
	switch c := p.text[i]; c {
	case '"':
		return p.string(i)
	case '{':
		return p.object(i)
	case '[':
		return p.array(i)
	case 't':
		return p.literal(i, "true", True)
	case 'f':
		return p.literal(i, "false", False)
	case 'n':
		return p.literal(i, "null", Null)
	default:
		return p.number(i)
	}
}

func (p *parser) literal(i int, word string, kind Kind) int {
	end := i + len(word)
	if end > len(p.text) || p.text[i:end] != word {
		return p.fail(i, ErrSyntax)
	}
	p.add(kind, i, end)
	return end
}

func (p *parser) array(i int) int {
	self := len(p.nodes)
	if p.depth--; p.depth < 0 {
		return p.fail(i, ErrDepth)
	}
	p.add(Array, i, i)
	if i = p.skip(i + 1); i < len(p.text) && p.text[i] == ']' {
		return p.close(self, i)
	}
	for {
		if i = p.value(i); i < 0 {
			return -1
		}
		if i = p.skip(i); i >= len(p.text) {
			return p.fail(i, ErrSyntax)
		}
		switch p.text[i] {
		case ',':
			i = p.skip(i + 1)
		case ']':
			return p.close(self, i)
		default:
			return p.fail(i, ErrSyntax)
		}
	}
}

func (p *parser) object(i int) int {
	self := len(p.nodes)
	if p.depth--; p.depth < 0 {
		return p.fail(i, ErrDepth)
	}
	p.add(Object, i, i)
	if i = p.skip(i + 1); i < len(p.text) && p.text[i] == '}' {
		return p.close(self, i)
	}
	var seen names
	for {
		if i >= len(p.text) || p.text[i] != '"' {
			return p.fail(i, ErrSyntax)
		}
		at, name := i, len(p.nodes)
		if i = p.string(i); i < 0 {
			return -1
		}
		if !seen.add(p.text, p.nodes, self, name) {
			return p.fail(at, ErrDuplicate)
		}
		if i = p.skip(i); i >= len(p.text) || p.text[i] != ':' {
			return p.fail(i, ErrSyntax)
		}
		if i = p.value(p.skip(i + 1)); i < 0 {
			return -1
		}
		if i = p.skip(i); i >= len(p.text) {
			return p.fail(i, ErrSyntax)
		}
		switch p.text[i] {
		case ',':
			i = p.skip(i + 1)
		case '}':
			return p.close(self, i)
		default:
			return p.fail(i, ErrSyntax)
		}
	}
}

// close ends the array or object of a node at its closing bracket.
func (p *parser) close(self, i int) int {
	p.depth++
	n := &p.nodes[self]
	n.end, n.next = uint32(i+1), uint32(len(p.nodes))
	return i + 1
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain skips the characters that stand for themselves in a string: printable ASCII without quotes and backslashes. It
// reads eight bytes at a time. Subtracting 0x20 from a control character, or 1 from the difference to a quote or
// backslash, borrows from the high bit. A borrow can only reach the bytes after such a character.
func plain(text string, i int) int {
	for ; i+8 <= len(text); i += 8 {
		b := text[i : i+8]
		x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
			uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		m := (x | (x - ones*0x20) | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones)) & highs
		if m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(text) && text[i] >= 0x20 && text[i] < 0x80 && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

func (p *parser) string(i int) int {
	i++
	start, escaped := i, false
	for {
		if i = plain(p.text, i); i >= len(p.text) {
			return p.fail(i, ErrSyntax)
		}
		switch c := p.text[i]; {
		case c == '"':
			p.add(String, start, i)
			p.nodes[len(p.nodes)-1].escaped = escaped
			return i + 1
		case c == '\\':
			n, why := checkEscape(p.text[i:])
			if why != nil {
				return p.fail(i, why)
			}
			i += n
			escaped = true
		case c < 0x20:
			return p.fail(i, ErrSyntax)
		default:
			r, n := utf8.DecodeRuneInString(p.text[i:])
			if r == utf8.RuneError && n == 1 {
				return p.fail(i, ErrUTF8)
			}
			i += n
		}
	}
}

// number reads a number (RFC 8259, section 6).
func (p *parser) number(i int) int {
	start, exponent := i, false
	if i < len(p.text) && p.text[i] == '-' {
		i++
	}
	first := i
	if i = digits(p.text, i); i == first || p.text[first] == '0' && i > first+1 {
		return p.fail(start, ErrSyntax)
	}
	if i < len(p.text) && p.text[i] == '.' {
		first = i + 1
		if i = digits(p.text, first); i == first {
			return p.fail(start, ErrSyntax)
		}
	}
	if i < len(p.text) && p.text[i]|0x20 == 'e' {
		exponent = true
		i++
		if i < len(p.text) && (p.text[i] == '+' || p.text[i] == '-') {
			i++
		}
		first = i
		if i = digits(p.text, i); i == first {
			return p.fail(start, ErrSyntax)
		}
	}
	if exponent || i-start > 300 { // fewer digits stay below 1.8e308
		if _, err := strconv.ParseFloat(p.text[start:i], 64); err != nil {
			return p.fail(start, ErrNumber)
		}
	}
	p.add(Number, start, i)
	return i
}

func digits(text string, i int) int {
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return i
}
