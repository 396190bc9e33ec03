// Package strictjson reads one JSON text, refuses whatever two parsers could read differently, and hands out its
// values without copying them.
//
// It is stricter than RFC 8259 where a security decision hangs on the text, as RFC 7493 (I-JSON) asks: a member name
// may not occur twice in an object, escapes included; names are compared byte by byte, so that neither "EXP" nor "iſs"
// is taken for another name; the text is valid UTF-8 without lone surrogates; a number fits a float64; nothing follows
// the value; and nesting is bounded.
//
// It does not fill Go structs, it does not read from streams, it does not write JSON, and it does not turn numbers into
// floats: they are kept as they stand and read exactly.
package strictjson

import (
	"math"
)

// DefaultMaxDepth is how deep arrays and objects may nest where a [Document] does not say.
const DefaultMaxDepth = 32

const (
	nodeSize     = 16               // three numbers of 4 bytes, and two of 1
	documentSize = 48 + 32*nodeSize // with the room for a few
)

// Parse reads a whole text. White space may stand around the value, and nothing else.
// The error is an [*Error], and no value can be had of a text that is refused.
func (d *Document) Parse(text string) (Value, error) {
	d.text, d.nodes = "", d.nodes[:0]
	if len(text) > math.MaxInt32 {
		return Value{}, &Error{Err: ErrSize}
	}
	if cap(d.nodes) == 0 {
		d.nodes = d.few[:0]
		if guess := len(text) / 24; guess > 2*len(d.few) { // measured on events and key sets: 16 to 30 bytes a node
			d.nodes = make([]node, 0, guess)
		}
	}
	p := parser{text: text, nodes: d.nodes, depth: d.MaxDepth}
	if p.depth <= 0 {
		p.depth = DefaultMaxDepth
	}
	i := p.value(p.skip(0))
	if i >= 0 {
		if i = p.skip(i); i < len(text) {
			i = p.fail(i, ErrTrailing)
		}
	}
	d.nodes = p.nodes // for the next text, though this one be refused
	if i < 0 {
		d.nodes = d.nodes[:0]
		return Value{}, &Error{Offset: p.failedAt, Err: p.why}
	}
	d.text = text
	return Value{doc: d}, nil
}

// Grow makes room for so many values and member names, where a caller knows better than [Document.Parse] does how dense
// its text is.
func (d *Document) Grow(n int) {
	if n > cap(d.nodes) {
		d.nodes = make([]node, 0, n)
	}
}

// Size returns the approximate number of bytes that the Document holds in memory, its text included.
func (d *Document) Size() int {
	size := documentSize + len(d.text)
	if cap(d.nodes) > len(d.few) {
		size += cap(d.nodes) * nodeSize
	}
	return size
}

// Forget lets go of the text, so that a Document kept for reuse does not keep it alive. Its values become invalid.
func (d *Document) Forget() { d.text, d.nodes = "", d.nodes[:0] }

// Parse reads a whole text into a new [Document] with the default depth.
func Parse(text string) (Value, error) {
	d := new(Document)
	return d.Parse(text)
}
