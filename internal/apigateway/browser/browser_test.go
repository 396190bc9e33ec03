package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

const page = "https://shop.example.com"

// headers reads lines of "Name: value".
func headers(text string) (h exchange.Headers) {
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			h = append(h, exchange.Header{Name: name, Value: value})
		}
	}
	return h
}

// allowing returns an API whose preflights allow the page.
var allowing = API{CORS: true, Allows: true, Path: true, Verb: true}

// TestJudge has an exchange for each way through the Fetch standard. The quotes are of https://fetch.spec.whatwg.org.
func TestJudge(t *testing.T) {
	const (
		asks    = "Origin: " + page + "\nAccess-Control-Request-Method: "
		allowed = "Access-Control-Allow-Origin: " + page + "\n"
	)
	for _, c := range []struct {
		name, why string
		verb      string // default GET
		request   string // its headers
		status    int    // default 200
		answer    string // its headers
		by        By     // default Gateway
		api       API
		prop      string
		want      string // the line
	}{
		{name: "no page", why: "a request without an Origin is not a CORS request", request: "Accept: */*"},
		{
			name: "the API's own origin", why: "its POST has an Origin too", verb: "POST",
			request: "Origin: http://127.0.0.1:3000",
		},
		{
			name: "the same origin, behind a proxy", why: "the browser says so",
			request: "Origin: " + page + "\nSec-Fetch-Site: same-origin",
		},
		{
			name: "a form that is sent", why: "no check is made of a navigation", verb: "POST",
			request: "Origin: " + page + "\nSec-Fetch-Mode: navigate",
		},
		{
			name: "no-cors", why: "an opaque filtered response is one whose body is null and status is 0", verb: "POST",
			request: "Origin: " + page + "\nSec-Fetch-Mode: no-cors", answer: allowed, by: Function, api: allowing,
			want: `blocked by the browser: the page asked with mode "no-cors", which keeps every answer from it: leave the ` +
				`mode of fetch at "cors"`,
		},
		{
			name: "the page's origin", why: "the serialized origin is the header's value: success", request: "Origin: " + page,
			answer: allowed, by: Function, want: "readable by the page",
		},
		{
			name: "all origins", why: `credentials mode is not "include" and origin is *: success`,
			request: "Origin: " + page, answer: "access-control-allow-origin: *", by: Function, want: "readable by the page",
		},
		{
			name: "a 401 of API Gateway", why: "the status plays no part in the check", request: "Origin: " + page, status: 401,
			answer: "Access-Control-Allow-Origin: *", want: "readable by the page",
		},
		{
			name: "a function without the middleware", why: "origin is null: failure", request: "Origin: " + page, by: Function,
			api: allowing, prop: Middleware,
			want: "blocked by the browser: the function's own answer has no Access-Control-Allow-Origin: use lambdahttp/cors",
		},
		{
			name: "its own 500", why: "the same", request: "Origin: " + page, status: 500, by: Function, api: allowing,
			prop: Middleware,
			want: "blocked by the browser: the function's own answer has no Access-Control-Allow-Origin: use lambdahttp/cors",
		},
		{
			name: "another origin than the API's", why: "the middleware leaves the header out for it",
			request: "Origin: " + page,
			by:      Function, api: API{CORS: true, Path: true, Verb: true}, prop: "CORS.AllowOrigins",
			want: `blocked by the browser: the page's origin https://shop.example.com is not allowed: add ` +
				`"https://shop.example.com" to CORS.AllowOrigins`,
		},
		{
			name: "a single other origin", why: "the serialized origin is not the header's value: failure",
			request: "Origin: " + page, status: 401, answer: "Access-Control-Allow-Origin: https://x.example",
			api: API{CORS: true, Path: true, Verb: true}, prop: "CORS.AllowOrigins",
			want: `blocked by the browser: the page's origin https://shop.example.com is not allowed: add ` +
				`"https://shop.example.com" to CORS.AllowOrigins`,
		},
		{
			name: "the case of an origin", why: "the comparison is of bytes", request: "Origin: " + page,
			answer: "Access-Control-Allow-Origin: https://Shop.example.com", by: Function, api: allowing, prop: Middleware,
			want: "blocked by the browser: the function's own answer has Access-Control-Allow-Origin: " +
				"https://Shop.example.com, and the page's origin is https://shop.example.com: use lambdahttp/cors",
		},
		{
			name: "no CORS at all", why: "", request: "Origin: " + page, by: Function, prop: "CORS.AllowOrigins",
			want: "blocked by the browser: the API has no CORS, and the function's own answer has no " +
				`Access-Control-Allow-Origin: name the page's origin in CORS: &secureapi.CORS{AllowOrigins: ` +
				`[]string{"https://shop.example.com"}}, and use lambdahttp/cors in the function`,
		},
		{
			name: "another API's CORS", why: "the function sends its headers, and no route answers the preflight",
			request: "Origin: " + page + "\nAuthorization: Bearer x", answer: allowed, by: Function,
			api: API{Path: true, Verb: true, Foreign: true}, prop: "CORS.AllowOrigins",
			want: "blocked by the browser: a browser asks before it sends such a request, and no route answers preflights " +
				`on its path: give it the CORS of the function's other API, and both "https://shop.example.com" in ` +
				"AllowOrigins: a function has one environment",
		},
		{
			name: "another API's CORS, without a preflight", why: "the browser sends it at once",
			request: "Origin: " + page, answer: allowed, by: Function, api: API{Path: true, Verb: true, Foreign: true},
			want: "readable by the page",
		},
		{
			name: "another API's CORS, which does not allow the page", request: "Origin: " + page, by: Function,
			api: API{Path: true, Verb: true, Foreign: true}, prop: "CORS.AllowOrigins",
			want: "blocked by the browser: the API has no CORS, and its function has that of another API, which does not " +
				`allow https://shop.example.com: give it the CORS of the function's other API, and both ` +
				`"https://shop.example.com" in AllowOrigins: a function has one environment`,
		},
		{
			name: "JSON without a preflight", why: "its type is not CORS-safelisted", verb: "POST",
			request: "Origin: " + page + "\nContent-Type: application/json; charset=utf-8", answer: allowed, by: Function,
			api: API{Path: true, Verb: true}, prop: "CORS.AllowOrigins",
			want: "blocked by the browser: a browser asks before it sends such a request, and no route answers preflights " +
				`on its path: set CORS: &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}`,
		},
		{
			name: "a form without a preflight", why: "its type is CORS-safelisted", verb: "POST",
			request: "Origin: " + page + "\nContent-Type: multipart/form-data; boundary=x", answer: allowed, by: Function,
			api: API{Path: true, Verb: true}, want: "readable by the page",
		},
		{
			name: "a token with a preflight", why: "", request: "Origin: " + page + "\nAuthorization: Bearer x",
			answer: allowed, by: Function, api: API{CORS: true, Allows: true, Path: true, Verb: true, Preflights: true},
			want: "readable by the page",
		},
		{
			name: "no CORS, and a 401", why: "", request: "Origin: " + page, status: 401, prop: "CORS.AllowOrigins",
			want: "blocked by the browser: the API has no CORS: the answer has no Access-Control-Allow-Origin: set " +
				`CORS: &secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}`,
		},
		{
			name: "a gateway response without the headers", why: "", request: "Origin: " + page, status: 401, api: allowing,
			prop: GatewayResponses,
			want: "blocked by the browser: API Gateway's own answer has no Access-Control-Allow-Origin: no gateway " +
				"response of its type adds it: add it by GatewayResponses, which joins the headers of CORS",
		},
		{
			name: "no such stage", why: "", request: "Origin: " + page, status: 403, by: NoStage,
			want: "blocked by the browser: there is no such stage, and API Gateway's answer to that has no " +
				"Access-Control-Allow-Origin: check the URL",
		},
		{
			name: "a backend by HTTP_PROXY", why: "", request: "Origin: " + page, by: Backend, api: allowing,
			want: "blocked by the browser: the answer of the HTTP integration's backend has no " +
				"Access-Control-Allow-Origin: have " +
				"the backend send it: a proxy integration passes answers on as they are",
		},
		{
			name: "an integration's response without the header", why: "", request: "Origin: " + page, by: Mapped, api: allowing,
			prop: IntegrationResponses,
			want: "blocked by the browser: the integration's answer has no Access-Control-Allow-Origin: map " +
				"method.response.header.Access-Control-Allow-Origin in IntegrationResponses, or leave it to CORS",
		},
		{
			name: "an integration's response for the first origin", why: "", request: "Origin: " + page, by: Mapped,
			api:    allowing,
			answer: "Access-Control-Allow-Origin: https://x.example", prop: IntegrationResponses,
			want: "blocked by the browser: the integration's answer has Access-Control-Allow-Origin: " +
				"https://x.example, and the page's origin is https://shop.example.com: give the response a template " +
				"in IntegrationResponses, which can name another origin than the first one",
		},
		{
			name: "the header twice", why: "getting a header joins its values by a comma", request: "Origin: " + page,
			answer: allowed + allowed, by: Function, api: allowing, prop: Middleware,
			want: "blocked by the browser: Access-Control-Allow-Origin has more than one value: https://shop.example.com, " +
				"https://shop.example.com: let lambdahttp/cors alone set it",
		},
		{
			name: "a page without an origin", why: "a file", request: "Origin: null", by: Function,
			api: API{CORS: true, Path: true},
			want: "blocked by the browser: the page has no origin (null): it is a file or in a sandbox: serve the page by " +
				"HTTP, such as from localhost",
		},
		{
			name: "a page without an origin, of an API without CORS", why: "CORS cannot name null: any sandbox has it",
			request: "Origin: null", by: Function,
			want: "blocked by the browser: the page has no origin (null): it is a file or in a sandbox: serve the page by " +
				"HTTP, such as from localhost",
		},
		{
			name: "cookies, and all origins", why: `credentials mode is "include", and * is not the origin: failure`,
			request: "Origin: " + page + "\nCookie: id=1", answer: "Access-Control-Allow-Origin: *", by: Function, api: allowing,
			prop: "CORS.AllowCredentials",
			want: "blocked by the browser: the request has cookies, and for these Access-Control-Allow-Origin must name the " +
				`page's origin: it is *: set CORS.AllowCredentials, with "https://shop.example.com" in CORS.AllowOrigins, or ` +
				"have the page send no cookies",
		},
		{
			name: "cookies that are not allowed", why: "credentials is not true: failure",
			request: "Origin: " + page + "\nCookie: id=1", answer: allowed, by: Function, api: allowing,
			prop: "CORS.AllowCredentials",
			want: "blocked by the browser: the request has cookies, and the answer has no Access-Control-Allow-Credentials: " +
				`true: set CORS.AllowCredentials, with "https://shop.example.com" in CORS.AllowOrigins, or have the page ` +
				"send no cookies",
		},
		{
			name: "the value True", why: "the value is case-sensitive",
			request: "Origin: " + page + "\nCookie: id=1", answer: allowed + "Access-Control-Allow-Credentials: True",
			by:  Function,
			api: API{CORS: true, Allows: true, Credentials: true, Path: true}, prop: Middleware,
			want: "blocked by the browser: the request has cookies, and the answer has no Access-Control-Allow-Credentials: " +
				"true: use lambdahttp/cors",
		},
		{
			name: "cookies that are allowed", why: "credentials is true: success",
			request: "Origin: " + page + "\nCookie: id=1", answer: allowed + "Access-Control-Allow-Credentials: true",
			by:   Function,
			want: "readable by the page",
		},
		{
			name: "headers that are not exposed", why: "a CORS filtered response has the CORS-safelisted ones alone",
			request: "Origin: " + page, by: Function, prop: "CORS.ExposeHeaders",
			answer: allowed + "Location: /orders/1\nX-Total: 2\nx-amzn-RequestId: 1\nContent-Type: text/plain\nSet-Cookie: a=1",
			want: "readable by the page: the page does not see the headers Location, X-Total: add \"Location\", " +
				"\"X-Total\" to CORS.ExposeHeaders",
		},
		{
			name: "one that is", why: "", request: "Origin: " + page, by: Function,
			answer: allowed + "Location: /orders/1\nAccess-Control-Expose-Headers: ETag,location", want: "readable by the page",
		},
		{
			name: "all are", why: "unless credentials mode is include", request: "Origin: " + page, by: Function,
			answer: allowed + "Location: /orders/1\nAccess-Control-Expose-Headers: *", want: "readable by the page",
		},
		{
			name: "a preflight", why: "each header and the method are named", verb: "OPTIONS", status: 204,
			request: asks + "DELETE\nAccess-Control-Request-Headers: authorization,content-type", by: Mapped,
			answer: allowed + "Access-Control-Allow-Methods: GET,DELETE\nAccess-Control-Allow-Headers: " +
				"Content-Type,Authorization",
			want: "the browser sends the request: without cookies only",
		},
		{
			name: "a preflight that allows cookies", why: "credentials is true: success", verb: "OPTIONS", status: 204,
			request: asks + "GET", by: Mapped, answer: allowed + "Access-Control-Allow-Credentials: true",
			want: "the browser sends the request",
		},
		{
			name: "a preflight without CORS", why: "API Gateway answers 403", verb: "OPTIONS", status: 403,
			request: asks + "GET",
			prop:    "CORS.AllowOrigins",
			want: "blocked by the browser: the API has no CORS: no route answers preflights: set CORS: " +
				`&secureapi.CORS{AllowOrigins: []string{"https://shop.example.com"}}`,
		},
		{
			name: "a preflight for an unknown path", why: "", verb: "OPTIONS", status: 403, request: asks + "GET",
			answer: "Access-Control-Allow-Origin: *", api: API{CORS: true}, prop: "Routes",
			want: "blocked by the browser: no route has this path, and so no preflight for it is answered: check the path, or " +
				"add a route for it",
		},
		{
			name: "a preflight of another origin", why: "", verb: "OPTIONS", status: 204, request: asks + "GET", by: Mapped,
			api: API{CORS: true, Path: true, Verb: true}, prop: "CORS.AllowOrigins",
			want: `blocked by the browser: the page's origin https://shop.example.com is not allowed: add ` +
				`"https://shop.example.com" to CORS.AllowOrigins`,
		},
		{
			name: "a preflight that is guarded", why: "response's status is not an ok status: network error", verb: "OPTIONS",
			status: 401, request: asks + "GET", answer: allowed, api: allowing,
			want: "blocked by the browser: the answer to a preflight must have a status of 200 to 299, and has 401: " +
				"its reason says what refused it; preflights bring no token, so no authorizer may guard OPTIONS",
		},
		{
			name: "a method that is not allowed", why: "request's method is not in methods", verb: "OPTIONS", status: 204,
			request: asks + "DELETE", answer: allowed + "Access-Control-Allow-Methods: GET", by: Mapped, api: allowing,
			prop: "CORS.AllowMethods",
			want: `blocked by the browser: the method DELETE is not allowed: allowed is GET: ` +
				`add "DELETE" to CORS.AllowMethods, ` +
				"or leave it empty for the verbs of the routes",
		},
		{
			name: "a method that no route has", why: "", verb: "OPTIONS", status: 204, request: asks + "DELETE",
			answer: allowed + "Access-Control-Allow-Methods: GET", by: Mapped, api: API{CORS: true, Allows: true, Path: true},
			prop: "Routes",
			want: "blocked by the browser: no route takes DELETE on this path: check the method, or add a route for it",
		},
		{
			name: "a safelisted method", why: "POST is a CORS-safelisted method", verb: "OPTIONS", status: 204,
			request: asks + "POST", answer: allowed + "Access-Control-Allow-Methods: GET", by: Mapped,
			want: "the browser sends the request: without cookies only",
		},
		{
			name: "the case of a method", why: "methods are case-sensitive, and fetch leaves patch as it is", verb: "OPTIONS",
			status: 204, request: asks + "patch", answer: allowed + "Access-Control-Allow-Methods: PATCH", by: Mapped,
			api:  allowing,
			prop: "CORS.AllowMethods",
			want: `blocked by the browser: the method patch is not allowed: allowed is PATCH: ` +
				`add "patch" to CORS.AllowMethods, ` +
				"or leave it empty for the verbs of the routes",
		},
		{
			name: "headers that are not allowed", why: "unsafeName is not in headerNames", verb: "OPTIONS", status: 204,
			request: asks + "GET\nAccess-Control-Request-Headers: authorization,x-page,x-tenant", by: Mapped,
			answer: allowed + "Access-Control-Allow-Headers: Authorization", api: allowing, prop: "CORS.AllowHeaders",
			want: `blocked by the browser: the headers x-page, x-tenant are not allowed: allowed is Authorization: ` +
				`add "x-page", ` +
				`"x-tenant" to CORS.AllowHeaders`,
		},
		{
			name: "a header, and none is allowed", why: "", verb: "OPTIONS", status: 204,
			request: asks + "GET\nAccess-Control-Request-Headers: x-page", answer: allowed, by: Mapped, api: allowing,
			prop: "CORS.AllowHeaders",
			want: `blocked by the browser: the header x-page is not allowed: the preflight's answer names none: ` +
				`add "x-page" to ` +
				"CORS.AllowHeaders",
		},
		{
			name: "Authorization by *", why: "the standard says no, and browsers do not do it: whatwg/fetch#1278",
			verb:   "OPTIONS",
			status: 204, request: asks + "GET\nAccess-Control-Request-Headers: authorization", by: Mapped,
			answer: allowed + "Access-Control-Allow-Headers: *", prop: "CORS.AllowHeaders",
			want: "the browser sends the request: by the Fetch standard * does not stand for Authorization, though today's " +
				`browsers take it so: add "Authorization" to CORS.AllowHeaders`,
		},
		{
			name: "methods that are not a list", why: "if either is failure, return a network error", verb: "OPTIONS",
			status:  204,
			request: asks + "GET", answer: allowed + "Access-Control-Allow-Methods: GET;POST", by: Mapped,
			prop: "CORS.AllowMethods",
			want: `blocked by the browser: Access-Control-Allow-Methods is not a list with commas: "GET;POST": leave it to CORS`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := Exchange{
				Request: &exchange.Request{Verb: "GET", Host: "127.0.0.1:3000", Headers: headers(c.request)},
				Answer:  exchange.Answer{Status: 200, Headers: headers(c.answer)},
				By:      c.by,
				API:     func() API { return c.api },
			}
			if c.verb != "" {
				x.Request.Verb = c.verb
			}
			if c.status != 0 {
				x.Answer.Status = c.status
			}
			got := Judge(x)
			if got.String() != c.want || got.Prop != c.prop {
				t.Errorf("%s\ngot  %q, %s\nwant %q, %s", c.why, got.Prop, got, c.prop, c.want)
			}
			if got.Applies != (c.want != "") || got.Readable == strings.HasPrefix(c.want, "blocked") && got.Applies {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// FuzzJudge checks properties of all verdicts: a verdict that blocks has a reason, and verdicts depend only on headers
// of the CORS protocol.
func FuzzJudge(f *testing.F) {
	f.Add("GET", "Origin: "+page, "Access-Control-Allow-Origin: *", 200, 1)
	f.Add(
		"OPTIONS",
		"Origin: "+page+"\nAccess-Control-Request-Method: DELETE",
		"Access-Control-Allow-Methods: GET",
		204,
		3,
	)
	f.Add("GET", "Origin: null\nCookie: a=1", "Access-Control-Allow-Origin: null", 200, 1)
	f.Fuzz(func(t *testing.T, verb, request, answer string, status, by int) {
		x := Exchange{
			Request: &exchange.Request{Verb: verb, Host: "127.0.0.1:3000", Headers: headers(request)},
			Answer:  exchange.Answer{Status: status, Headers: headers(answer)},
			By:      By(by),
		}
		got := Judge(x)
		if got.Applies && !got.Readable && got.Why == "" || !got.Applies && got != (Verdict{}) {
			t.Errorf("got %+v", got)
		}
		x.Answer.Headers = append(x.Answer.Headers, exchange.Header{Name: "X-Other", Value: "*"})
		if more := Judge(x); more.Readable != got.Readable || more.Applies != got.Applies {
			t.Errorf("with another header: got %+v, was %+v", more, got)
		}
		origins, _ := combinedValue(x.Answer.Headers, allowOrigin)
		if got.Readable && origins != "*" && origins != x.Request.Headers.Get(origin) {
			t.Errorf("readable with %s %q: %+v", http.CanonicalHeaderKey(allowOrigin), origins, got)
		}
	})
}
