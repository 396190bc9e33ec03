package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

// WithoutCookies is the verdict's text for a preflight after which the browser sends requests without cookies only.
const WithoutCookies = "without cookies only"

// preflight decides whether the browser goes on to send the page's request. It does if the CORS check succeeds, the
// status is 200 to 299, and the method and each header are allowed.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-fetch
func (j *judge) preflight(v *Verdict) {
	f := j.noPreflightRoute()
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
	if credentials, _ := combinedValue(j.Answer.Headers, allowCredentials); credentials != "true" ||
		j.Answer.Headers.Get(allowOrigin) == "*" {
		v.Why = WithoutCookies // a preflight does not show whether the request will have cookies
	}
	allowed, _ := listOf(j.Answer.Headers, allowHeaders)
	if slices.Contains(j.requestedHeaders(), "authorization") && !hasFold(allowed, "authorization") {
		// https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name and, on browsers that take * all the same,
		// https://github.com/whatwg/fetch/issues/1278
		v.Why = "by the Fetch standard * does not stand for Authorization, though today's browsers take it so"
		v.Prop, v.Fix = CORSAllowHeaders, `add "Authorization" to CORS.AllowHeaders`
	}
}

// noPreflightRoute says why the API does not answer preflights for the path; nil if API Gateway has a route for them.
func (j *judge) noPreflightRoute() *finding {
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

// blockedBeforeSending says why the browser will not send a request although a page could read the answer: the browser
// asks first, and no preflight is answered. The answer can be that of a function with the CORS settings of another API.
// Source: https://fetch.spec.whatwg.org/#concept-main-fetch, "HTTP fetch with CORS-preflight"
func (j *judge) blockedBeforeSending() *finding {
	if j.API == nil || !unsafe(j.Request) || j.api().Preflights {
		return nil
	}
	return &finding{
		"a browser asks before it sends such a request, and no route answers preflights on its path", CORSAllowOrigins,
		j.howToEnable(),
	}
}

// unsafe reports whether a browser asks before it sends a request: because of its method, or of a header that
// authorizers, usage plans or JSON need. Other headers are ignored, since those that a page sets look like those of the
// browser.
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
		fmt.Sprintf("the method %s is not allowed: %s", method, describeAllowed(allowed)), CORSAllowMethods,
		fmt.Sprintf("add %q to CORS.AllowMethods, or leave it empty for the verbs of the routes", method),
	}
}

// headers checks the headers that the page sets. The request lists those that need permission.
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
	for _, name := range j.requestedHeaders() {
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
		fmt.Sprintf("the %s %s %s not allowed: %s",
			plural("header", not), strings.Join(not, ", "), verb, describeAllowed(allowed)),
		CORSAllowHeaders, "add " + quoted(not) + " to CORS.AllowHeaders",
	}
}

// requestedHeaders returns the headers that the page sets, in lower case.
func (j *judge) requestedHeaders() []string {
	names, _ := listOf(j.Request.Headers, requestHeaders)
	for i := range names {
		names[i] = strings.ToLower(names[i])
	}
	return names
}

func (j *judge) notAList(name, prop string) *finding {
	value, _ := combinedValue(j.Answer.Headers, name)
	return &finding{fmt.Sprintf("%s is not a list with commas: %q", name, value), prop, "leave it to CORS"}
}

// listOf returns the values of a header that is a list; false if it is not one. Empty elements are ignored.
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

// describeAllowed describes the allowed values.
func describeAllowed(list []string) string {
	if len(list) == 0 {
		return "the preflight's answer names none"
	}
	verb := "is"
	if len(list) > 1 {
		verb = "are"
	}
	return "allowed " + verb + " " + strings.Join(list, ", ")
}
