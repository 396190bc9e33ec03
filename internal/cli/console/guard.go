package console

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// hostsOf returns the names under which a browser on this machine calls a port. A page of another site can resolve its
// own name to 127.0.0.1 (DNS rebinding); the Host header has that name then.
func hostsOf(base string) []string {
	u, err := url.Parse(base)
	if err != nil || u.Port() == "" {
		panic("console: Options.URL " + base + ": want one like http://127.0.0.1:3000")
	}
	hosts := []string{net.JoinHostPort("127.0.0.1", u.Port()), net.JoinHostPort("localhost", u.Port())}
	if u.Port() == "80" { // browsers leave port 80 out
		hosts = append(hosts, "127.0.0.1", "localhost")
	}
	return hosts
}

// refuse says why a request is not answered; "" if it is. Any site may load the page itself and its files, for example
// with a link. Data and tokens are only for the page, and for programs that are not browsers.
func (c *Console) refuse(r *exchange.Request) string {
	host := strings.ToLower(r.Host)
	if !slices.Contains(c.hosts, host) {
		return "the console is at " + c.options.URL + " and answers to no other name"
	}
	if r.Verb != http.MethodPost && (r.RawPath == "/" || isFile(strings.TrimPrefix(r.RawPath, prefix))) {
		return ""
	}
	// A browser sends Origin with each POST, and Sec-Fetch-Site with everything to this machine. Another port of it is
	// another origin. Sources: https://fetch.spec.whatwg.org/#origin-header and
	// https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
	for origin := range r.Headers.Values("Origin") {
		if !strings.EqualFold(origin, "http://"+host) {
			return "the console answers its own page, and not one of " + origin
		}
	}
	for site := range r.Headers.Values("Sec-Fetch-Site") {
		if site != "same-origin" && (site != "none" || r.Verb == http.MethodPost) {
			return "the console answers its own page, and not one of another site"
		}
	}
	// A form of another site cannot send this type.
	typed := r.Headers.Has("Content-Type") && exchange.MediaType(r.Headers.Get("Content-Type")) == "application/json"
	if r.Verb == http.MethodPost && !typed {
		return "the console accepts bodies of the type application/json"
	}
	return ""
}

// policy allows the page to load its own files and to talk to its own origin, and nothing else. No text in the page can
// become a script or markup.
// Source: https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// secured adds the headers of every answer of the console.
func secured(a exchange.Answer) exchange.Answer {
	for _, h := range [...][2]string{
		{"Content-Security-Policy", policy},
		{"X-Content-Type-Options", "nosniff"},
		{"Cache-Control", "no-store"},
		{"Referrer-Policy", "no-referrer"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
	} {
		a.Headers = append(a.Headers, exchange.Header{Name: h[0], Value: h[1]})
	}
	return a
}
