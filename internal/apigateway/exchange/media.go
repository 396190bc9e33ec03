package exchange

import "strings"

// MediaType returns the media type of a Content-Type or Accept header in lower case, without parameters. If there are
// several, it returns the first, the only one that API Gateway uses. A missing header counts as application/json.
// Source: "Select mapping templates" in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html, and the note on
// Accept at https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func MediaType(header string) string {
	if i := strings.IndexAny(header, ",;"); i >= 0 {
		header = header[:i]
	}
	if header = strings.ToLower(strings.TrimSpace(header)); header == "" {
		return "application/json"
	}
	return header
}

// First returns the value of the first line with a name; "" if none exists.
func (h Headers) First(name string) string {
	for value := range h.Values(name) {
		return value
	}
	return ""
}
