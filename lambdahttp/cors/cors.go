// Package cors makes a function's own answers carry the CORS headers that its API was declared with:
//
//	cfg, err := cors.FromEnvironment(os.Getenv)
//	if err != nil {
//		log.Fatal(err)
//	}
//	lambdahttp.Start(cors.Handler(handler, cfg))
//
// API Gateway answers preflight requests and its own errors by itself, but a proxy integration's answers reach the
// browser as the function wrote them, so without this a browser hides every one of them from the page. The construct
// library writes a [Config] into the functions' environment; a function reads it back and wraps its handler.
//
// The package does not decide who may call an API: a request from another origin is served as any other, and it is the
// browser that keeps the answer from the page. It has no patterns for origins: they match exactly or not at all.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html
package cors

import (
	"net/http"
	"slices"
	"time"

	"github.com/rs/cors"
)

// Config says which pages may read an API's answers. The zero value says that no CORS was declared.
type Config struct {
	// AllowOrigins are the origins whose pages may read the answers, as browsers send them
	// ("https://shop.example.com"), or "*" alone for every origin. Default: none, and CORS is off.
	AllowOrigins []string

	// AllowHeaders are the request headers that a page may set, in any case, or "*".
	// Default: those of [DefaultAllowHeaders]. API Gateway answers the preflight, so this counts only where the
	// handler is reached directly.
	AllowHeaders []string

	// ExposeHeaders are the response headers that a page may read besides those that Fetch always lets through.
	// Default: none.
	ExposeHeaders []string

	// AllowMethods are the methods that a page may use, in capitals, or "*". GET brings HEAD with it, as in net/http.
	// Default: every method, since the API has no others than those it declares.
	AllowMethods []string

	// AllowCredentials lets a page send cookies and HTTP authentication. It does not go with "*" anywhere.
	AllowCredentials bool

	// MaxAge is how long a browser may keep a preflight's answer, in whole seconds. Default: the browser's own, 5 s.
	MaxAge time.Duration
}

var allMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// DefaultAllowHeaders are the request headers allowed when [Config.AllowHeaders] is empty: the same that CDK allows.
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

// Handler adds the CORS headers of cfg to the answers of next, and answers preflight requests itself.
// Without a declared origin it is next itself. It panics if [Config.Validate] finds a fault.
func Handler(next http.Handler, cfg Config) http.Handler {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	if len(cfg.AllowOrigins) == 0 {
		return next
	}
	return handler{cors.New(cfg.options()).Handler(next), next}
}

// handler shows what it is around, so that package gateway finds a Mux in it.
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
