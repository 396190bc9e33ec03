package secureapi

import "time"

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
// the request's Origin: any page can then read the error's status and its fixed text, and never an answer of a
// function.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
type CORS struct {
	// AllowOrigins are the pages that may call: "https://shop.example.com", without a path, or "*" alone for all.
	// At least one.
	AllowOrigins []string

	// AllowHeaders are the request headers a page may set. A list without what the API's authorizers read, such as
	// Authorization, is warned of ([CORSHeadersWarning]). Default: Content-Type, those that the API's authorizers read,
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
