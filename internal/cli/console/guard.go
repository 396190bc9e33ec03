package console

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// hostsOf are the names by which a browser on this machine calls a port. A page of another site can have its own name
// lead to 127.0.0.1 (DNS rebinding); then the Host header has that name.
func hostsOf(base string) []string {
	u, err := url.Parse(base)
	if err != nil || u.Port() == "" {
		panic("console: Options.URL " + base + ": want one like http://127.0.0.1:3000")
	}
	hosts := []string{net.JoinHostPort("127.0.0.1", u.Port()), net.JoinHostPort("localhost", u.Port())}
	if u.Port() == "80" { // which browsers leave out
		hosts = append(hosts, "127.0.0.1", "localhost")
	}
	return hosts
}

// refuse returns why a request is not answered; "" if it is. Any site may load the page itself and its files, as by a
// link. Data and tokens are for the page alone, and for programs that are not browsers.
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

// policy lets the page load its own files and talk to its own origin, and nothing else; and no text can become a script
// or markup in it.
// Source: https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/trusted-types/
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// secured adds the headers that each answer of the console has.
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
