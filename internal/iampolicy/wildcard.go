package iampolicy

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether a pattern matches all of s. A "*" matches any characters or none, and "?" any one character;
// both also match slashes. The escapes "${*}", "${?}" and "${$}" match the characters themselves.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
//
// Only the last * has to be tried again, because it can match whatever an earlier one could have.
func Match(pattern, s string) bool {
	p := literalPrefix(pattern, s)
	i := p
	star, mark := -1, 0 // after the last *, and the end of what it has matched
	for i < len(s) {
		if p < len(pattern) {
			c, width := wildcardToken(pattern[p:])
			if c == anyRun {
				p += width
				star, mark = p, i
				continue
			}
			if n := tokenLength(c, s[i:]); n > 0 {
				p += width
				i += n
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[mark:])
		mark += n
		p, i = star, mark
	}
	for p < len(pattern) {
		c, width := wildcardToken(pattern[p:])
		if c != anyRun {
			return false
		}
		p += width
	}
	return true
}

// literalPrefix returns the length of the common prefix of a pattern and a text, up to the first character that may not
// stand for itself in a pattern. Most patterns begin with many that do.
func literalPrefix(pattern, s string) int {
	for i := range min(len(pattern), len(s)) {
		if c := pattern[i]; c != s[i] || c == '*' || c == '?' || c == '$' {
			return i
		}
	}
	return min(len(pattern), len(s))
}

// Meet reports whether some text matches both patterns.
func Meet(a, b string) bool {
	x, y := tokens(a), tokens(b)
	fits := make([][]bool, len(x)+1) // whether the rests from i and j on meet
	for i := len(x); i >= 0; i-- {
		fits[i] = make([]bool, len(y)+1)
		for j := len(y); j >= 0; j-- {
			switch {
			case i == len(x) && j == len(y):
				fits[i][j] = true
			case i < len(x) && x[i] == anyRun:
				fits[i][j] = fits[i+1][j] || j < len(y) && fits[i][j+1]
			case j < len(y) && y[j] == anyRun:
				fits[i][j] = fits[i][j+1] || i < len(x) && fits[i+1][j]
			case i < len(x) && j < len(y):
				fits[i][j] = (x[i] == y[j] || x[i] == anyOne || y[j] == anyOne) && fits[i+1][j+1]
			}
		}
	}
	return fits[0][0]
}

// tokens splits a pattern into anyRun, anyOne and characters.
func tokens(pattern string) []int {
	var out []int
	for pattern != "" {
		token, width := wildcardToken(pattern)
		if token >= utf8.RuneSelf { // a character of several bytes is a single one for ?
			r, n := utf8.DecodeRuneInString(pattern)
			token, width = int(r), n
		}
		out = append(out, token)
		pattern = pattern[width:]
	}
	return out
}

// The tokens that do not stand for a byte.
const (
	anyRun = -1
	anyOne = -2
)

// wildcardToken returns the pattern's first token (anyRun, anyOne or a byte) and its length.
func wildcardToken(pattern string) (token, width int) {
	switch pattern[0] {
	case '*':
		return anyRun, 1
	case '?':
		return anyOne, 1
	case '$':
		if len(pattern) >= 4 && pattern[1] == '{' && pattern[3] == '}' && strings.IndexByte("*?$", pattern[2]) >= 0 {
			return int(pattern[2]), 4
		}
	}
	return int(pattern[0]), 1
}

// tokenLength returns how much of s a token other than anyRun matches, or 0.
func tokenLength(token int, s string) int {
	if token == anyOne {
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	if int(s[0]) == token {
		return 1
	}
	return 0
}

// hasVariable reports whether a text has a "${" that does not escape *, ? or $.
func hasVariable(s string) bool {
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			return false
		}
		_, width := wildcardToken(s[i:])
		if width != 4 {
			return true
		}
		s = s[i+width:]
	}
}

// unescape resolves "${*}", "${?}" and "${$}" in a text.
func unescape(s string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		token, width := wildcardToken(s)
		if width == 4 {
			b.WriteByte(byte(token))
		} else {
			b.WriteString(s[:width])
		}
		s = s[width:]
	}
	return b.String()
}

// resourceMatches reports whether an element of Resource matches an ARN. A wildcard matches within one of an ARN's six
// parts, but a * at the end of a part also matches across its colon. The sixth part may contain colons.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func resourceMatches(pattern, arn string) bool {
	fixed := fifthColon(pattern)
	if fixed > 0 && !strings.ContainsAny(pattern[:fixed], "*?$") {
		return len(arn) >= fixed && arn[:fixed] == pattern[:fixed] && Match(pattern[fixed:], arn[fixed:])
	}
	return partsMatch(pattern, arn)
}

// fifthColon returns the length of an ARN's first five parts with their colons, or -1.
func fifthColon(s string) int {
	at := 0
	for range 5 {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	return at
}

// partsMatch is resourceMatches for any pattern. It tracks the positions in s at which the parts read so far can end.
func partsMatch(pattern, s string) bool {
	places := []int{0}
	for range 5 {
		head, rest, more := strings.Cut(pattern, ":")
		if !more {
			break
		}
		pattern = rest
		if places = afterPart(head, s, places); len(places) == 0 {
			return false
		}
	}
	for _, at := range places {
		if Match(pattern, s[at:]) {
			return true
		}
	}
	return false
}

// afterPart returns the positions at which a part that starts at one of the given positions can end, including its
// colon, in ascending order.
func afterPart(part, s string, places []int) (next []int) {
	crosses := strings.HasSuffix(part, "*")
	for _, at := range places {
		matched := false
		for end := at; ; end++ {
			i := strings.IndexByte(s[end:], ':')
			if i < 0 {
				break
			}
			end += i
			if matched = matched || Match(part, s[at:end]); matched && (len(next) == 0 || next[len(next)-1] <= end) {
				next = append(next, end+1)
			}
			if !crosses {
				break
			}
		}
	}
	return next
}
