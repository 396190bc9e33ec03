package vtl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// maxPattern is the size limit, in bytes, of a regular expression that a template makes when it is rendered.
const maxPattern = 1000

// compile compiles a Java regular expression that package regexes supports.
func compile(pattern string, read func(string) (*regexes.Pattern, error)) (*regexes.Pattern, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("it has %d bytes, at most %d are supported", len(pattern), maxPattern)
	}
	return read(pattern)
}

// goReplacement converts the second argument of replaceAll: $1 is a group, and a backslash quotes the next character.
// Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Matcher.html#appendReplacement
func goReplacement(text string, groups int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\':
			if i++; i == len(text) {
				return "", errors.New("the replacement ends with a backslash")
			}
			if text[i] == '$' {
				b.WriteByte('$') // doubled for Go's template
			}
			b.WriteByte(text[i])
		case '$':
			n, digits, err := groupNumber(text[i+1:], groups)
			if err != nil {
				return "", err
			}
			i += digits
			fmt.Fprintf(&b, "${%d}", n)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// groupNumber reads the number of a group after a $. It takes as many digits as still make the number of a group in the
// expression.
func groupNumber(text string, groups int) (n, digits int, err error) {
	if strings.HasPrefix(text, "{") {
		return 0, 0, errors.New("the replacement has ${, of which the name of a group is not supported: use its number")
	}
	for ; digits < len(text) && '0' <= text[digits] && text[digits] <= '9'; digits++ {
		longer := n*10 + int(text[digits]-'0')
		if longer > groups && digits > 0 {
			break
		}
		n = longer
	}
	switch {
	case digits == 0:
		return 0, 0, errors.New(`the replacement has a $ without the number of a group: write \$ for the character`)
	case n > groups:
		return 0, 0, fmt.Errorf("there is no group %d", n)
	}
	return n, digits, nil
}

// compileFor works like compile, and fails if no work is left.
func compileFor(v Value, read func(string) (*regexes.Pattern, error), work *regexes.Work) (*regexes.Pattern, error) {
	pattern, err := compile(stringOf(v), read)
	if err != nil {
		return nil, err
	}
	return pattern, pattern.Compiled(work)
}

func replaceAll(s string, args []Value, work *regexes.Work) (Value, error) {
	return replaceMatches(s, args, -1, work)
}

func replaceFirst(s string, args []Value, work *regexes.Work) (Value, error) {
	return replaceMatches(s, args, 1, work)
}

func replaceMatches(s string, args []Value, n int, work *regexes.Work) (Value, error) {
	pattern, err := compileFor(args[0], regexes.Java, work)
	if err != nil {
		return nil, err
	}
	found, err := pattern.FindAll(s, n, work)
	if err != nil {
		return nil, err
	}
	if found == nil { // Java reads the replacement only if it finds a match
		return s, nil
	}
	with, err := goReplacement(stringOf(args[1]), pattern.Groups())
	if err != nil {
		return nil, err
	}
	var out []byte
	last := 0
	for _, match := range found {
		out = append(out, s[last:match[0]]...)
		out = pattern.Expand(out, with, s, match)
		if last = match[1]; len(out) > maxBytes {
			return nil, fmt.Errorf("its answer has more than %d bytes", maxBytes)
		}
	}
	return string(append(out, s[last:]...)), nil
}

// matches reports whether the whole string matches.
func matches(s string, args []Value, work *regexes.Work) (Value, error) {
	pattern, err := compileFor(args[0], regexes.Whole, work)
	if err != nil {
		return nil, err
	}
	return pattern.MatchWithin(s, work)
}

// split omits empty strings at the end, unless there is a limit, and an empty string at the beginning that an empty
// match would make.
// Source: https://docs.oracle.com/javase/8/docs/api/java/lang/String.html#split-java.lang.String-int-
func split(s string, args []Value, work *regexes.Work) (Value, error) {
	pattern, err := compileFor(args[0], regexes.Java, work)
	if err != nil {
		return nil, err
	}
	found, err := pattern.FindAll(s, -1, work)
	if err != nil {
		return nil, err
	}
	limit := int64(0)
	if len(args) == 2 {
		limit, _ = integer(args[1])
	}
	out := &List{}
	last := 0
	for _, match := range found {
		if limit > 0 && int64(len(out.Items)) == limit-1 {
			break
		}
		if match[1] == 0 {
			continue
		}
		out.Items = append(out.Items, s[last:match[0]])
		last = match[1]
	}
	out.Items = append(out.Items, s[last:])
	for limit == 0 && last > 0 && len(out.Items) > 0 && out.Items[len(out.Items)-1] == "" {
		out.Items = out.Items[:len(out.Items)-1]
	}
	return out, nil
}
