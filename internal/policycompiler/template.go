package policycompiler

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// template is a policy into which values of claims are still to be written.
type template struct {
	pieces []piece
}

// piece is a text, or a resource with values between its parts.
type piece struct {
	text  string
	comma bool // whether a comma precedes the first resource
	parts []string
	holes []hole // one fewer than parts
}

// hole is the place of a value, or of any value of a source.
type hole struct {
	value  string
	source int // -1 for a fixed value
}

// newTemplate parses a policy whose resources contain marks.
func newTemplate(text string) *template {
	t := &template{}
	for {
		at := strings.Index(text, mark)
		if at < 0 {
			t.pieces = append(t.pieces, piece{text: text})
			return t
		}
		start := strings.LastIndexByte(text[:at], '"')
		end := at + strings.IndexByte(text[at:], '"')
		before, resource := text[:start], text[start+1:end]
		p := piece{}
		before, p.comma = strings.CutSuffix(before, ",")
		p.parts = strings.Split(resource, mark)
		for i, part := range p.parts[1:] {
			value, rest := part, ""
			if slash := strings.IndexByte(part, '/'); slash >= 0 {
				value, rest = part[:slash], part[slash:]
			}
			p.holes, p.parts[i+1] = append(p.holes, holeOf(value)), rest
		}
		t.pieces = append(t.pieces, piece{text: before}, p)
		text = text[end+1:]
	}
}

// holeOf parses what [symbol] writes, or a value, which has no "=".
func holeOf(text string) hole {
	if number, found := strings.CutPrefix(text, "="); found {
		if source, err := strconv.Atoi(number); err == nil {
			return hole{source: source}
		}
	}
	return hole{value: text, source: -1}
}

// filler fills a template with the values of sources.
type filler struct {
	to      []byte
	values  [][]string
	escaped [][]string // values percent-encoded; an element is nil if no value changes, or escapes are not wanted
	longest int        // the longest resource with values
	comma   bool       // whether a comma precedes the next resource
	chosen  []string
	other   []string // the chosen values percent-encoded
}

func newFiller(to []byte, values [][]string, escapes bool) *filler {
	f := &filler{to: to, values: values, escaped: make([][]string, len(values))}
	for i, list := range values {
		if !escapes || !slices.ContainsFunc(list, func(v string) bool { return access.Escaped(v) != v }) {
			continue
		}
		for _, v := range list {
			f.escaped[i] = append(f.escaped[i], access.Escaped(v))
		}
	}
	return f
}

// size returns roughly how many bytes the policy has.
func (t *template) size(values [][]string) int {
	n := 0
	for i := range t.pieces {
		p := &t.pieces[i]
		size, times := len(p.text), 1
		for _, part := range p.parts {
			size += len(part)
		}
		for _, h := range p.holes {
			if h.source >= 0 && len(values[h.source]) > 0 {
				size += len(values[h.source][0])
				times = min(times*len(values[h.source]), 1024)
			}
		}
		n += (size + len(`,""`)) * times
	}
	return n
}

// fill appends the policy.
func (t *template) fill(f *filler, escapes bool) {
	for i := range t.pieces {
		p := &t.pieces[i]
		f.comma = p.comma
		switch {
		case p.holes == nil:
			f.to = append(f.to, p.text...)
		case len(p.holes) == 1 && p.holes[0].source >= 0:
			source := p.holes[0].source
			for n, v := range f.values[source] {
				f.writeOne(p, v)
				if f.escaped[source] != nil && f.escaped[source][n] != v {
					f.writeOne(p, f.escaped[source][n])
				}
			}
		default:
			f.choose(p, escapes)
		}
	}
}

func (f *filler) beginResource() (at int) {
	if f.comma {
		f.to = append(f.to, ',')
	}
	f.comma = true
	f.to = append(f.to, '"')
	return len(f.to)
}

func (f *filler) endResource(at int) {
	f.longest = max(f.longest, len(f.to)-at)
	f.to = append(f.to, '"')
}

func (f *filler) writeOne(p *piece, value string) {
	at := f.beginResource()
	f.to = append(append(append(f.to, p.parts[0]...), value...), p.parts[1]...)
	f.endResource(at)
}

// choose tries all values for the hole after the chosen ones. It leaves the chosen ones as they were.
func (f *filler) choose(p *piece, escapes bool) {
	i := len(f.chosen)
	if i == len(p.holes) {
		f.writeSeveral(p, f.chosen)
		if !slices.Equal(f.chosen, f.other) {
			f.writeSeveral(p, f.other)
		}
		return
	}
	next := func(value, other string) {
		f.chosen, f.other = append(f.chosen[:i], value), append(f.other[:i], other)
		f.choose(p, escapes)
	}
	h := p.holes[i]
	switch {
	case h.source < 0 && escapes:
		next(h.value, access.Escaped(h.value))
	case h.source < 0:
		next(h.value, h.value)
	default:
		for n, v := range f.values[h.source] {
			other := v
			if f.escaped[h.source] != nil {
				other = f.escaped[h.source][n]
			}
			next(v, other)
		}
	}
	f.chosen, f.other = f.chosen[:i], f.other[:i]
}

func (f *filler) writeSeveral(p *piece, values []string) {
	at := f.beginResource()
	f.to = append(f.to, p.parts[0]...)
	for i, v := range values {
		f.to = append(append(f.to, v...), p.parts[i+1]...)
	}
	f.endResource(at)
}
