package main

import "strings"

// glob matches a pattern in which a star stands for any text, including slashes.
func glob(pattern, text string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, before)
	if !ok {
		return false
	}
	for i := range len(rest) + 1 {
		if glob(after, rest[i:]) {
			return true
		}
	}
	return false
}

// globs works like [glob], with a question mark for one character.
func globs(pattern, text string) bool {
	i := strings.IndexByte(pattern, '?')
	if i < 0 {
		return glob(pattern, text)
	}
	for j := range len(text) {
		if globs(pattern[:i]+text[j:j+1]+pattern[i+1:], text) {
			return true
		}
	}
	return false
}

// find returns the route of a request, with the values of the path. At each place, a literal takes precedence over a
// parameter. A resource without the verb is skipped.
func (a *api) find(verb, path string) (*route, map[string]string) {
	parts := split(path)
	var best *route
	bestRank, values := "", map[string]string{}
	for i := range a.routes {
		r := &a.routes[i]
		if r.verb != verb && r.verb != "ANY" {
			continue
		}
		rank, got, ok := match(split(r.path), parts)
		if !ok {
			continue
		}
		if r.verb == "ANY" { // on one path, the verb's own method comes first
			rank += "z"
		} else {
			rank += "a"
		}
		if best == nil || rank < bestRank {
			best, bestRank, values = r, rank, got
		}
	}
	if values == nil { // the route has no parameters
		values = map[string]string{}
	}
	return best, values
}

// match ranks a pattern for a path, with a letter for each place: "a" for a literal, "b" for a parameter, "c" for the
// rest.
func match(pattern, parts []string) (rank string, values map[string]string, ok bool) {
	for i, p := range pattern {
		switch {
		case i >= len(parts):
			return "", nil, false
		case strings.HasSuffix(p, "+}"):
			return rank + "c", values, true
		case strings.HasPrefix(p, "{"):
			if values == nil {
				values = map[string]string{}
			}
			values[strings.Trim(p, "{}")] = parts[i]
			rank += "b"
		case p != parts[i]:
			return "", nil, false
		default:
			rank += "a"
		}
	}
	return rank, values, len(pattern) == len(parts)
}

func split(path string) []string {
	out := make([]string, 0, 8)
	for part := range strings.SplitSeq(path, "/") {
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}
