package matrix

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// stop is what columns are rounded up to. A route that is a little longer than the longest one then leaves the other
// lines as they are, and a comparison of two tables shows what changed.
const stop = 8

// Text is the matrix as a table, one route a line; nothing if there is no API.
func (m Matrix) Text() []byte {
	if len(m.APIs) == 0 {
		return nil
	}
	rows := [][]string{{"API", "ROUTE", "AUTHORIZER", "CACHE", "API KEY", "WHO MAY CALL"}}
	var notes []string
	for _, api := range m.APIs {
		for _, r := range api.Routes {
			guard := r.Kind
			if r.Authorizer != "" {
				guard += " " + r.Authorizer
			}
			key := "-"
			if r.APIKey {
				key = "needed"
			}
			rows = append(rows, []string{api.String(), r.String(), guard, r.cache(), key, r.who()})
		}
		if len(api.Routes) == 0 {
			notes = append(notes, api.String()+" has no routes.")
		}
		if api.ResourcePolicy {
			notes = append(notes, api.String()+" has a resource policy, which limits all of its routes.")
		}
	}
	out := table(rows)
	if notes != nil {
		out = append(out, '\n')
	}
	for _, n := range notes {
		out = append(append(out, plain(n)...), '\n')
	}
	return out
}

// table aligns rows. The last column is not padded.
func table(rows [][]string) []byte {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = plain(cell)
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b bytes.Buffer
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				width := (widths[i] + 2 + stop - 1) / stop * stop
				b.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// plain is a text on one line, without anything that a terminal would take for an instruction: names and reasons are
// whatever the template has.
func plain(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			quoted := strconv.Quote(text)
			return quoted[1 : len(quoted)-1]
		}
	}
	return text
}

// who may call, with the reason where that is anyone.
func (r Route) who() string {
	switch {
	case r.Kind != None:
		return r.Who
	case r.Public == "":
		return "anyone, and no reason is given"
	}
	return "anyone: " + r.Public
}

// cache is a duration in its largest whole unit.
func (r Route) cache() string {
	if r.Cache == nil {
		return "-"
	}
	d := *r.Cache
	switch {
	case d == 0:
		return "off"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}
