package accessdiff

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// pages compares which pages may read answers.
//
// Source: https://fetch.spec.whatwg.org/#cors-check: "*" is for requests without cookies, whatever the page.
func (p pair) pages(add func(Change)) {
	for _, r := range p.is.api.Readable {
		var routes []string
		for _, name := range r.Routes {
			if !p.readable(r, name) {
				routes = append(routes, name)
			}
		}
		if routes == nil {
			continue
		}
		if strings.HasPrefix(r.Origin, "not known") {
			if !p.lost {
				add(Change{Effect: Unknown, Text: "which pages may read answers is " + r.Origin})
			}
			continue
		}
		g, ok := p.some(func(route matrix.Route) bool { return slices.Contains(routes, route.String()) })
		if !ok { // the preflights alone name it: a function may send headers of its own
			g, ok = p.some(func(route matrix.Route) bool { return slices.Contains(routes, "OPTIONS "+route.Path) })
		}
		if !ok {
			continue
		}
		add(p.page(g, r, routes))
	}
}

// page describes the pages of one origin.
func (p pair) page(g gain, r matrix.Readable, routes []string) Change {
	from, origin := "pages of "+r.Origin, r.Origin
	if r.Origin == "*" || r.Origin == "any" {
		from, origin = "pages of every origin", "https://any.example"
	}
	text := from + p.word(" may read answers", " may no longer read answers")
	if r.Credentials && r.Origin != "*" {
		text += " to requests with cookies"
	}
	name := ""
	if paths := pathsOf(routes); !slices.Equal(paths, pathsOf(readableRoutes(p.is))) {
		name = strings.Join(routes[:min(1, len(routes))], "")
		if text += " of " + list(routes); len(routes) > 1 {
			name = ""
		}
	}
	c := p.change(g, text, "", "")
	c.Route = name
	if c.Witness != nil {
		c.Witness.Origin, c.Witness.Credentials = origin, r.Credentials && r.Origin != "*"
	}
	return c
}

// readable reports whether the other API lets the same pages read the answers of a route.
func (p pair) readable(r matrix.Readable, route string) bool {
	return slices.ContainsFunc(p.was.api.Readable, func(o matrix.Readable) bool {
		switch {
		case !slices.Contains(o.Routes, route):
			return false
		case o.Origin == r.Origin:
			return o.Credentials || !r.Credentials || r.Origin == "*"
		case o.Origin == "any":
			return o.Credentials || !r.Credentials || r.Origin == "*"
		case o.Origin == "*":
			return !r.Credentials && r.Origin != "any" || r.Origin == "any" && !r.Credentials
		}
		return false
	})
}

func readableRoutes(s *side) (out []string) {
	for _, r := range s.api.Readable {
		out = append(out, r.Routes...)
	}
	return out
}

func pathsOf(routes []string) (out []string) {
	for _, r := range routes {
		_, path, _ := strings.Cut(r, " ")
		out = append(out, path)
	}
	out = unique(out)
	slices.Sort(out)
	return out
}
