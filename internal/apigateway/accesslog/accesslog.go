// Package accesslog writes the line of a stage's access log about a request, in the format of the stage's
// AccessLogSetting, as API Gateway does.
//
//	format := accesslog.Parse(`$context.requestId $context.status`)
//	line := format.Line(entry) // "c6af9ac6-7b61-11e6-9a41-93e8deadbeef 200\n"
//
// It parses formats and has the variables of access logs. The local gateway decides whether a stage has a log, fills in
// the [Entry], and prints the lines.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
package accesslog

import (
	"strings"
)

// none is the text of a variable without a value. The source shows it for a variable that REST APIs do not have:
// https://github.com/DataBiosphere/azul/issues/4348 ("routeKey": "-")
const none = "-"

// Format is a parsed format.
type Format struct {
	text  string
	parts []part
}

// part is literal text or a variable.
type part struct {
	text     string
	variable string // the name after "$context."; "" for literal text
	get      variable
}

// Parse parses a format. It accepts any text; [Format.Problems] reports errors.
func Parse(text string) *Format {
	f := &Format{text: strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")}
	for rest := f.text; rest != ""; {
		before, after, found := strings.Cut(rest, prefix)
		length := nameLength(after)
		if !found || length == 0 {
			end := len(rest)
			if found {
				end = len(before) + len(prefix)
			}
			f.parts = append(f.parts, part{text: rest[:end]})
			rest = rest[end:]
			continue
		}
		name := after[:length]
		f.parts = append(f.parts, part{text: before}, part{variable: name, get: variableOf(name)})
		rest = after[length:]
	}
	return f
}

// prefix begins a variable.
const prefix = "$context."

// nameLength returns the length of the name at the beginning of a text, in bytes. A name has letters, digits and
// underscores, in parts that are separated by dots: "For the property, the only special character supported is the
// underscore (_) character."
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
func nameLength(text string) int {
	isWord := func(i int) bool {
		if i >= len(text) {
			return false
		}
		c := text[i]
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
	}
	end := 0
	for isWord(end) || end > 0 && end < len(text) && text[end] == '.' && isWord(end+1) {
		end++
	}
	return end
}

// Line returns the line about a request, with its line end.
func (f *Format) Line(e *Entry) string {
	var b strings.Builder
	for _, p := range f.parts {
		if p.variable == "" {
			b.WriteString(p.text)
			continue
		}
		value := ""
		if p.get != nil {
			value = p.get(e)
		}
		if value == "" {
			value = none
		}
		if p.variable == userAgent {
			value = quotes.Replace(value)
		}
		b.WriteString(lineBreaks.Replace(value))
	}
	b.WriteByte('\n')
	return b.String()
}

// userAgent is the only variable whose value API Gateway has been observed to escape: in 2024, it wrote a backslash
// before quotes and backslashes of a User-Agent. AWS does not document this. Other values are not escaped: AWS
// documents that claims of a JWT authorizer are written "as JSON text", and error.messageString has quotes of its own.
//
// Sources: https://github.com/DataBiosphere/azul/issues/4348 (2024-07-10),
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-jwt-authorizer-claims.html and, for
// error.messageString, https://github.com/DataBiosphere/azul/issues/6284
const userAgent = "identity.userAgent"

var quotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// lineBreaks keeps a value on one line. How API Gateway writes a line break is not known.
var lineBreaks = strings.NewReplacer("\n", `\n`, "\r", `\r`)
