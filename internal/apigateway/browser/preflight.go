package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// WithoutCookies is what a verdict says of a preflight after which the browser sends a request without cookies, and no
// other one.
const WithoutCookies = "without cookies only"

// preflight decides whether the browser goes on to send the page's request: if the CORS check succeeds, the status is
// 200 to 299, and the method and each header are allowed.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (j *judge) preflight(v *Verdict) {
	f := j.unanswered()
	if f == nil {
		f = j.check()
	}
	if f == nil && (j.Answer.Status < 200 || j.Answer.Status > 299) {
		f = &finding{
			why: fmt.Sprintf("the answer to a preflight must have a status of 200 to 299, and has %d", j.Answer.Status),
			fix: "its reason says what refused it; preflights bring no token, so no authorizer may guard OPTIONS",
		}
	}
	if f == nil {
		f = j.method()
	}
	if f == nil {
		f = j.headers()
	}
	if f != nil {
		v.Why, v.Prop, v.Fix = f.why, f.prop, f.fix
		return
	}
	v.Readable = true
	if credentials, _ := combined(j.Answer.Headers, allowCredentials); credentials != "true" ||
		j.Answer.Headers.Get(allowOrigin) == "*" {
		v.Why = WithoutCookies // a preflight has none that could be seen here
	}
	allowed, _ := listOf(j.Answer.Headers, allowHeaders)
	if slices.Contains(j.asked(), "authorization") && !hasFold(allowed, "authorization") {
		// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name and, on browsers that take * all the same,
		// https://github.com/whatwg/fetch/issues/1278
		v.Why = "by the Fetch standard * does not stand for Authorization, though today's browsers take it so"
		v.Prop, v.Fix = CORSAllowHeaders, `add "Authorization" to CORS.AllowHeaders`
	}
}

// unanswered says why no preflight is answered; nil if API Gateway has a route for it.
func (j *judge) unanswered() *finding {
	if j.By != Gateway || j.Answer.Status != http.StatusForbidden || j.API == nil {
		return nil
	}
	switch api := j.api(); {
	case !api.CORS && j.origin == "null":
		return j.notAllowed()
	case !api.CORS:
		return &finding{"the API has no CORS: no route answers preflights", CORSAllowOrigins, "set " + j.inProps()}
	case !api.Path:
		return &finding{
			"no route has this path, and so no preflight for it is answered", Routes, "check the path, or add a route for it",
		}
	}
	return nil
}

// unasked says why a request never leaves the browser whose answer a page could read, such as that of a function that
// has the CORS of another API: the browser asks first, and no preflight is answered.
// Source: https://fetch.spec.whatwg.org/#concept-main-fetch, "HTTP fetch with CORS-preflight"
func (j *judge) unasked() *finding {
	if j.API == nil || !unsafe(j.Request) || j.api().Preflights {
		return nil
	}
	return &finding{
		"a browser asks before it sends such a request, and no route answers preflights on its path", CORSAllowOrigins,
		j.settle(),
	}
}

// unsafe reports whether a request is one that a browser asks about before it sends it, by its method, or a header that
// authorizers, usage plans and JSON need. Others that a page sets cannot be told from those that a browser sets.
// Source: https://fetch.spec.whatwg.org/#cors-safelisted-method and #cors-safelisted-request-header
func unsafe(r *exchange.Request) bool {
	switch r.Verb {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		return true
	}
	kind, _, _ := strings.Cut(r.Headers.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
	default:
		return true
	}
	return r.Headers.Has("Authorization") || r.Headers.Has("X-Api-Key")
}

// method checks the method of the page's request. An answer without Access-Control-Allow-Methods allows the
// CORS-safelisted methods.
func (j *judge) method() *finding {
	method := j.Request.Headers.Get(requestMethod)
	allowed, ok := listOf(j.Answer.Headers, allowMethods)
	if !ok {
		return j.notAList(allowMethods, CORSAllowMethods)
	}
	safelisted := []string{http.MethodGet, http.MethodHead, http.MethodPost}
	if slices.Contains(allowed, method) || slices.Contains(safelisted, method) || slices.Contains(allowed, "*") {
		return nil
	}
	api := j.api()
	if j.API != nil && !api.Verb {
		return &finding{
			fmt.Sprintf("no route takes %s on this path", method), Routes,
			"check the method, or add a route for it",
		}
	}
	return &finding{
		fmt.Sprintf("the method %s is not allowed: %s", method, shown(allowed)), CORSAllowMethods,
		fmt.Sprintf("add %q to CORS.AllowMethods, or leave it empty for the verbs of the routes", method),
	}
}

// headers checks the headers that the page sets. The request names those that are not safe without asking.
// Source: https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names
func (j *judge) headers() *finding {
	allowed, ok := listOf(j.Answer.Headers, allowHeaders)
	if !ok {
		return j.notAList(allowHeaders, CORSAllowHeaders)
	}
	if slices.Contains(allowed, "*") {
		return nil
	}
	var not []string
	for _, name := range j.asked() {
		if !hasFold(allowed, name) {
			not = append(not, name)
		}
	}
	if not == nil {
		return nil
	}
	verb := "is"
	if len(not) > 1 {
		verb = "are"
	}
	return &finding{
		fmt.Sprintf("the %s %s %s not allowed: %s", plural("header", not), strings.Join(not, ", "), verb, shown(allowed)),
		CORSAllowHeaders, "add " + quoted(not) + " to CORS.AllowHeaders",
	}
}

// asked are the headers that the page sets, in lower case.
func (j *judge) asked() []string {
	names, _ := listOf(j.Request.Headers, requestHeaders)
	for i := range names {
		names[i] = strings.ToLower(names[i])
	}
	return names
}

func (j *judge) notAList(name, prop string) *finding {
	value, _ := combined(j.Answer.Headers, name)
	return &finding{fmt.Sprintf("%s is not a list with commas: %q", name, value), prop, "leave it to CORS"}
}

// listOf extracts the values of a header that is a list; false if it is not one. Empty elements count for nothing.
// Source: https://fetch.spec.whatwg.org/#extract-header-list-values
func listOf(h exchange.Headers, name string) (list []string, ok bool) {
	for value := range h.Values(name) {
		for part := range strings.SplitSeq(value, ",") {
			part = strings.Trim(part, " \t")
			switch {
			case part == "":
			case !httpname.IsToken(part):
				return nil, false
			default:
				list = append(list, part)
			}
		}
	}
	return list, true
}

func hasFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, name) })
}

// shown is a list of what is allowed.
func shown(list []string) string {
	if len(list) == 0 {
		return "the preflight's answer names none"
	}
	verb := "is"
	if len(list) > 1 {
		verb = "are"
	}
	return "allowed " + verb + " " + strings.Join(list, ", ")
}
