// Package regexes reads the regular expressions of Java and of ECMA 262, as API Gateway's, and matches them with Go's.
// What Go cannot match in the same sense is [ErrUnsupported] and not matched in another one: look-around, back
// references, possessive quantifiers, nested classes, and Java's flags but i and s.
//
// Source: "API Gateway uses Java pattern-style regexes for response mapping" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html, which leads to
// https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html.
package regexes

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// ErrUnsupported is for an expression that its own dialect may have, and that is not matched here.
var ErrUnsupported = errors.New("is not supported here")

// Pattern is an expression of Java. It is safe for concurrent use.
type Pattern struct {
	re       *regexp.Regexp
	dollar   bool // it has a $ that a line terminator at the end of a text may follow
	boundary bool // it has \b, which counts other letters than those of ASCII up to Java 18, and not from 19 on
	empty    bool // it may match nothing
	places   bool // it looks at what is before a match
	size     int  // how many instructions it has

	after func() *regexp.Regexp // finds it behind the first character of a text; nil for one that looks at no place
}

// Java reads an expression that is looked for in a text.
func Java(expression string) (*Pattern, error) { return compile(expression, false) }

// Whole reads an expression that matches a text as a whole, as matches() of Java does.
func Whole(expression string) (*Pattern, error) { return compile(expression, true) }

func compile(expression string, whole bool) (*Pattern, error) {
	t := translator{in: unquote(expression)}
	text, err := t.translate()
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, unsupportedBy(err)
	}
	if repeatsNothing(tree, whole) {
		return nil, fmt.Errorf("the repetition of a group that also matches nothing %w", ErrUnsupported)
	}
	p := &Pattern{boundary: t.boundary, empty: mayBeEmpty(tree), places: looksBack(tree)}
	p.dollar = t.dollar && !(whole && endsAtDollar(tree, true))
	if whole {
		text = `\A(?:` + text + `)\z`
	}
	if p.re, err = regexp.Compile(text); err != nil {
		return nil, unsupportedBy(err)
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, unsupportedBy(err)
	}
	p.size = len(program.Inst)
	if p.places {
		after := `\A(?s:.)(?s:.)*?(` + text + `)`
		if _, err := syntax.Parse(after, syntax.Perl); err != nil { // it nests more deeply
			return nil, unsupportedBy(err)
		}
		p.after = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(after) })
	}
	return p, nil
}

// unsupportedBy is an error of Go's own limits, of which the text is not the one that was read.
func unsupportedBy(err error) error {
	var s *syntax.Error
	if errors.As(err, &s) {
		return fmt.Errorf("its size or form %w: %s", ErrUnsupported, s.Code)
	}
	return err
}

// Groups is how many groups the expression captures.
func (p *Pattern) Groups() int { return p.re.NumSubexp() }

// Expand appends a template, in which ${n} is what group n captured, as [regexp.Regexp.ExpandString] does.
func (p *Pattern) Expand(to []byte, template, text string, match []int) []byte {
	return p.re.ExpandString(to, template, text, match)
}

// Match reports whether the expression matches a text. The error is [ErrUnsupported] for a text of which it is not
// known.
func (p *Pattern) Match(text string) (bool, error) {
	if err := p.decides(text); err != nil {
		return false, err
	}
	return p.re.MatchString(text), nil
}

func (p *Pattern) decides(text string) error {
	if p.dollar && endsLine(text) {
		return fmt.Errorf("a $ with a text that ends with a line terminator %w", ErrUnsupported)
	}
	if p.boundary && strings.IndexFunc(text, foreignLetter) >= 0 {
		return fmt.Errorf(`\b with a text that has letters, digits or marks other than those of ASCII %w`, ErrUnsupported)
	}
	return nil
}

// foreignLetter reports whether \b takes a character for part of a word in some versions of Java alone.
func foreignLetter(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.In(r, unicode.L, unicode.N, unicode.M) || !unicode.IsGraphic(r))
}

// endsLine reports whether a text ends with a line terminator of Java.
func endsLine(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return text != "" && strings.ContainsRune("\n\r\u0085\u2028\u2029", r)
}

// endsAtDollar reports whether nothing can come after a $ in an expression, last if nothing comes after it.
func endsAtDollar(re *syntax.Regexp, last bool) bool {
	switch re.Op {
	case syntax.OpEndText:
		return last || re.Flags&syntax.WasDollar == 0
	case syntax.OpConcat:
		for i := len(re.Sub) - 1; i >= 0; i-- {
			if !endsAtDollar(re.Sub[i], last) {
				return false
			}
			last = last && (re.Sub[i].Op == syntax.OpEndText || re.Sub[i].Op == syntax.OpEmptyMatch)
		}
		return true
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		last = false
	}
	for _, sub := range re.Sub {
		if !endsAtDollar(sub, last) {
			return false
		}
	}
	return true
}

// mayBeEmpty reports whether an expression can match nothing.
func mayBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return mayBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || mayBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !mayBeEmpty(sub) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, mayBeEmpty)
	}
	return true
}

// repeatsNothing reports whether an expression repeats a group that can match nothing: there Java ends the repetition,
// and Go looks for something longer. Of a whole text that counts only where a group has to be there more than once.
func repeatsNothing(re *syntax.Regexp, whole bool) bool {
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus, syntax.OpRepeat:
		if mayBeEmpty(re.Sub[0]) && (!whole || re.Min > 1) {
			return true
		}
	}
	return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return repeatsNothing(sub, whole) })
}

// looksBack reports whether an expression has ^ or \b.
func looksBack(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	return slices.ContainsFunc(re.Sub, looksBack)
}
