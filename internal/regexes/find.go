package regexes

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ErrWork is returned for a search that needs more work than is left.
var ErrWork = errors.New("takes more work than is left")

// Work is how much searches may still do. Reading a character costs as much as the expression has instructions, since
// each of them may be tried with it. An expression such as x.*y|x can make a search read a text to its end for each
// match. So the characters read are counted, and not the length of the text.
type Work struct{ Left int }

// spend uses up work, and reports whether there was enough.
func (w *Work) spend(n int) bool {
	w.Left -= n
	return w.Left >= 0
}

// MatchWithin works like Match, with limited work. The error is [ErrWork] if that is not enough.
func (p *Pattern) MatchWithin(text string, work *Work) (bool, error) {
	if !work.spend(len(text) * p.size) {
		return false, ErrWork
	}
	return p.Match(text)
}

// The cost of compiling an expression, for each of its instructions, and of a match, as a number of characters read.
const (
	readToCompile = 16
	readToFind    = 4
)

// Compiled subtracts the work of compiling the expression.
func (p *Pattern) Compiled(work *Work) error {
	if !work.spend(p.size * readToCompile) {
		return ErrWork
	}
	return nil
}

// FindAll returns what Java's Matcher.find finds repeatedly, in the form of [regexp.Regexp.FindAllStringSubmatchIndex],
// and at most limit matches unless limit is negative. Unlike Go, Java also finds an empty match right after another
// match.
func (p *Pattern) FindAll(text string, limit int, work *Work) ([][]int, error) {
	if err := p.checkDecidable(text); err != nil {
		return nil, err
	}
	if p.mayBeEmpty && strings.IndexFunc(text, func(r rune) bool { return r > 0xffff }) >= 0 {
		// Java also finds an empty match between the surrogates of a UTF-16 pair.
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

// find searches for the expression from a position in a text.
func (p *Pattern) find(text string, at int, work *Work) ([]int, error) {
	from, re := at, p.re
	if at > 0 && p.looksBack {
		_, width := utf8.DecodeLastRuneInString(text[:at])
		from, re = at-width, p.afterFirst()
	}
	in := &countedReader{text: strings.NewReader(text[from:]), work: work, cost: p.size}
	m := re.FindReaderSubmatchIndex(in)
	if !work.spend(p.size * readToFind) { // also if the text ended for want of work
		return nil, ErrWork
	}
	if m == nil {
		return nil, nil
	}
	if re != p.re {
		m = m[2:] // the first group is the whole expression
	}
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m, nil
}

// countedReader is a text whose reading uses up work. Without work left, the text ends.
type countedReader struct {
	text *strings.Reader
	work *Work
	cost int
}

func (c *countedReader) ReadRune() (r rune, size int, err error) {
	if !c.work.spend(c.cost) {
		return 0, 0, io.EOF
	}
	return c.text.ReadRune()
}
