package vtl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// maxPattern is how large a regular expression may be that a template makes when it runs.
const maxPattern = 1000

// compile reads a regular expression of Java, of those that package regexes supports.
func compile(pattern string, read func(string) (*regexes.Pattern, error)) (*regexes.Pattern, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("it has %d bytes, at most %d are supported", len(pattern), maxPattern)
	}
	return read(pattern)
}

// replacement reads the second argument of replaceAll: $1 is a group, and a backslash takes the next character as it
// is.
// Source: https://docs.oracle.com/javase/8/docs/api/java/util/regex/Matcher.html#appendReplacement
func replacement(text string, groups int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\':
			if i++; i == len(text) {
				return "", errors.New("the replacement ends with a backslash")
			}
			if text[i] == '$' {
				b.WriteByte('$') // doubled, as Go's template has it
			}
			b.WriteByte(text[i])
		case '$':
			if i++; i == len(text) || text[i] < '0' || text[i] > '9' {
				return "", errors.New("the replacement has a $ without the number of a group")
			}
			if int(text[i]-'0') > groups {
				return "", fmt.Errorf("there is no group %c", text[i])
			}
			fmt.Fprintf(&b, "${%c}", text[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

func replaceAll(s string, args []Value) (Value, error) { return replaced(s, args, -1) }

func replaceFirst(s string, args []Value) (Value, error) { return replaced(s, args, 1) }

func replaced(s string, args []Value, n int) (Value, error) {
	pattern, err := compile(stringOf(args[0]), regexes.Java)
	if err != nil {
		return nil, err
	}
	found, err := pattern.FindAll(s)
	if err != nil {
		return nil, err
	}
	if found == nil { // Java reads the replacement where it finds something
		return s, nil
	}
	with, err := replacement(stringOf(args[1]), pattern.Groups())
	if err != nil {
		return nil, err
	}
	if n > 0 {
		found = found[:min(n, len(found))]
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

// matches is of the whole string.
func matches(s string, args []Value) (Value, error) {
	pattern, err := compile(stringOf(args[0]), regexes.Whole)
	if err != nil {
		return nil, err
	}
	return pattern.Match(s)
}

// split leaves out empty strings at the end, unless there is a limit, and one at the beginning that a match of nothing
// would make.
// Source: https://docs.oracle.com/javase/8/docs/api/java/lang/String.html#split-java.lang.String-int-
func split(s string, args []Value) (Value, error) {
	pattern, err := compile(stringOf(args[0]), regexes.Java)
	if err != nil {
		return nil, err
	}
	found, err := pattern.FindAll(s)
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
