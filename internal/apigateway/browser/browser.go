// Package browser decides what a browser does with an API's answer to a page of another origin: whether the page may
// read it. If not, it says why, and which property of package secureapi changes that. It follows the Fetch standard,
// https://fetch.spec.whatwg.org/#http-cors-protocol.
//
//	v := browser.Judge(browser.Exchange{Request: r, Answer: a, By: browser.Function})
//	fmt.Println(v) // blocked by the browser: ...
//
// It sees only what the gateway sees. So it does not know whether a page sends cookies after a preflight, or what a
// browser remembers of earlier preflights.
package browser

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// Verdict is what a browser does with the answer to a page's request.
type Verdict struct {
	// Applies reports whether a page of another origin made the request. If not, there is nothing to decide.
	Applies bool

	// Readable reports whether the page may read the answer. For a preflight, it reports whether the browser then sends
	// the page's request.
	Readable bool

	// Preflight reports whether the request is a preflight, with which a browser asks before it sends the page's request.
	Preflight bool

	// Why says why an answer is blocked, or what the page does not see of a readable one; "" for nothing.
	Why string

	// Prop names what to change: a property of secureapi.Props such as "CORS.AllowOrigins", or the package
	// "lambdahttp/cors"; "" if no property helps.
	Prop string

	// Fix describes the change, such as `add "https://shop.example.com" to CORS.AllowOrigins`; "" without one.
	Fix string
}

// String returns the verdict in one line; "" if it does not apply.
func (v Verdict) String() string {
	var text string
	switch {
	case !v.Applies:
		return ""
	case !v.Readable:
		text = "blocked by the browser"
	case v.Preflight:
		text = "the browser sends the request"
	default:
		text = "readable by the page"
	}
	for _, more := range []string{v.Why, v.Fix} {
		if more != "" {
			text += ": " + more
		}
	}
	return text
}

// By is the maker of an answer.
type By int

// Those who make answers.
const (
	Gateway  By = iota // API Gateway itself: a gateway response
	Function           // the route's function, through a proxy integration
	Backend            // the server that an HTTP_PROXY integration calls
	Mapped             // API Gateway, from the integration's response: a MOCK, AWS or HTTP integration
	NoStage            // API Gateway, without an API: there is no such stage
)

// Exchange is a request and its answer.
type Exchange struct {
	Request *exchange.Request
	Answer  exchange.Answer
	By      By

	// API returns what else is known about the API. It is called for blocked requests, and for those that need a
	// preflight. If nil, nothing else is known.
	API func() API
}

// API describes an API's support of CORS, apart from the answer.
type API struct {
	CORS        bool // some path answers preflights
	Allows      bool // a preflight for the request's path names the request's origin, or *
	Credentials bool // such a preflight allows credentials
	Path        bool // the path has a route
	Verb        bool // the path has a route for the verb or, for a preflight, for the verb that it asks about
	Preflights  bool // a route answers OPTIONS on the path
	Foreign     bool // the function's environment has the CORS settings of another API
}

// The headers of the CORS protocol that are read here.
const (
	origin           = "Origin"
	requestMethod    = "Access-Control-Request-Method"
	requestHeaders   = "Access-Control-Request-Headers"
	allowOrigin      = "Access-Control-Allow-Origin"
	allowCredentials = "Access-Control-Allow-Credentials"
	allowMethods     = "Access-Control-Allow-Methods"
	allowHeaders     = "Access-Control-Allow-Headers"
	exposeHeaders    = "Access-Control-Expose-Headers"
)

