package dev

import (
	"strings"
	"unicode/utf8"
)

// width is the default width of a terminal.
const width = 80

// narrow formats the table of routes for 80 columns: an API's name once, and below it a line for each route with who
// may call it and, in parentheses, the kind of authorizer, how long its answers are cached, and whether an API key is
// needed.
func narrow(rows [][]string, notes []string) (out []string) {
	longest := 0
	for _, row := range rows {
		longest = max(longest, utf8.RuneCountInString(row[1]))
	}
	longest = min(longest, width/2)
	api := ""
	for _, row := range rows {
		if row[0] != api {
			api = row[0]
			out = append(out, api)
		}
		padding := strings.Repeat(" ", max(longest-utf8.RuneCountInString(row[1]), 0))
		out = append(out, wrapped("  "+row[1]+padding+"  ", row[5]+guardOf(row[2], row[3], row[4]), longest+4)...)
	}
	for _, n := range notes {
		out = append(out, wrapped("", n, 0)...)
	}
	return out
}

// guardOf describes the guard of a route in parentheses; "" if there is nothing to say.
func guardOf(authorizer, cache, key string) string {
	kind, _, _ := strings.Cut(authorizer, " ")
	var guard []string
	if kind != "none" {
		guard = append(guard, kind)
	}
	if cache != "-" {
		guard = append(guard, cache)
	}
	if key != "-" {
		guard = append(guard, "API key")
	}
	if guard == nil {
		return ""
	}
	return " (" + strings.Join(guard, ", ") + ")"
}

// wrapped wraps a text after words, and indents all lines but the first.
func wrapped(head, text string, indent int) (out []string) {
	line := head
	for word := range strings.FieldsSeq(text) {
		blank := line == head
		if !blank && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			out = append(out, line)
			line, blank = strings.Repeat(" ", indent), true
		}
		if !blank {
			line += " "
		}
		line += word
	}
	return append(out, line)
}
