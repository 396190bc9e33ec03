package cors

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const shop = "https://shop.example.com"

// next is the function's own handler. It answers 418, which package cors never does.
var next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", "orders/1")
	w.WriteHeader(http.StatusTeapot)
})

func TestActualRequests(t *testing.T) {
	one := Config{AllowOrigins: []string{shop}}
	full := Config{
		AllowOrigins:     []string{shop, "https://admin.example.com:8443"},
		ExposeHeaders:    []string{"Location", "Retry-After"},
		AllowCredentials: true,
	}
	any := Config{AllowOrigins: []string{"*"}}
	reads := Config{AllowOrigins: []string{shop}, AllowMethods: []string{"GET"}}

	for _, tt := range []struct {
		name, why   string
		cfg         Config
		method      string
		origin      string
		allow       string // Access-Control-Allow-Origin
		expose      string
		credentials string
	}{
		{name: "declared origin", why: "the page may read the answer", cfg: one, method: "GET", origin: shop, allow: shop},
		{name: "no origin", why: "not a cross-origin request", cfg: one, method: "GET"},
		{
			name:   "other origin",
			why:    "served, but the page may not read it",
			cfg:    one,
			method: "GET",
			origin: "https://evil.example",
		},
		{name: "longer origin", why: "a prefix is not a match", cfg: one, method: "GET", origin: shop + ".evil.example"},
		{name: "subdomain", why: "a suffix is not a match", cfg: one, method: "GET", origin: "https://x.shop.example.com"},
		{
			name:   "other case",
			why:    "Fetch compares bytes; browsers send small letters",
			cfg:    one,
			method: "GET",
			origin: "https://SHOP.example.com",
		},
		{name: "other scheme", why: "http is another origin", cfg: one, method: "GET", origin: "http://shop.example.com"},
		{name: "null origin", why: "any sandboxed page sends null", cfg: one, method: "GET", origin: "null"},
		{
			name:        "second of several",
			why:         "the matching one is echoed, not the list",
			cfg:         full,
			method:      "GET",
			origin:      "https://admin.example.com:8443",
			allow:       "https://admin.example.com:8443",
			expose:      "Location, Retry-After",
			credentials: "true",
		},
		{
			name:   "other port",
			why:    "the port is part of an origin",
			cfg:    full,
			method: "GET",
			origin: "https://admin.example.com",
		},
		{
			name:   "any origin",
			why:    "a cache may share an answer with *",
			cfg:    any,
			method: "GET",
			origin: "https://a.example",
			allow:  "*",
		},
		{
			name:   "DELETE by default",
			why:    "the API's routes limit the methods",
			cfg:    one,
			method: "DELETE",
			origin: shop,
			allow:  shop,
		},
		{name: "HEAD comes with GET", why: "as in net/http", cfg: reads, method: "HEAD", origin: shop, allow: shop},
		{name: "method not declared", why: "the preflight would have refused it", cfg: reads, method: "DELETE", origin: shop},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, "/orders", nil)
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			w := httptest.NewRecorder()
			Handler(next, tt.cfg).ServeHTTP(w, r)
			if w.Code != http.StatusTeapot {
				t.Errorf("got status %d, want the handler's %d", w.Code, http.StatusTeapot)
			}
			for header, want := range map[string]string{
				"Access-Control-Allow-Origin":      tt.allow,
				"Access-Control-Expose-Headers":    tt.expose,
				"Access-Control-Allow-Credentials": tt.credentials,
				"Vary":                             "Origin",
			} {
				if got := strings.Join(w.Header().Values(header), "|"); got != want {
					t.Errorf("%s: got %q, want %q: %s", header, got, want, tt.why)
				}
			}
		})
	}
}

