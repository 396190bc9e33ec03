package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// WithheldHeaders returns a warning if CORS.AllowHeaders leaves out the headers that the API's guards read, or the API
// key. Browsers then send no guard what it needs, so pages of other origins can call only public routes. It returns ""
// if there is nothing to warn of. The warning can be acknowledged by its ID.
// Source: https://fetch.spec.whatwg.org/#http-access-control-allow-headers
func (p *Plan) WithheldHeaders(id string) string {
	c := p.props.CORS
	if c == nil || len(c.AllowHeaders) == 0 || slices.ContainsFunc(c.AllowHeaders, cdktoken.Unresolved) {
		return ""
	}
	missing, by := "", ""
	for _, r := range p.Routes {
		header, reader, passes := "", "", true
		switch g := r.Guard; {
		case g == nil && !r.KeyOnly || g != nil && g.Signed:
			continue // open, or only for programs
		case g != nil:
			header, passes = c.canPass(g)
			reader = g.String() + " reads"
		}
		if passes && r.NeedsKey && !p.KeysFromAuthorizer() && !c.mayHaveHeader(apiKeyHeader) {
			header, reader, passes = apiKeyHeader, "has the API key", false
		}
		switch {
		case passes:
			return ""
		case missing == "":
			missing, by = header, reader
		}
	}
	if missing == "" {
		return ""
	}
	return fmt.Sprintf("CORS.AllowHeaders has %s, and not %s, which %s: a browser does not send it for a page of another "+
		"origin, so that such a page can call no guarded route. Add it, or leave AllowHeaders out, whose default has it; or "+
		"acknowledge %q if pages call public routes alone", strings.Join(c.AllowHeaders, ", "), missing, by, id)
}

// canPass reports whether a page of another origin can pass a guard. It passes if it can send all headers of one set
// that is enough, or if the guard needs none. If it does not pass, missing is a header that it cannot send, or "" if
// only a cookie is missing.
func (c *CORS) canPass(g *Guard) (missing string, passes bool) {
	enough := g.Enough
	if enough == nil {
		enough = [][]string{g.Headers}
	}
	for _, headers := range enough {
		sent := true
		for _, h := range headers {
			switch {
			case strings.EqualFold(h, "Cookie"):
				// https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
				sent = sent && c.AllowCredentials
			case !c.mayHaveHeader(h):
				sent = false
				if missing == "" {
					missing = h
				}
			}
		}
		if sent {
			return "", true
		}
	}
	return missing, false
}

// mayHaveHeader reports whether a page's request has a header, or may have it as far as is known.
func (c *CORS) mayHaveHeader(header string) bool {
	equal := func(h string) bool { return strings.EqualFold(h, header) }
	begins := func(prefix string) bool {
		return len(header) > len(prefix) && strings.EqualFold(header[:len(prefix)], prefix)
	}
	return cdktoken.Unresolved(header) ||
		slices.ContainsFunc(c.AllowHeaders, equal) || slices.ContainsFunc(unlistedHeaders, equal) ||
		slices.ContainsFunc(unlistedPrefixes, begins)
}

// unlistedHeaders, and those that begin with one of unlistedPrefixes, are headers that a request can have without being
// listed in CORS.AllowHeaders: those that browsers send by themselves or let each page set, and those that AWS adds.
// Sources: https://fetch.spec.whatwg.org/#cors-safelisted-request-header, #forbidden-request-header, and
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
var (
	unlistedHeaders = []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Content-Language", "Content-Type", "Host", "Origin", "Referer",
		"User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto",
	}
	unlistedPrefixes = []string{"Sec-", "CloudFront-"}
)
