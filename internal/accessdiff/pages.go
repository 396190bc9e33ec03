package accessdiff

import (
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// pages compares which pages may read answers.
//
// Source: https://fetch.spec.whatwg.org/#cors-check: "*" is for requests without cookies, whatever the page.
func (p pair) pages(add func(Change)) {
	if reflect.DeepEqual(p.was.api.Readable, p.is.api.Readable) && slices.Equal(routesOfAPI(p.was), routesOfAPI(p.is)) {
		return
	}
	requests, _ := p.requests(nil)
	for _, r := range p.is.api.Readable {
		routes, whole := p.newlyReadable(r, requests)
		switch {
		case routes == nil || notKnownPages(r) && p.lost:
			continue
		case notKnownPages(r):
			add(Change{Effect: Unknown, Text: "which pages may read answers is " + r.Origin})
			continue
		}
		g, ok := p.findRequest(func(g gain) bool {
			return slices.Contains(r.Routes, g.route.String()) && !p.readable(r, g.request)
		})
		if !ok { // only preflights name the origin: a function may send its own headers
			g, ok = p.findRequest(func(g gain) bool {
				preflight := g.request
				preflight.verb = "OPTIONS"
				return slices.Contains(r.Routes, "OPTIONS "+g.route.Path) && !p.readable(r, preflight)
			})
		}
		if !ok {
			g.env, g.caller = &environment{}, &caller{}
		}
		if whole {
			routes = nil
		}
		c := p.page(g, r, routes)
		if !ok { // there is nothing to read yet
			c.Effect, c.Witness = Changed, nil
			c.Text += p.word(", which no caller may call", "")
		}
		add(c)
	}
}

// newlyReadable returns the routes whose answers pages can now read, by the names of [gain.name]. whole reports whether
// the pages could read nothing before, and can now read everything that any pages can.
func (p pair) newlyReadable(r matrix.Readable, requests []request) (names []string, whole bool) {
	var routes []string
	whole = true
	for _, q := range requests {
		route, ok := p.is.matched(q.verb, q.path)
		switch {
		case !ok || !slices.Contains(r.Routes, route.String()):
		case p.readable(r, q):
			whole = false
		default:
			old, _ := p.was.matched(q.verb, q.path)
			routes = append(routes, route.String())
			names = append(names, gain{route: route, old: old}.name())
		}
	}
	return unique(names), whole && slices.Equal(pathsOf(routes), pathsOf(readableRoutes(p.is)))
}

// page describes the pages of one origin, and names the routes that they can read if that is necessary.
func (p pair) page(g gain, r matrix.Readable, routes []string) Change {
	from, origin := "pages of "+r.Origin, r.Origin
	if r.Origin == "*" || r.Origin == "any" {
		from, origin = "pages of every origin", "https://any.example"
	}
	text := from + p.word(" may read answers", " may no longer read answers")
	if r.Credentials && r.Origin != "*" {
		text += " to requests with cookies"
	}
	if len(routes) > 0 {
		text += " of " + list(routes)
	}
	c := p.change(g, text, "", "")
	if len(routes) == 1 {
		c.Route = routes[0]
	}
	if c.Witness != nil {
		c.Witness.Origin, c.Witness.Credentials = origin, r.Credentials && r.Origin != "*"
	}
	return c
}

// readable reports whether the other API allows the same pages to read the answer to a request. If it has no route for
// the request, the new route is reported instead, unless the pages can read nothing else.
func (p pair) readable(r matrix.Readable, q request) bool {
	route, had := p.was.matched(q.verb, q.path)
	return slices.ContainsFunc(p.was.api.Readable, func(o matrix.Readable) bool {
		switch {
		case had && !slices.Contains(o.Routes, route.String()):
			return false
		case o.Origin == r.Origin && r.Origin == "*":
			return true
		case notKnownPages(r):
			return o.Origin == r.Origin
		case o.Origin == r.Origin || o.Origin == "any":
			return o.Credentials || !r.Credentials || r.Origin == "*"
		case o.Origin == "*":
			return !r.Credentials
		}
		return false
	})
}

func notKnownPages(r matrix.Readable) bool { return strings.HasPrefix(r.Origin, "not known") }

func routesOfAPI(s *side) (out []string) {
	for _, r := range s.api.Routes {
		out = append(out, r.String())
	}
	return out
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
