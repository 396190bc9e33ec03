package plan

import (
	"fmt"
	"slices"
	"strings"
)

// WithheldHeaders is a warning that browsers send no guard of the API what it reads, as CORS.AllowHeaders leaves it out, so
// that pages of other origins can call public routes alone; "" for none. The id acknowledges it.
// Source: https://fetch.spec.whatwg.org/#http-access-control-allow-headers
func (p *Plan) WithheldHeaders(id string) string {
	c := p.props.CORS
	if c == nil || len(c.AllowHeaders) == 0 || slices.ContainsFunc(c.AllowHeaders, Unresolved) {
		return ""
	}
	allowed := func(header string) bool {
		return slices.ContainsFunc(c.AllowHeaders, func(h string) bool { return strings.EqualFold(h, header) })
	}
	var first *Guard
	missing := ""
	for _, g := range p.Guards {
		if g.Signed {
			continue // its callers are programs
		}
		n := slices.IndexFunc(g.Headers, func(h string) bool { return !allowed(h) && !Unresolved(h) })
		switch {
		case n < 0:
			return ""
		case first == nil:
			first, missing = g, g.Headers[n]
		}
	}
	if first == nil {
		return ""
	}
	return fmt.Sprintf("CORS.AllowHeaders has %s, and not %s, which %s reads: a browser does not send it for a page of another "+
		"origin, so that such a page can call no guarded route. Add it, or leave AllowHeaders out, whose default has it; or "+
		"acknowledge %q if pages call public routes alone", strings.Join(c.AllowHeaders, ", "), missing, first, id)
}
