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
	"errors"
	"fmt"
	"math"
)

// DefaultMaxDepth is how deep arrays and objects may nest where a [Document] does not say.
const DefaultMaxDepth = 32

// Why a text is refused. [Document.Parse] wraps one of them in an [*Error].
var (
	ErrSyntax    = errors.New("not JSON")
	ErrTrailing  = errors.New("something follows the value")
	ErrDuplicate = errors.New("a member name occurs twice")
	ErrDepth     = errors.New("nested too deep")
	ErrUTF8      = errors.New("invalid UTF-8 or a lone surrogate")
	ErrNumber    = errors.New("a number is too large for a float64")
	ErrSize      = errors.New("the text is 2 GiB or more")
)

// Error says where a text was refused and why. It never holds any part of the text, so it can be logged.
type Error struct {
	Offset int   // in bytes, from 0
	Err    error // one of this package's sentinels
}

func (e *Error) Error() string { return fmt.Sprintf("strictjson: %v, at byte %d", e.Err, e.Offset) }

// Unwrap is the sentinel, for [errors.Is].
func (e *Error) Unwrap() error { return e.Err }

// Document is a parsed text. The zero value is ready for use, and it can be used again for another text, which makes
// the values of the one before invalid. It must not be copied once used, and it holds on to the text.
// After Parse, any number of goroutines may read it.
type Document struct {
	// MaxDepth is how deep arrays and objects may nest; a scalar has depth 0. Default: [DefaultMaxDepth].
	MaxDepth int

	text  string
	nodes []node
	few   [32]node // room for a token's header or a small body, so that these need no allocation of their own
}

// node is one value or member name. The nodes of a text stand in its order; a container is followed by what it holds.
type node struct {
	start, end uint32 // of the text; a string's without its quotes
	next       uint32 // the node after this value and all that it holds
	kind       Kind
	escaped    bool // a string with a backslash in it
}

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

// Size is about how many bytes of memory the Document holds, the text's own among them.
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
