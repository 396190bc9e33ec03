package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
	"github.com/gatehouse-cdk/gatehouse/internal/corsconfig"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/identity"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// checkCORS refuses settings of CORS that do not work, and routes that the preflights would hide.
func (p *Plan) checkCORS() (errs []error) {
	if p.props.CORS == nil {
		return nil
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("CORS: "+format, a...)) }
	p.props.CORS.check(bad)
	for _, r := range p.Routes {
		if r.Pattern.Verb == "OPTIONS" {
			bad("route %q is declared too: the preflight takes OPTIONS on every resource; leave one of the two out",
				r.Pattern)
		}
	}
	if len(errs) == 0 {
		// The functions' middleware would refuse a bad configuration only when it starts, which is too late.
		config := p.Middleware()
		config.AllowOrigins = slices.DeleteFunc(slices.Clone(config.AllowOrigins), cdktoken.Unresolved)
		config.AllowHeaders = slices.DeleteFunc(slices.Clone(config.AllowHeaders), cdktoken.Unresolved)
		config.ExposeHeaders = slices.DeleteFunc(slices.Clone(config.ExposeHeaders), cdktoken.Unresolved)
		if err := config.Validate(); err != nil && len(config.AllowOrigins) > 0 {
			bad("%w", err)
		}
	}
	return errs
}

// check reports what is wrong with the settings by themselves.
func (c *CORS) check(bad func(format string, a ...any)) {
	if len(c.AllowOrigins) == 0 {
		bad(`AllowOrigins is empty: name the pages' origins, or "*" for all`)
	}
	for _, o := range c.AllowOrigins {
		if cdktoken.Unresolved(o) {
			continue
		}
		if err := httpname.CheckOrigin(o); err != nil {
			bad("origin %w", err)
		}
	}
	for _, list := range []struct {
		field  string
		values []string
	}{{"AllowOrigins", c.AllowOrigins}, {"AllowHeaders", c.AllowHeaders}, {"ExposeHeaders", c.ExposeHeaders}} {
		if slices.ContainsFunc(list.values, cdktoken.UnresolvedList) {
			bad("%s is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select",
				list.field)
		}
	}
	if slices.Contains(c.AllowOrigins, "*") {
		if len(c.AllowOrigins) > 1 {
			bad(`AllowOrigins has "*" and others: "*" alone is all`)
		}
		if c.AllowCredentials {
			bad(`AllowCredentials with the origin "*": browsers refuse that, and it would open the API to every page that a ` +
				`user visits; name the origins`)
		}
	}
	for _, h := range slices.Concat(c.AllowHeaders, c.ExposeHeaders) {
		if err := identity.CheckHeader(h); err != nil {
			bad("%w", err)
		}
	}
	if slices.Contains(c.AllowHeaders, "*") {
		// The * does not stand for Authorization: Fetch standard, "CORS-unsafe request-header names".
		bad(
			`AllowHeaders has "*", which does not stand for Authorization, nor for anything with credentials: name the headers`,
		)
	}
	for _, m := range c.AllowMethods {
		if m == route.Any || !slices.Contains(route.Verbs, m) {
			bad("method %q: want some of %s", m, strings.Join(route.Verbs, ", "))
		}
	}
	if c.MaxAge < 0 || c.MaxAge%time.Second != 0 {
		bad("MaxAge %s: want whole seconds", c.MaxAge)
	}
}

// AllowHeaders returns the headers of CORS.AllowHeaders or, by default, the request headers that calls to this API
// need.
func (p *Plan) AllowHeaders() []string {
	if c := p.props.CORS; len(c.AllowHeaders) > 0 {
		return c.AllowHeaders
	}
	out := []string{"Content-Type"}
	add := func(h string) {
		if !slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, h) }) {
			out = append(out, h)
		}
	}
	for _, g := range p.Guards {
		for _, h := range g.Headers {
			add(h)
		}
	}
	for _, r := range p.Routes {
		if r.NeedsKey {
			add(apiKeyHeader)
		}
		for _, h := range r.requiredHeaders() {
			add(h)
		}
	}
	return out
}

// apiKeyHeader is the header that API Gateway reads an API key from.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
const apiKeyHeader = "X-Api-Key"

// Preflight is a path that answers preflights, and the methods that the answer allows.
type Preflight struct {
	Path    string
	Methods []string
}

// Preflights returns the preflights of all paths that have a route, in the order of [Plan.Sorted].
func (p *Plan) Preflights() []Preflight {
	var out []Preflight
	for r := range p.Sorted() {
		if path := r.Pattern.Path(); len(out) == 0 || out[len(out)-1].Path != path {
			out = append(out, Preflight{Path: path})
		}
		last := &out[len(out)-1]
		for _, v := range Verbs(r.Pattern) {
			if !slices.Contains(last.Methods, v) {
				last.Methods = append(last.Methods, v)
			}
		}
	}
	if methods := p.props.CORS.AllowMethods; len(methods) > 0 {
		for i := range out {
			out[i].Methods = methods
		}
	}
	return out
}

// BinaryPreflights reports whether API Gateway takes preflights for binary data. A preflight has no Content-Type, which
// counts as application/json, so this is so if the API's binary media types cover that type. A mock integration answers
// binary data with 500, unless ContentHandling converts it.
// Source: https://github.com/aws/serverless-application-model/issues/553
func (p *Plan) BinaryPreflights() bool {
	if p.props.RestAPI == nil {
		return false
	}
	return slices.ContainsFunc(p.props.RestAPI.BinaryMediaTypes, func(t string) bool {
		return cdktoken.Unresolved(t) || slices.Contains([]string{"*/*", "application/*", "application/json"},
			strings.ToLower(strings.ReplaceAll(t, "~1", "/")))
	})
}

// GatewayHeaders returns the headers of API Gateway's own errors. A value is a fixed text in quotes, or the name of a
// value of the request.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
func (c *CORS) GatewayHeaders() map[string]string {
	quote := func(s string) string { return "'" + s + "'" }
	h := map[string]string{}
	switch {
	case len(c.AllowOrigins) == 1:
		h["Access-Control-Allow-Origin"] = quote(c.AllowOrigins[0])
		if c.AllowOrigins[0] != "*" {
			h["Vary"] = quote("Origin")
		}
	case c.AllowCredentials:
		h["Access-Control-Allow-Origin"] = "method.request.header.Origin"
		h["Vary"] = quote("Origin")
	default:
		h["Access-Control-Allow-Origin"] = quote("*")
	}
	if c.AllowCredentials {
		h["Access-Control-Allow-Credentials"] = quote("true")
	}
	if len(c.ExposeHeaders) > 0 {
		h["Access-Control-Expose-Headers"] = quote(strings.Join(c.ExposeHeaders, ","))
	}
	return h
}

// Middleware returns the same configuration for the functions. It allows all of the API's verbs, because a request with
// a verb that its route does not take never reaches a function.
func (p *Plan) Middleware() corsconfig.Config {
	c := p.props.CORS
	methods := c.AllowMethods
	if len(methods) == 0 {
		set := map[string]bool{}
		for _, r := range p.Routes {
			for _, v := range Verbs(r.Pattern) {
				set[v] = true
			}
		}
		methods = slices.Sorted(maps.Keys(set))
	}
	return corsconfig.Config{
		AllowOrigins:     c.AllowOrigins,
		AllowHeaders:     p.AllowHeaders(),
		ExposeHeaders:    c.ExposeHeaders,
		AllowMethods:     methods,
		AllowCredentials: c.AllowCredentials,
		MaxAge:           c.MaxAge,
	}
}
