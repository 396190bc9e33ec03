package events

import (
	"maps"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// How events write an empty map: AWS_PROXY events have null, those of REQUEST authorizers an empty object.
const (
	nothing = "null"
	empty   = "{}"
)

// appendPair writes lines as two members: one with the last value of each name, and one with all values. Names that
// differ in case are different: "Header names and query parameters are processed in a case-sensitive way",
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func appendPair(b []byte, single, multi string, lines []exchange.Header, none string) []byte {
	var few [fewLines]link
	links := few[:]
	if len(lines) > len(few) {
		links = make([]link, len(lines))
	}
	group(lines, links)
	b = append(b, single...)
	if len(lines) == 0 {
		b = append(b, none...)
		b = append(b, multi...)
		return append(b, none...)
	}
	separator := byte('{')
	for i, line := range lines {
		if links[i].first == i {
			b = append(b, separator)
			b = appendString(b, line.Name)
			b = append(b, ':')
			b = appendString(b, lines[links[i].last].Value)
			separator = ','
		}
	}
	b = append(b, '}')
	b = append(b, multi...)
	separator = '{'
	for i, line := range lines {
		if links[i].first == i {
			b = append(b, separator)
			b = appendString(b, line.Name)
			b = append(b, ":["...)
			b = appendString(b, line.Value)
			for j := links[i].next; j != 0; j = links[j].next {
				b = append(b, ',')
				b = appendString(b, lines[j].Value)
			}
			b = append(b, ']')
			separator = ','
		}
	}
	return append(b, '}')
}

// link is the place of a line among the lines of the same name: the index of the first one, of the next one or 0, and,
// in the first one's link, of the last one.
type link struct{ first, next, last int }

// fewLines is the number of lines up to which comparing them one by one is faster than a map.
const fewLines = 32

// group links the lines of each name.
func group(lines []exchange.Header, links []link) {
	var firsts map[string]int
	if len(lines) > fewLines {
		firsts = make(map[string]int, len(lines))
	}
	for i, line := range lines {
		first := i
		if firsts != nil {
			if at, ok := firsts[line.Name]; ok {
				first = at
			} else {
				firsts[line.Name] = i
			}
		} else {
			for j := range i {
				if lines[j].Name == line.Name {
					first = j
					break
				}
			}
		}
		links[i] = link{first: first, last: i}
		if first != i {
			links[links[first].last].next = i
			links[first].last = i
		}
	}
}

// appendMembers writes the rest of an object: the members of a map in the order of their names, and the closing brace.
// The caller has written the opening brace, and may have written members.
func appendMembers(b []byte, m map[string]string, skip ...string) []byte {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if slices.Contains(skip, name) {
			continue
		}
		if last := b[len(b)-1]; last != '{' {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = appendString(b, m[name])
	}
	return append(b, '}')
}

// appendMap writes a map with its names in order; none stands for an empty map.
func appendMap(b []byte, m map[string]string, none string) []byte {
	if len(m) == 0 {
		return append(b, none...)
	}
	return appendMembers(append(b, '{'), m)
}
