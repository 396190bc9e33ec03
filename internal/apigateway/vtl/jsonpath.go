package vtl

import (
	"fmt"
	"strconv"
	"strings"
)

// path is a JSONPath expression: members, indexes, and wildcards.
// Source: https://github.com/json-path/JsonPath, and https://goessner.net/articles/JsonPath/
type path []part

// Path is a JSONPath for use outside of templates.
type Path struct{ path path }

// ParsePath reads a JSONPath, such as $.orders[0].
func ParsePath(text string) (Path, error) {
	p, err := parsePath(text)
	return Path{p}, err
}

// Find returns the text of what a path finds in a JSON text; "" for nothing. Objects and lists are returned as JSON.
func (p Path) Find(text string) (string, error) {
	v, err := parseJSON(text)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBody, err)
	}
	if v, _, err = p.path.find(v); err != nil {
		return "", err
	}
	switch v.(type) {
	case *Map, *List:
		return jsonText(v), nil
	}
	return stringOf(v), nil
}

// maxFound limits how many values a path may find: a .. after another .. finds some of them repeatedly.
const maxFound = 100_000

type part struct {
	name  string // the name of a member
	index int    // the index of an element, from the end if negative
	kind  byte   // '.' member, '[' element, '*' all, '~' all below (..), 'n' length()
}

// parsePath reads a path such as $.orders[0]['total'].
func parsePath(text string) (path, error) {
	rest := strings.TrimSpace(text)
	fail := func(why string) (path, error) {
		return nil, fmt.Errorf("the JSONPath %q: %s", text, why)
	}
	if !strings.HasPrefix(rest, "$") {
		return fail("want one that begins with $")
	}
	rest = rest[1:]
	var out path
	for rest != "" {
		switch {
		case rest == ".length()":
			return append(out, part{kind: 'n'}), nil
		case strings.HasPrefix(rest, ".."):
			out = append(out, part{kind: '~'})
			if rest = rest[2:]; strings.HasPrefix(rest, "[") {
				continue
			}
			rest = "." + rest
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			name := rest[1 : 1+end]
			rest = rest[1+end:]
			switch {
			case name == "*":
				out = append(out, part{kind: '*'})
			case name == "" || strings.ContainsAny(name, "()?@,:'\" "):
				return fail("members, ['member'], [0], [*], .. and length() are supported")
			default:
				out = append(out, part{name: name, kind: '.'})
			}
		case rest[0] == '[':
			p, length, ok := bracket(rest)
			if !ok {
				return fail("members, ['member'], [0], [*], .. and length() are supported")
			}
			out = append(out, p)
			rest = rest[length:]
		default:
			return fail("want . or [ after a part")
		}
	}
	return out, nil
}

// bracket reads a part in brackets, and returns its length.
func bracket(text string) (p part, length int, ok bool) {
	if len(text) > 2 && (text[1] == '\'' || text[1] == '"') {
		end := strings.IndexByte(text[2:], text[1])
		if end < 0 || !strings.HasPrefix(text[2+end+1:], "]") || strings.Contains(text[2:2+end], `\`) {
			return p, 0, false
		}
		return part{name: text[2 : 2+end], kind: '.'}, end + 4, true
	}
	end := strings.IndexByte(text, ']')
	if end < 0 {
		return p, 0, false
	}
	inner := strings.TrimSpace(text[1:end])
	if inner == "*" {
		return part{kind: '*'}, end + 1, true
	}
	n, err := strconv.Atoi(inner)
	return part{index: n, kind: '['}, end + 1, err == nil
}

// find returns what a path finds in a value, "" for nothing, and how many values it visited. A path with a wildcard
// finds a list.
func (p path) find(v Value) (out Value, passed int, err error) {
	found := []Value{v}
	many := false
	for _, part := range p {
		var next []Value
		for _, v := range found {
			if next = part.apply(next, v, 0); len(next) > maxFound {
				return nil, 0, fmt.Errorf("the JSONPath finds more than %d values", maxFound)
			}
		}
		found = next
		passed += len(found)
		many = many || part.kind == '*' || part.kind == '~'
	}
	switch {
	case many:
		return &List{Items: found, text: true}, passed, nil
	case len(found) == 0:
		return "", passed, nil
	}
	return found[0], passed, nil
}

func (p part) apply(to []Value, v Value, depth int) []Value {
	m, isMap := v.(*Map)
	l, isList := v.(*List)
	switch {
	case p.kind == '.' && isMap && m.has(p.name):
		return append(to, m.entries[p.name])
	case p.kind == '[' && isList:
		i := p.index
		if i < 0 {
			i += len(l.Items)
		}
		if i >= 0 && i < len(l.Items) {
			return append(to, l.Items[i])
		}
	case p.kind == '*' && isMap:
		return append(to, m.values()...)
	case p.kind == '*' && isList:
		return append(to, l.Items...)
	case p.kind == 'n' && isMap:
		return append(to, int64(len(m.keys)))
	case p.kind == 'n' && isList:
		return append(to, int64(len(l.Items)))
	case p.kind == '~' && depth <= maxDepth:
		to = append(to, v)
		var below []Value
		if isMap {
			below = m.values()
		} else if isList {
			below = l.Items
		}
		for _, v := range below {
			to = p.apply(to, v, depth+1)
		}
	}
	return to
}
