package secureapi

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// CORS lets pages of other origins call the API. One declaration serves the three places that answer a browser:
//
//   - Preflights are answered by API Gateway on every path that has a route, with no authorizer in front.
//   - API Gateway's own errors (DEFAULT_4XX and DEFAULT_5XX, so a 401 or 403 of the authorizer too) carry the headers,
//     so that a page sees the status instead of a network error.
//   - The functions find it in their environment, where the middleware of package lambdahttp/cors applies it. An
//     imported function's environment cannot be changed: set GATEHOUSE_CORS where it is made.
//
// An error of API Gateway cannot pick one of several origins, as its headers are fixed values or copies of the
// request's. With one origin, or *, it carries that. With several it carries *, or, with AllowCredentials, a copy of
// the request's Origin: any page can then read the error's status and its fixed text, and never an answer of a function.
type CORS struct {
	// AllowOrigins are the pages that may call: "https://shop.example.com", without a path, or "*" alone for all.
	// At least one.
	AllowOrigins []string

	// AllowHeaders are the request headers a page may set. Default: Content-Type, those that the API's authorizers read,
	// and X-Api-Key if a route needs an API key.
	AllowHeaders []string

	// ExposeHeaders are the answer's headers a page may read, besides those that are always readable. Default: none.
	ExposeHeaders []string

	// AllowMethods are what a preflight allows. Default: the resource's own verbs.
	AllowMethods []string

	// AllowCredentials lets pages send cookies and client certificates. It does not go with the origin "*".
	// Default: false. A bearer token in a header needs no credentials in this sense.
	AllowCredentials bool

	// MaxAge is how long a browser may remember a preflight's answer, in whole seconds. Default: the browser's own,
	// which is 5 seconds.
	MaxAge time.Duration
}

func (c *CORS) check(p *plan) (errs []error) {
	if c == nil {
		return nil
	}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("CORS: "+format, a...)) }
	if len(c.AllowOrigins) == 0 {
		bad(`AllowOrigins is empty: name the pages' origins, or "*" for all`)
	}
	for _, o := range c.AllowOrigins {
		if err := checkOrigin(o); err != nil {
			bad("%w", err)
		}
	}
	for _, list := range []struct {
		field  string
		values []string
	}{{"AllowOrigins", c.AllowOrigins}, {"AllowHeaders", c.AllowHeaders}, {"ExposeHeaders", c.ExposeHeaders}} {
		if slices.ContainsFunc(list.values, unresolvedList) {
			bad("%s is a list known only when the stack is deployed: take single values of it with awscdk.Fn_Select", list.field)
		}
	}
	if slices.Contains(c.AllowOrigins, "*") {
		if len(c.AllowOrigins) > 1 {
			bad(`AllowOrigins has "*" and others: "*" alone is all`)
		}
		if c.AllowCredentials {
			bad(`AllowCredentials with the origin "*": browsers refuse that, and it would open the API to every page that a user visits; name the origins`)
		}
	}
	for _, h := range slices.Concat(c.AllowHeaders, c.ExposeHeaders) {
		if err := checkHeader(h); err != nil {
			bad("%w", err)
		}
	}
	if slices.Contains(c.AllowHeaders, "*") {
		// Fetch standard, "CORS-unsafe request-header names": * does not stand for Authorization.
		bad(`AllowHeaders has "*", which does not stand for Authorization, nor for anything with credentials: name the headers`)
	}
	for _, m := range c.AllowMethods {
		if m == route.Any || !slices.Contains(route.Verbs, m) {
			bad("method %q: want some of %s", m, strings.Join(route.Verbs, ", "))
		}
	}
	if c.MaxAge < 0 || c.MaxAge%time.Second != 0 {
		bad("MaxAge %s: want whole seconds", c.MaxAge)
	}
	for _, r := range p.routes {
		if r.pattern.Verb == "OPTIONS" {
			bad("route %q is declared too: the preflight takes OPTIONS on every resource; leave one of the two out", r.pattern)
		}
	}
	if len(errs) == 0 {
		// The functions' middleware refuses what it does not take when they start, which is too late.
		config := c.middleware(p)
		config.AllowOrigins = slices.DeleteFunc(slices.Clone(config.AllowOrigins), unresolved)
		config.AllowHeaders = slices.DeleteFunc(slices.Clone(config.AllowHeaders), unresolved)
		config.ExposeHeaders = slices.DeleteFunc(slices.Clone(config.ExposeHeaders), unresolved)
		if err := config.Validate(); err != nil && len(config.AllowOrigins) > 0 {
			bad("%w", err)
		}
	}
	return errs
}

