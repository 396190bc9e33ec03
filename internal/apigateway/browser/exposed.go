package browser

import (
	"net/http"
	"slices"
	"strings"
)

// safelisted are the headers that pages can always read.
// Source: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
var safelisted = []string{
	"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
}

// notForPages are headers that pages have no use for: those of the connection, of browsers themselves, and of proxies.
// Set-Cookie cannot be read by pages: https://fetch.spec.whatwg.org/#forbidden-response-header-name
var notForPages = []string{
	"accept-ranges", "age", "alt-svc", "connection", "content-encoding", "date", "keep-alive", "permissions-policy",
	"referrer-policy", "server", "set-cookie", "set-cookie2", "strict-transport-security", "trailer", "transfer-encoding",
	"vary", "via", "www-authenticate",
}

// notForPagesPrefixes are prefixes of further names of that kind.
var notForPagesPrefixes = []string{
	"access-control-", "content-security-policy", "cross-origin-", "sec-", "x-amz-", "x-amzn-", "x-cache",
	"x-content-type-options", "x-frame-options", "x-xss-protection",
}

// hidden returns the headers of a readable answer that the page cannot read, but may have a use for.
// Source: https://fetch.spec.whatwg.org/#concept-filtered-response-cors
func (j *judge) hidden() (names []string) {
	exposed, _ := listOf(j.Answer.Headers, exposeHeaders)
	if !j.credentials && slices.Contains(exposed, "*") {
		return nil
	}
	for _, h := range j.Answer.Headers {
		name := strings.ToLower(h.Name)
		begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
		shown := http.CanonicalHeaderKey(name)
		if slices.Contains(safelisted, name) || slices.Contains(notForPages, name) || hasFold(exposed, name) ||
			slices.ContainsFunc(notForPagesPrefixes, begins) || slices.Contains(names, shown) {
			continue
		}
		names = append(names, shown)
	}
	return names
}