// Judge decides what a browser does with an answer.
func Judge(x Exchange) Verdict {
	j := &judge{Exchange: x, origin: x.Request.Headers.Get(origin)}
	if !j.applies() {
		return Verdict{}
	}
	v := Verdict{Applies: true}
	if x.Request.Headers.Get("Sec-Fetch-Mode") == "no-cors" {
		// https://fetch.spec.whatwg.org/#concept-filtered-response-opaque
		v.Why = `the page asked with mode "no-cors", which keeps every answer from it`
		v.Fix = `leave the mode of fetch at "cors"`
		return v
	}
	j.credentials = credentialed(x.Request)
	if isPreflight(x.Request) {
		v.Preflight = true
		j.preflight(&v)
		return v
	}
	f := j.check()
	if f == nil {
		f = j.blockedBeforeSending()
	}
	if f != nil {
		v.Why, v.Prop, v.Fix = f.why, f.prop, f.fix
		return v
	}
	v.Readable = true
	if hidden := j.hidden(); len(hidden) > 0 {
		v.Prop = CORSExposeHeaders
		v.Why = "the page does not see the " + plural("header", hidden) + " " + strings.Join(hidden, ", ")
		v.Fix = "add " + quoted(hidden) + " to CORS.ExposeHeaders"
	}
	return v
}

// judge makes one decision.
type judge struct {
	Exchange
	origin      string
	credentials bool // the request's credentials mode is "include", as far as the request shows it
}

// finding says why an answer is blocked.
type finding struct{ why, prop, fix string }

// applies reports whether a page of another origin made the request. Browsers also send Origin with requests of the
// API's own origin that are not a GET or HEAD, and when a form navigates. No check applies to these.
// Source: https://fetch.spec.whatwg.org/#origin-header and https://fetch.spec.whatwg.org/#concept-main-fetch
func (j *judge) applies() bool {
	h := j.Request.Headers
	switch {
	case j.origin == "", h.Get("Sec-Fetch-Site") == "same-origin", h.Get("Sec-Fetch-Mode") == "navigate":
		return false
	}
	_, host, _ := strings.Cut(j.origin, "://")
	return host == "" || !strings.EqualFold(host, j.Request.Host)
}

// credentialed reports whether a request was sent with credentials. Cookies show it. A browser without cookies for the
// API shows it in requests to other sites, by a header.
// Source: https://privacycg.github.io/storage-access-headers/#sec-fetch-storage-access-header, which is sent if
// "request's credentials mode is include".
func credentialed(r *exchange.Request) bool {
	return r.Headers.Has("Cookie") || r.Headers.Has("Sec-Fetch-Storage-Access")
}

// isPreflight reports whether a request is a CORS-preflight request.
// Source: https://fetch.spec.whatwg.org/#cors-preflight-request
func isPreflight(r *exchange.Request) bool {
	return r.Verb == http.MethodOptions && r.Headers.Has(requestMethod)
}

// check performs the CORS check; nil if it succeeds.
// Source: https://fetch.spec.whatwg.org/#concept-cors-check
func (j *judge) check() *finding {
	value, has := combinedValue(j.Answer.Headers, allowOrigin)
	switch {
	case !has:
		return j.missingOrigin()
	case value == "*" && !j.credentials:
		return nil
	case value == "*":
		return j.credentialsNotAllowed(
			"the request has cookies, and for these " + allowOrigin + " must name the page's origin: it is *",
		)
	case value != j.origin:
		return j.otherOrigin(value)
	case !j.credentials:
		return nil
	}
	if allowed, _ := combinedValue(j.Answer.Headers, allowCredentials); allowed != "true" {
		return j.credentialsNotAllowed("the request has cookies, and the answer has no " + allowCredentials + ": true")
	}
	return nil
}

// combinedValue returns the value of a header: the values of its lines, joined by a comma and a space.
// Source: https://fetch.spec.whatwg.org/#concept-header-list-get
func combinedValue(h exchange.Headers, name string) (value string, has bool) {
	var values []string
	for v := range h.Values(name) {
		values = append(values, strings.Trim(v, " \t\r\n"))
	}
	return strings.Join(values, ", "), values != nil
}

// api returns what is known about the API.
func (j *judge) api() API {
	if j.API == nil {
		return API{}
	}
	return j.API()
}

func plural(word string, list []string) string {
	if len(list) == 1 {
		return word
	}
	return word + "s"
}

func quoted(list []string) string {
	var out []string
	for _, one := range list {
		out = append(out, fmt.Sprintf("%q", one))
	}
	return strings.Join(out, ", ")
}
