// Package strictjson reads one JSON text, refuses whatever two parsers could read differently, and returns its values
// without copying them.
//
// It is stricter than RFC 8259 where a security decision depends on the text, as RFC 7493 (I-JSON) requires:
//   - A member name may not occur twice in an object, even with escapes. Names are compared byte by byte, so that
//     neither "EXP" nor "iſs" counts as another name.
//   - The text is valid UTF-8 without lone surrogates.
//   - A number fits a float64.
//   - Nothing follows the value.
//   - Nesting is limited.
//
// It does not fill Go structs, read from streams, or write JSON. It does not convert numbers to floats: they stay as
// written and are read exactly.
package strictjson

import (
	"math"
)

// DefaultMaxDepth is how deep arrays and objects may nest if a [Document] does not say otherwise.
const DefaultMaxDepth = 32

const (
	nodeSize     = 16               // three numbers of 4 bytes, and two of 1
	documentSize = 48 + 32*nodeSize // with room for a few nodes
)

// Parse reads a whole text, which has one value and white space around it. The error is an [*Error]. A text that is
// refused yields no value.
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
	d.nodes = p.nodes // kept for the next text, even if this one is refused
	if i < 0 {
		d.nodes = d.nodes[:0]
		return Value{}, &Error{Offset: p.failedAt, Err: p.why}
	}
	d.text = text
	return Value{doc: d}, nil
}

// Grow reserves room for n values and member names. It is for callers that know the density of the text better than
// [Document.Parse] can guess it.
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

// Forget releases the text, so that a reused Document does not keep it alive. Its values become invalid.
func (d *Document) Forget() { d.text, d.nodes = "", d.nodes[:0] }

// Parse reads a whole text into a new [Document] with the default depth.
func Parse(text string) (Value, error) {
	d := new(Document)
	return d.Parse(text)
}
