package secureapi

import "time"

// CORS lets pages of other origins call the API. One declaration configures the three places that answer a browser:
//
//   - API Gateway answers preflight requests on every path of the table, without an authorizer.
//   - API Gateway's own errors (DEFAULT_4XX and DEFAULT_5XX, including the authorizer's 401 and 403) carry the headers,
//     so a page sees the status instead of a network error.
//   - Functions find the declaration in their environment, and the middleware of package lambdahttp/cors applies it.
//     CDK cannot change the environment of an imported function: set GATEHOUSE_CORS where that function is defined.
//
// Headers of API Gateway's errors are fixed values or copies of request headers, so an error cannot select one of
// several origins. With one origin, or "*", errors carry that value. With several origins they carry "*" or, with
// AllowCredentials, a copy of the request's Origin: any page can then read the status and fixed text of an error, but
// never an answer of a function.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
type CORS struct {
	// AllowOrigins are the origins whose pages may call, such as "https://shop.example.com" (without a path), or "*" alone
	// for all. At least one is required.
	AllowOrigins []string

	// AllowHeaders are the request headers that a page may set. If the list omits a header that the API's authorizers
	// read, such as Authorization, synthesis warns ([CORSHeadersWarning]). Default: Content-Type, the headers that the
	// API's authorizers read, those of [RequireHeader], and X-Api-Key if a route needs an API key.
	AllowHeaders []string

	// ExposeHeaders are the response headers that a page may read in addition to those that it can always read. Default:
	// none.
	ExposeHeaders []string

	// AllowMethods are the methods that a preflight answer allows. Default: the verbs of the resource.
	AllowMethods []string

	// AllowCredentials lets pages send cookies and client certificates. It cannot be combined with the origin "*". A
	// bearer token in a header does not need it. Default: false.
	AllowCredentials bool

	// MaxAge is how long a browser may cache a preflight answer, in whole seconds. Default: the browser's own, which is 5
	// seconds.
	MaxAge time.Duration
}
