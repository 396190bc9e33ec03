// Package cors adds CORS headers to a function's answers, as its API declares them:
//
//	cfg, err := cors.FromEnvironment(os.Getenv)
//	if err != nil {
//		log.Fatal(err)
//	}
//	lambdahttp.Start(cors.Handler(handler, cfg))
//
// API Gateway itself adds the headers to preflight answers and to its own errors. It passes a proxy integration's
// answers on unchanged, and without the headers a browser hides them from the page. The construct library writes a
// [Config] into the functions' environment; a function reads it and wraps its handler.
//
// The package does not decide who may call an API. A request from another origin is served like any other, and the
// browser withholds the answer from the page. Origins match exactly; there are no patterns.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
package cors

import (
	"net/http"
	"slices"
	"time"

	"github.com/rs/cors"
)

// Config declares which pages may read an API's answers. The zero value turns CORS off.
type Config struct {
	// AllowOrigins are the origins whose pages may read the answers, as browsers send them ("https://shop.example.com"),
	// or "*" alone for every origin. Default: none; CORS is off.
	AllowOrigins []string

	// AllowHeaders are the request headers that a page may set, in any case, or "*". API Gateway answers preflight
	// requests, so this has an effect only if clients reach the handler directly. Default: [DefaultAllowHeaders].
	AllowHeaders []string

	// ExposeHeaders are the response headers that a page may read, in addition to those that Fetch always allows. Default:
	// none.
	ExposeHeaders []string

	// AllowMethods are the methods that a page may use, in upper case, or "*". GET includes HEAD, as in net/http. Default:
	// every method, because the API has no methods beyond those it declares.
	AllowMethods []string

	// AllowCredentials lets a page send cookies and HTTP authentication. It cannot be combined with "*" in any list.
	// Default: false.
	AllowCredentials bool

	// MaxAge is how long a browser may cache a preflight answer, in whole seconds. Default: the browser's own, 5 s.
	MaxAge time.Duration
}

var allMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// DefaultAllowHeaders returns the request headers that are allowed if Config.AllowHeaders is empty. They are the same
// as CDK's.
//
// Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.Cors.html
func DefaultAllowHeaders() []string {
	return []string{
		"Content-Type",
		"X-Amz-Date",
		"Authorization",
		"X-Api-Key",
		"X-Amz-Security-Token",
		"X-Amz-User-Agent",
	}
}

// Handler adds the CORS headers of cfg to the answers of next and answers preflight requests itself. If cfg has no
// origins, it returns next. It panics if [Config.Validate] returns an error.
func Handler(next http.Handler, cfg Config) http.Handler {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	if len(cfg.AllowOrigins) == 0 {
		return next
	}
	return handler{cors.New(cfg.options()).Handler(next), next}
}

// handler shows what it is around, so that package lambdahttp finds a Mux in it.
type handler struct {
	http.Handler
	next http.Handler
}

// Unwrap is the handler whose answers carry the headers.
func (h handler) Unwrap() http.Handler { return h.next }

func (c Config) options() cors.Options {
	o := cors.Options{
		AllowedHeaders:   c.AllowHeaders,
		AllowedMethods:   slices.Clone(c.AllowMethods),
		ExposedHeaders:   c.ExposeHeaders,
		AllowCredentials: c.AllowCredentials,
		MaxAge:           int(c.MaxAge / time.Second),
	}
	if slices.Contains(c.AllowOrigins, "*") {
		o.AllowedOrigins = []string{"*"}
	} else {
		// Given as a list, rs/cors would compare origins without regard to case and take a "*" inside one for a
		// wildcard. Fetch compares byte by byte: https://fetch.spec.whatwg.org/#cors-check
		allowed := slices.Clone(c.AllowOrigins)
		o.AllowOriginFunc = func(origin string) bool { return slices.Contains(allowed, origin) }
	}
	if len(o.AllowedHeaders) == 0 {
		o.AllowedHeaders = DefaultAllowHeaders()
	}
	switch {
	case len(c.AllowMethods) == 0, slices.Contains(c.AllowMethods, "*"):
		// rs/cors takes an empty list for GET, POST and HEAD, and knows no "*" here.
		o.AllowedMethods = allMethods
	case slices.Contains(c.AllowMethods, http.MethodGet):
		o.AllowedMethods = append(o.AllowedMethods, http.MethodHead)
	}
	return o
}
