package dev

import (
	"strings"
	"unicode/utf8"
)

// width is that of a terminal which was not made wider.
const width = 80

// narrow makes the table of routes one that is read at 80 columns: an API's name once, below it a line for each route
// with who may call it and, in parentheses, the kind of authorizer, how long its answers are kept, and whether an API
// key is needed.
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

// guardOf is what guards a route, in parentheses; "" for nothing.
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

// wrapped breaks a text after words, and indents what follows the first line.
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
