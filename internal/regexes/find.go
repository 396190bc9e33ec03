package regexes

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ErrWork is for a search that takes more work than is left for it.
var ErrWork = errors.New("takes more work than is left")

// Work is how much searches may still do. A character that a search reads costs as much as the expression has
// instructions, as each of them may be tried with it. An expression can make a search read a text to its end for each
// match, as x.*y|x does, so what is read is counted and not how long the text is.
type Work struct{ Left int }

// spend takes some of the work, and reports whether there was as much.
func (w *Work) spend(n int) bool {
	w.Left -= n
	return w.Left >= 0
}

// MatchWithin is Match for which there is work left. The error is [ErrWork] if there is not enough.
func (p *Pattern) MatchWithin(text string, work *Work) (bool, error) {
	if !work.spend(len(text) * p.size) {
		return false, ErrWork
	}
	return p.Match(text)
}

// What making an expression costs for each of its instructions, and a match that is found, as if so many characters had
// been read.
const (
	readToCompile = 16
	readToFind    = 4
)

// Compiled takes off the work of making the expression.
func (p *Pattern) Compiled(work *Work) error {
	if !work.spend(p.size * readToCompile) {
		return ErrWork
	}
	return nil
}

// FindAll returns what Matcher.find of Java finds one after the other, as [regexp.Regexp.FindAllStringSubmatchIndex]
// does, but at most limit of them unless it is negative. Java finds nothing, too, right after something that was found.
func (p *Pattern) FindAll(text string, limit int, work *Work) ([][]int, error) {
	if err := p.decides(text); err != nil {
		return nil, err
	}
	if p.empty && strings.IndexFunc(text, func(r rune) bool { return r > 0xffff }) >= 0 {
		// Java also finds nothing between the halves of a pair of UTF-16.
		return nil, fmt.Errorf("an expression that also matches nothing, with a text beyond U+FFFF, %w", ErrUnsupported)
	}
	var all [][]int
	for at := 0; at <= len(text) && len(all) != limit; {
		m, err := p.find(text, at, work)
		if err != nil || m == nil {
			return all, err
		}
		all = append(all, m)
		if at = m[1]; m[0] == at {
			_, width := utf8.DecodeRuneInString(text[at:])
			at += max(width, 1)
		}
	}
	return all, nil
}

// find looks for the expression from a place of a text on.
func (p *Pattern) find(text string, at int, work *Work) ([]int, error) {
	from, re := at, p.re
	if at > 0 && p.places {
		_, width := utf8.DecodeLastRuneInString(text[:at])
		from, re = at-width, p.after()
	}
	in := &counted{text: strings.NewReader(text[from:]), work: work, cost: p.size}
	m := re.FindReaderSubmatchIndex(in)
	if in.out || !work.spend(p.size*readToFind) {
		return nil, ErrWork
	}
	if m == nil {
		return nil, nil
	}
	if re != p.re {
		m = m[2:] // the first group is the expression
	}
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m, nil
}

// counted is a text whose reading takes work. Without work left, the text ends.
type counted struct {
	text *strings.Reader
	work *Work
	cost int
	out  bool
}

func (c *counted) ReadRune() (r rune, size int, err error) {
	if !c.work.spend(c.cost) {
		c.out = true
		return 0, 0, io.EOF
	}
	return c.text.ReadRune()
}