func TestPreflightInFunction(t *testing.T) {
	cfg := Config{AllowOrigins: []string{shop}, MaxAge: 10 * time.Minute, AllowCredentials: true}
	for _, tt := range []struct {
		name, origin, method, headers string
		want                          map[string]string
	}{
		{"allowed", shop, "DELETE", "authorization,content-type", map[string]string{
			"Access-Control-Allow-Origin":      shop,
			"Access-Control-Allow-Methods":     "DELETE",
			"Access-Control-Allow-Headers":     "authorization,content-type",
			"Access-Control-Allow-Credentials": "true",
			"Access-Control-Max-Age":           "600",
		}},
		{"other origin", "https://evil.example", "GET", "", map[string]string{"Access-Control-Allow-Origin": ""}},
		{"other method", shop, "PURGE", "", map[string]string{"Access-Control-Allow-Origin": ""}},
		{"other header", shop, "GET", "x-secret", map[string]string{"Access-Control-Allow-Origin": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("OPTIONS", "/orders", nil)
			r.Header.Set("Origin", tt.origin)
			r.Header.Set("Access-Control-Request-Method", tt.method)
			if tt.headers != "" {
				r.Header.Set("Access-Control-Request-Headers", tt.headers)
			}
			w := httptest.NewRecorder()
			Handler(next, cfg).ServeHTTP(w, r)
			if w.Code != http.StatusNoContent {
				t.Errorf("got status %d, want 204", w.Code)
			}
			for header, want := range tt.want {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s: got %q, want %q", header, got, want)
				}
			}
		})
	}
}

// By default, a page may send the headers that CDK allows, and use every method.
func TestPreflightDefaults(t *testing.T) {
	preflight := func(cfg Config, method, header string) bool {
		r := httptest.NewRequest("OPTIONS", "/orders", nil)
		r.Header.Set("Origin", shop)
		r.Header.Set("Access-Control-Request-Method", method)
		if header != "" {
			r.Header.Set("Access-Control-Request-Headers", header)
		}
		w := httptest.NewRecorder()
		Handler(next, cfg).ServeHTTP(w, r)
		return w.Header().Get("Access-Control-Allow-Origin") != ""
	}
	// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_apigateway.Cors.html
	for _, header := range []string{
		"content-type", "x-amz-date", "authorization", "x-api-key", "x-amz-security-token", "x-amz-user-agent",
	} {
		if !preflight(Config{AllowOrigins: []string{shop}}, "GET", header) {
			t.Errorf("no AllowHeaders: header %s is refused", header)
		}
		if preflight(Config{AllowOrigins: []string{shop}, AllowHeaders: []string{"X-Own"}}, "GET", header) {
			t.Errorf("AllowHeaders X-Own: header %s is allowed", header)
		}
	}
	for _, methods := range [][]string{nil, {"*"}} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			if !preflight(Config{AllowOrigins: []string{shop}, AllowMethods: methods}, method, "") {
				t.Errorf("AllowMethods %q: %s is refused", methods, method)
			}
		}
	}
}

func TestUnwrap(t *testing.T) {
	h, ok := Handler(next, Config{AllowOrigins: []string{shop}}).(interface{ Unwrap() http.Handler })
	if !ok || h.Unwrap() == nil {
		t.Fatal("Unwrap is missing or returns nil, want the wrapped handler")
	}
	w := httptest.NewRecorder()
	h.Unwrap().ServeHTTP(w, httptest.NewRequest("GET", "/orders", nil))
	if w.Code != http.StatusTeapot || w.Header().Get("Vary") != "" {
		t.Errorf("unwrapped handler: got %d with %v, want 418 without Vary", w.Code, w.Header())
	}
}

func TestEmptyConfigAddsNoHeaders(t *testing.T) {
	r := httptest.NewRequest("GET", "/orders", nil)
	r.Header.Set("Origin", shop)
	w := httptest.NewRecorder()
	Handler(next, Config{}).ServeHTTP(w, r)
	if diff := cmp.Diff(http.Header{"Location": {"orders/1"}}, w.Header()); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestHandlerPanicsOnInvalidConfig(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if !errors.Is(err, ErrCredentials) {
			t.Errorf("got %v, want a panic with ErrCredentials", err)
		}
	}()
	Handler(next, Config{AllowOrigins: []string{"*"}, AllowCredentials: true})
}

func TestHandlerCopiesConfig(t *testing.T) {
	cfg := Config{AllowOrigins: []string{shop}, AllowMethods: slices.Grow([]string{"GET"}, 1)}
	h := Handler(next, cfg)
	cfg.AllowOrigins[0] = "https://evil.example"
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Origin", "https://evil.example")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Header().Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("origin written to the caller's slice later: got %q, want no header", got)
	}
	if got := cfg.AllowMethods[:cap(cfg.AllowMethods)]; got[1] != "" {
		t.Errorf("Handler changed the caller's slice to %q", got)
	}
}