// checkOrigin wants a scheme and a host, with a port where it is not the scheme's own (RFC 6454, section 7): what a
// browser sends, to the letter.
func checkOrigin(origin string) error {
	if origin == "*" || unresolved(origin) {
		return nil
	}
	if origin == "null" {
		return errors.New(`origin "null" is what sandboxed pages and files of anybody send: name real origins`)
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.ContainsAny(origin, `*'" `) {
		return fmt.Errorf("origin %q: want a scheme and a host like %q, without a path or a slash at the end, or %q alone", origin, "https://shop.example.com", "*")
	}
	if strings.ToLower(origin) != origin {
		return fmt.Errorf("origin %q: browsers send origins in lower case", origin)
	}
	return nil
}

// allowHeaders are AllowHeaders, or what calling this API takes.
func (c *CORS) allowHeaders(p *plan) []string {
	if len(c.AllowHeaders) > 0 {
		return c.AllowHeaders
	}
	out := []string{"Content-Type"}
	add := func(h string) {
		if !slices.ContainsFunc(out, func(have string) bool { return strings.EqualFold(have, h) }) {
			out = append(out, h)
		}
	}
	for _, g := range p.guards {
		for _, h := range g.authorizer.headers() {
			add(h)
		}
	}
	for _, r := range p.routes {
		if r.needsKey() {
			add(apiKeyHeader)
		}
	}
	return out
}

// apiKeyHeader is where API Gateway looks for an API key.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html
const apiKeyHeader = "X-Api-Key"

// preflight are CDK's options for the preflight of a resource with these verbs.
func (c *CORS) preflight(p *plan, verbs []string) *awsapigateway.CorsOptions {
	if len(c.AllowMethods) > 0 {
		verbs = c.AllowMethods
	}
	o := &awsapigateway.CorsOptions{
		AllowOrigins: jsii.Strings(c.AllowOrigins...),
		AllowHeaders: jsii.Strings(c.allowHeaders(p)...),
		AllowMethods: jsii.Strings(verbs...),
	}
	if c.AllowCredentials {
		o.AllowCredentials = jsii.Bool(true)
	}
	if len(c.ExposeHeaders) > 0 {
		o.ExposeHeaders = jsii.Strings(c.ExposeHeaders...)
	}
	if c.MaxAge > 0 {
		o.MaxAge = awscdk.Duration_Seconds(jsii.Number(c.MaxAge.Seconds()))
	}
	return o
}

// gatewayHeaders are the headers of API Gateway's own errors: a quoted fixed value, or the name of a request's value.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
func (c *CORS) gatewayHeaders() *map[string]*string {
	quote := func(s string) *string { return jsii.String("'" + s + "'") }
	h := map[string]*string{}
	switch {
	case len(c.AllowOrigins) == 1:
		h["Access-Control-Allow-Origin"] = quote(c.AllowOrigins[0])
		if c.AllowOrigins[0] != "*" {
			h["Vary"] = quote("Origin")
		}
	case c.AllowCredentials:
		h["Access-Control-Allow-Origin"] = jsii.String("method.request.header.Origin")
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
	return &h
}

// middleware is the same configuration for the functions. All of the API's verbs are in it: what a route does not
// take never reaches a function.
func (c *CORS) middleware(p *plan) cors.Config {
	methods := c.AllowMethods
	if len(methods) == 0 {
		set := map[string]bool{}
		for _, r := range p.routes {
			for _, v := range verbsOf(r.pattern) {
				set[v] = true
			}
		}
		methods = slices.Sorted(maps.Keys(set))
	}
	return cors.Config{
		AllowOrigins:     c.AllowOrigins,
		AllowHeaders:     c.allowHeaders(p),
		ExposeHeaders:    c.ExposeHeaders,
		AllowMethods:     methods,
		AllowCredentials: c.AllowCredentials,
		MaxAge:           c.MaxAge,
	}
}

func verbsOf(p route.Pattern) []string {
	if p.Verb == route.Any {
		return route.Verbs
	}
	return []string{p.Verb}
}

// configure hands the configuration to the functions. One that serves two APIs has one environment, so these must agree.
func (c *CORS) configure(b *builder, functions []awslambda.IFunction) {
	environment := c.middleware(b.plan).Environment()
	for _, f := range functions {
		if of, ok := f.(interface{ Lambda() awslambda.IFunction }); ok {
			f = of.Lambda() // of an alias or a version
		}
		own, ok := f.(awslambda.Function)
		if !ok {
			continue // imported: its environment is not this app's to change
		}
		if b.ofAnotherStack(own) && slices.ContainsFunc(slices.Collect(maps.Values(environment)), unresolved) {
			b.fail("CORS: an origin is a CDK token, and the function %s of another stack would need it in its environment, so that each stack depended on the other: write the origin out", *own.Node().Path())
		}
		for _, name := range slices.Sorted(maps.Keys(environment)) {
			claim(b, own, name, environment[name])
			own.AddEnvironment(jsii.String(name), jsii.String(environment[name]), nil)
		}
	}
}

// claims are the variables of functions that are taken, with their values. jsii keeps the functions as long as the process.
var claims = struct {
	sync.Mutex
	of map[variable]string
}{of: map[variable]string{}}

type variable struct {
	function awslambda.Function
	name     string
}

// claim marks a function's variable as taken with this value, and refuses another value: the function would apply one API's
// CORS to the other's answers.
func claim(b *builder, f awslambda.Function, name, value string) {
	claims.Lock()
	defer claims.Unlock()
	if have, taken := claims.of[variable{f, name}]; taken && have != value {
		b.fail("CORS: the function %s answers for another API with other CORS settings, and has one environment: give both APIs the same CORS, with AllowMethods and AllowHeaders, whose defaults are the API's own, or each its own function", *f.Node().Path())
	}
	claims.of[variable{f, name}] = value
}
