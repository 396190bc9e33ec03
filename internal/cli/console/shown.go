package console

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// shown holds parts of a request that the page shows and lets users edit. [credentials.Hidden] replaces credentials.
type shown struct {
	Path  string    `json:"path"`
	Query string    `json:"query"`
	Body  shownBody `json:"body"`
}

type shownBody struct {
	Text string `json:"text"`
	Size int    `json:"size"`           // in bytes, as received
	Lost string `json:"lost,omitempty"` // why Text does not hold the body; "" if it does
}

// show masks a request with the mask of [credentials.MaskAll].
func (v *view) show(e entry, m func(string) string) shown {
	return shown{
		Path:  m(e.Request.RawPath),
		Query: strings.Join(v.parts(e.Request.RawQuery, m), ""),
		Body:  showBody(e, m),
	}
}

// splitQuery splits a query into its parameters and their separators, like [exchange.AppendQuery].
func splitQuery(query string) (parts []string) {
	for query != "" {
		end := strings.IndexAny(query, "&;")
		switch end {
		case -1:
			end = len(query)
		case 0:
			end = 1
		}
		parts, query = append(parts, query[:end]), query[end:]
	}
	return parts
}

// parts returns the parts of a query without credentials. It hides a parameter without a name, which may be a token.
func (v *view) parts(query string, m func(string) string) []string {
	parts := splitQuery(query)
	for i, part := range parts {
		name, _, named := strings.Cut(part, "=")
		switch {
		case part == "&" || part == ";":
		case !named:
			parts[i] = credentials.Hidden
		case credentials.Named(exchange.AppendQuery(nil, part)[0].Name, v.sources...):
			parts[i] = m(name) + "=" + credentials.Hidden
		default:
			parts[i] = m(part)
		}
	}
	return parts
}

func showBody(e entry, m func(string) string) shownBody {
	out := shownBody{Size: e.size}
	switch {
	case e.size > len(e.Request.Body):
		out.Lost = "it is larger than what the console keeps of a body"
	case !utf8.Valid(e.Request.Body) || bytes.IndexByte(e.Request.Body, 0) >= 0:
		out.Lost = "it is not text"
	default:
		out.Text = m(maskBody(string(e.Request.Body)))
	}
	return out
}

// members matches members of JSON objects with a text, a number or a list of them. fields matches fields of a form.
var (
	members = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"(\s*:\s*)` +
		`(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|\[(?:[^"\[\]{}]|"(?:[^"\\]|\\.)*")*\])`)
	fields = regexp.MustCompile(`(^|[&\n])([^=&\s"{}]+)=([^&\n]+)`)
)

// maskBody masks values in a body whose names show that they are credentials.
func maskBody(text string) string {
	text = members.ReplaceAllStringFunc(text, func(member string) string {
		if found := members.FindStringSubmatch(member); credentials.Named(found[1]) {
			return `"` + found[1] + `"` + found[2] + `"` + credentials.Hidden + `"`
		}
		return member
	})
	return fields.ReplaceAllStringFunc(text, func(field string) string {
		if found := fields.FindStringSubmatch(field); credentials.Named(found[2]) {
			return found[1] + found[2] + "=" + credentials.Hidden
		}
		return field
	})
}
