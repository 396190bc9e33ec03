// Package regexes compiles the regular expressions of Java, which API Gateway uses, and of ECMA 262, and matches them
// with Go's. Features that Go cannot match with the same meaning are [ErrUnsupported], and never matched with another
// meaning: look-around, back references, possessive quantifiers, nested classes, and all flags of Java except i and s.
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

// ErrUnsupported is returned for an expression that may be valid in its own dialect, but is not matched here.
var ErrUnsupported = errors.New("is not supported here")

// Pattern is a Java expression. It is safe for concurrent use.
type Pattern struct {
	re         *regexp.Regexp
	dollar     bool // a $ may match before a line terminator at the end of a text
	boundary   bool // it has \b, for which non-ASCII letters count up to Java 18, and not from 19 on
	mayBeEmpty bool // it may match the empty text
	looksBack  bool // it depends on what precedes a match
	size       int  // the number of instructions

	afterFirst func() *regexp.Regexp // searches after the first character of a text; nil unless places is set
}

// Java compiles an expression that matches parts of a text.
func Java(expression string) (*Pattern, error) { return compile(expression, false) }

// Whole compiles an expression that matches a whole text, like Java's matches().
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
	p := &Pattern{boundary: t.boundary, mayBeEmpty: mayBeEmpty(tree), looksBack: looksBack(tree)}
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
	if p.looksBack {
		after := `\A(?s:.)(?s:.)*?(` + text + `)`
		if _, err := syntax.Parse(after, syntax.Perl); err != nil { // its nesting is deeper
			return nil, unsupportedBy(err)
		}
		p.afterFirst = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(after) })
	}
	return p, nil
}

// unsupportedBy returns an error for a limit of Go's, without Go's text, which shows the translated expression.
func unsupportedBy(err error) error {
	var s *syntax.Error
	if errors.As(err, &s) {
		return fmt.Errorf("its size or form %w: %s", ErrUnsupported, s.Code)
	}
	return err
}

// Groups returns the number of capturing groups.
func (p *Pattern) Groups() int { return p.re.NumSubexp() }

// Expand appends a template, in which ${n} is the text of group n, like [regexp.Regexp.ExpandString].
func (p *Pattern) Expand(to []byte, template, text string, match []int) []byte {
	return p.re.ExpandString(to, template, text, match)
}

// Match reports whether the expression matches a text. The error is [ErrUnsupported] if that cannot be decided for the
// text.
func (p *Pattern) Match(text string) (bool, error) {
	if err := p.checkDecidable(text); err != nil {
		return false, err
	}
	return p.re.MatchString(text), nil
}

func (p *Pattern) checkDecidable(text string) error {
	if p.dollar && endsLine(text) {
		return fmt.Errorf("a $ with a text that ends with a line terminator %w", ErrUnsupported)
	}
	if p.boundary && strings.IndexFunc(text, foreignLetter) >= 0 {
		return fmt.Errorf(`\b with a text that has letters, digits or marks other than those of ASCII %w`, ErrUnsupported)
	}
	return nil
}

// foreignLetter reports whether \b treats a character as part of a word only in some versions of Java.
func foreignLetter(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.In(r, unicode.L, unicode.N, unicode.M) || !unicode.IsGraphic(r))
}

// endsLine reports whether a text ends with a line terminator of Java.
func endsLine(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return text != "" && strings.ContainsRune("\n\r\u0085\u2028\u2029", r)
}

// endsAtDollar reports whether nothing can follow a $ in an expression. last says that nothing follows the expression.
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

// mayBeEmpty reports whether an expression can match the empty text.
func mayBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpNoMatch:
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

// repeatsNothing reports whether an expression repeats a group that can match the empty text. Java ends the repetition
// there, and Go looks for a longer match. For a whole text this matters only if a group must occur more than once.
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
