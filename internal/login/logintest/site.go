package logintest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// site is the relation between the origins of a request and its redirects, from the closest to the most distant.
type site int

const (
	sameOrigin site = iota
	sameSite
	crossSite
	byUser // "none": the request of a user, even if it is redirected
)

func (s site) String() string {
	return [...]string{"same-origin", "same-site", "cross-site", "none"}[s]
}

// origin returns the origin of an address.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// relation compares addresses. A site is the scheme and the last two labels of the host, because all domains of the
// tests have a suffix of one label.
func relation(a, b *url.URL) site {
	switch {
	case a == nil || origin(a) == origin(b):
		return sameOrigin
	case a.Scheme == b.Scheme && registrable(a.Hostname()) == registrable(b.Hostname()):
		return sameSite
	}
	return crossSite
}

func registrable(host string) string {
	if isAddress(host) {
		return host
	}
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

var (
	formTag    = regexp.MustCompile(`(?is)<form\b[^>]*>`)
	inputTag   = regexp.MustCompile(`(?is)<input\b[^>]*>`)
	metaTag    = regexp.MustCompile(`(?is)<meta\b[^>]*http-equiv="?refresh\b[^>]*>`)
	linkTag    = regexp.MustCompile(`(?is)<a\b[^>]*>`)
	attributes = regexp.MustCompile(`(?is)([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)
)

func attribute(tag, name string) string {
	for _, m := range attributes.FindAllStringSubmatch(tag, -1) {
		if strings.EqualFold(m[1], name) {
			return html.UnescapeString(m[2] + m[3] + m[4])
		}
	}
	return ""
}

// form finds the only form of a page and its hidden fields.
func form(page string) (action string, fields url.Values, ok bool) {
	tag := formTag.FindString(page)
	fields = url.Values{}
	for _, input := range inputTag.FindAllString(page, -1) {
		if attribute(input, "type") == "hidden" {
			fields.Set(attribute(input, "name"), attribute(input, "value"))
		}
	}
	return attribute(tag, "action"), fields, tag != ""
}

// refresh returns the address of a page's meta refresh. If the address begins with a quote, the next quote ends it.
// Source: https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps
func refresh(page string) (address string, ok bool) {
	content := attribute(metaTag.FindString(page), "content")
	_, address, ok = strings.Cut(content, "=")
	if address = strings.TrimSpace(address); address != "" && (address[0] == '"' || address[0] == '\'') {
		address, _, _ = strings.Cut(address[1:], address[:1])
	}
	return address, ok
}

// Links returns the addresses of the page's links.
func (p *Page) Links() (all []string) {
	for _, tag := range linkTag.FindAllString(p.Body, -1) {
		all = append(all, attribute(tag, "href"))
	}
	return all
}
