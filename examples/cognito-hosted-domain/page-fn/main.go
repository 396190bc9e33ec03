// Command page-fn answers the requests for the page: its HTML, its script and its styles, which are compiled in.
package main

import (
	_ "embed"
	"net/http"

	"github.com/gatehouse-cdk/gatehouse/lambdahttp"
)

//go:embed page/index.html
var indexHTML string

//go:embed page/app.js
var appJS string

//go:embed page/style.css
var styleCSS string

// policy lets the page load its own script and styles, call its own API, and nothing else. No script is inline.
// Source: https://www.w3.org/TR/CSP3/#csp-directives
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func main() { lambdahttp.Start(routes()) }

func routes() http.Handler {
	mux := lambdahttp.NewMux()
	// no-store keeps the page, which shows notes, out of the browser's caches: Back after logging out loads it again.
	mux.HandleFunc("GET /", file("text/html", "no-store", indexHTML))
	mux.HandleFunc("GET /app.js", file("text/javascript", "no-cache", appJS))
	mux.HandleFunc("GET /style.css", file("text/css", "no-cache", styleCSS))
	return mux
}

func file(contentType, cacheControl, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType+"; charset=utf-8")
		h.Set("Cache-Control", cacheControl)
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write([]byte(text)) // the writer is memory
	}
}
