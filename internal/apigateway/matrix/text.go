package matrix

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// columnStep is the multiple to which the width of columns is rounded up.
const columnStep = 8

// Routes returns a table of who may call which route, and how resource policies affect that. [Matrix.Text] has
// everything that access depends on, and is the one to compare.
func (m Matrix) Routes() []byte {
	if len(m.APIs) == 0 {
		return nil
	}
	rows, notes := m.Rows()
	out := table(append([][]string{{"API", "ROUTE", "AUTHORIZER", "CACHE", "API KEY", "WHO MAY CALL"}}, rows...))
	if notes != nil {
		out = append(out, '\n')
	}
	for _, n := range notes {
		out = append(append(out, Plain(n)...), '\n')
	}
	return out
}

// Rows returns the rows of [Matrix.Routes] without the header: the API, the route, its authorizer, how long the
// authorizer's answers are cached, whether an API key is needed, and who may call. The notes apply to a whole API.
func (m Matrix) Rows() (rows [][]string, notes []string) {
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
			row := []string{api.String(), r.String(), guard, r.describeCache(), key, r.describeCallers()}
			for i, cell := range row {
				row[i] = Plain(cell)
			}
			rows = append(rows, row)
		}
		if len(api.Routes) == 0 {
			notes = append(notes, api.String()+" has no routes.")
		}
		if note := api.policyNote(); note != "" {
			notes = append(notes, note)
		}
	}
	return rows, notes
}

// policyNote says how the resource policy affects who may call. A policy that allows everything refuses no request. If
// the policy of IAM or of a Lambda authorizer neither allows nor denies a request, such a resource policy admits it.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, tables A and
// B.
func (a API) policyNote() string {
	switch a.Policy {
	case NoPolicy:
		return ""
	case MayRefuse:
		return a.String() + " has a resource policy, which may refuse requests to its routes."
	}
	note := a.String() + " has a resource policy that allows every caller every route, so it refuses no request"
	for _, r := range a.Routes {
		if r.Kind == Token || r.Kind == Request || r.Kind == IAM {
			return note + ", and admits those that an authorizer's or IAM's policy neither allows nor denies."
		}
	}
	return note + "."
}

// table aligns rows. It does not pad the last column.
func table(rows [][]string) []byte {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = Plain(cell)
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b bytes.Buffer
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				width := (widths[i] + 2 + columnStep - 1) / columnStep * columnStep
				b.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// Plain returns a text on one line, without anything that a terminal would interpret: names and reasons contain
// whatever the template has.
func Plain(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			quoted := strconv.Quote(text)
			return quoted[1 : len(quoted)-1]
		}
	}
	return text
}

// describeCallers describes who may call, with the reason if there is no guard.
func (r Route) describeCallers() string {
	who := r.Who
	if r.From != "" {
		who += ", from " + r.From
	}
	if r.Tenant != "" {
		who += ", tenant: " + r.Tenant
	}
	switch {
	case r.Kind != None:
		return who
	case r.Public == "":
		return who + ", and no reason is given"
	}
	return who + ": " + r.Public
}

func (r Route) describeCache() string {
	if r.Authorizer == "" {
		return "-"
	}
	return period(r.Cache, "not known")
}

// period formats a duration in its largest whole unit.
func period(d *time.Duration, unknown string) string {
	switch {
	case d == nil:
		return unknown
	case *d == 0:
		return "off"
	case *d%time.Hour == 0:
		return strconv.FormatInt(int64(*d/time.Hour), 10) + "h"
	case *d%time.Minute == 0:
		return strconv.FormatInt(int64(*d/time.Minute), 10) + "m"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}
