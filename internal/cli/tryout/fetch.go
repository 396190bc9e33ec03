package tryout

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/plainjson"
)

// Fetch returns the request as a call of fetch in JavaScript, for a page or for Node.js. It leaves out the headers that
// a page cannot set; for cookies it tells the browser to send them. A request that curl signs itself must have its
// signature among the headers: see [Sign].
// Source: https://fetch.spec.whatwg.org/#fetch-method
func (e Example) Fetch() string {
	var b strings.Builder
	b.WriteString("await fetch(" + script(e.URL))
	var options []string
	add := func(name, value string) { options = append(options, "  "+name+": "+value+",\n") }
	if e.Verb != http.MethodGet {
		add("method", script(e.Verb))
	}
	cookies := e.Cookies != ""
	var lines []string
	for _, h := range e.headers() {
		name, value, _ := strings.Cut(h, ":")
		switch {
		case strings.EqualFold(name, "Cookie"):
			cookies = true
		case h == noType: // a browser always sends a Content-Type
		case !OfBrowser(name):
			lines = append(lines, "    ["+script(name)+", "+script(strings.TrimSpace(value))+"],\n")
		}
	}
	if len(lines) > 0 { // pairs and not an object, since a name can occur twice
		add("headers", "[\n"+strings.Join(lines, "")+"  ]")
	}
	if cookies {
		add("credentials", script("include"))
	}
	if e.Body != "" {
		add("body", script(e.Body))
	}
	if len(options) > 0 {
		b.WriteString(", {\n" + strings.Join(options, "") + "}")
	}
	return b.String() + ")"
}

// script returns a text as a string literal of JavaScript. JSON strings are such literals.
// Source: https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar-literals, since JSON superset (2019)
func script(text string) string { return string(plainjson.Must(text)) }

// forbidden are the headers that scripts cannot set.
// Source: https://fetch.spec.whatwg.org/#forbidden-request-header
var forbidden = []string{
	"accept-charset",
	"accept-encoding",
	"access-control-request-headers",
	"access-control-request-method",
	"connection",
	"content-length",
	"cookie",
	"cookie2",
	"date",
	"dnt",
	"expect",
	"host",
	"keep-alive",
	"origin",
	"referer",
	"set-cookie",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"via",
}

// OfBrowser reports whether only browsers themselves can set a header, and no script.
func OfBrowser(name string) bool {
	lower := strings.ToLower(name)
	return slices.Contains(forbidden, lower) || strings.HasPrefix(lower, "proxy-") || strings.HasPrefix(lower, "sec-")
}

// byClient are the lines that a client writes itself. With Accept-Encoding, curl would print a compressed body.
var byClient = []string{"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}

// Of returns a received request with these headers and this body, to show it in other forms. It leaves out the lines
// that each client writes itself.
func Of(verb, url string, headers exchange.Headers, body string) Example {
	e := Example{Verb: verb, URL: url, Body: body}
	for _, h := range headers {
		switch lower := strings.ToLower(h.Name); {
		case slices.Contains(byClient, lower):
		case lower == "cookie" && e.Cookies == "":
			e.Cookies = h.Value
		default:
			e.Headers = append(e.Headers, h.Name+": "+h.Value)
		}
	}
	if body != "" && !headers.Has("Content-Type") {
		e.Headers = append(e.Headers, noType)
	}
	return e
}

// noType makes curl send a body without a Content-Type.
const noType = "Content-Type:"
