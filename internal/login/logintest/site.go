package logintest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// site is how the origins of a request's way are related, from the nearest to the farthest.
type site int

const (
	sameOrigin site = iota
	sameSite
	crossSite
	byUser // the user's own request is "none", wherever it is redirected to
)

func (s site) String() string {
	return [...]string{"same-origin", "same-site", "cross-site", "none"}[s]
}

// origin is the origin of an address.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// relation compares addresses. A site is the scheme and the last two labels of the host, as no test has other suffixes.
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

// refresh finds where a page's meta refresh leads. A quote that the address begins with ends it as well.
// Source: https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps
func refresh(page string) (to string, ok bool) {
	content := attribute(metaTag.FindString(page), "content")
	_, to, ok = strings.Cut(content, "=")
	if to = strings.TrimSpace(to); to != "" && (to[0] == '"' || to[0] == '\'') {
		to, _, _ = strings.Cut(to[1:], to[:1])
	}
	return to, ok
}

// Links are the addresses of the page's links.
func (p *Page) Links() (all []string) {
	for _, tag := range linkTag.FindAllString(p.Body, -1) {
		all = append(all, attribute(tag, "href"))
	}
	return all
}
