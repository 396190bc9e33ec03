package devissuer

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// client is the caller of an endpoint.
type client struct {
	App
	known       bool // declared by the assembly
	introspects bool // it is configured to introspect tokens, like an API
	public      bool // it need not authenticate, and has not
	issuer      Issuer
	thumbprint  string // of the key whose proof its request for a token has; "" without one
}

// registration returns a client of a site. An unknown client is a public client on this machine.
func (p *Provider) registration(s site, id string) client {
	c := client{App: App{ClientID: id}, public: true}
	for _, i := range p.issuersOf(s) {
		for _, a := range i.Apps {
			if a.ClientID != id {
				continue
			}
			if !c.known {
				c.App, c.known, c.issuer = App{}, true, i
			}
			if a.Callback != "" {
				c.issuer = i // the issuer of the login's guard
			}
			c.App = a.join(c.App)
		}
	}
	for _, i := range p.issuersOf(s) {
		n := i.Introspection
		if n == nil || n.ClientID != id {
			continue
		}
		if c.introspects = true; !c.known {
			c.known, c.issuer = true, i
			c.ClientAuth, c.Algorithm, c.Audience = n.ClientAuth, n.Algorithm, n.Audience
			if c.ClientAuth == "" {
				c.ClientAuth = basicAuth
			}
		}
	}
	c.public = c.ClientAuth == ""
	return c
}

// fault is an error of an endpoint (RFC 6749, section 5.2).
type fault struct {
	status            int
	code, description string
}

func badRequest(code, format string, a ...any) *fault {
	return &fault{http.StatusBadRequest, code, fmt.Sprintf(format, a...)}
}

func invalidClient(format string, a ...any) *fault {
	return &fault{http.StatusUnauthorized, "invalid_client", fmt.Sprintf(format, a...)}
}

func (f *fault) serve(w http.ResponseWriter) {
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="devissuer"`)
	}
	serveObject(w, f.status, map[string]any{"error": f.code, "error_description": "devissuer: " + f.description})
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523, section 2.2

// authentication holds a client's authentication before it is verified.
type authentication struct {
	way                   string // the way in which the client authenticates; "" for none
	id, secret, assertion string
}

// readAuthentication reads a client's authentication. A client authenticates in only one way (RFC 6749, section 2.3).
func readAuthentication(r *http.Request, form url.Values) (authentication, *fault) {
	out := authentication{
		id: form.Get("client_id"), secret: form.Get("client_secret"), assertion: form.Get("client_assertion"),
	}
	for name, used := range map[string]bool{
		basicAuth: r.Header.Get("Authorization") != "", postAuth: out.secret != "", privateKeyAuth: out.assertion != "",
	} {
		if used && out.way != "" {
			return authentication{}, badRequest("invalid_request", "the client authenticates in two ways: want one")
		}
		if used {
			out.way = name
		}
	}
	switch out.way {
	case basicAuth: // both parts are encoded as in a form
		user, password, ok := r.BasicAuth()
		name, err := url.QueryUnescape(user)
		var wrong error
		if out.secret, wrong = url.QueryUnescape(password); !ok || err != nil || wrong != nil {
			return authentication{}, invalidClient("the Authorization header is not HTTP Basic with " +
				"both parts encoded as in a form")
		}
		if out.id != "" && out.id != name {
			return authentication{}, badRequest("invalid_request", "client_id is %q, and the Authorization header says %q",
				out.id, name)
		}
		out.id = name
	case privateKeyAuth:
		if form.Get("client_assertion_type") != assertionType {
			return authentication{}, invalidClient("client_assertion_type: want %q", assertionType)
		}
		if out.id == "" {
			out.id = subjectOf(out.assertion)
		}
	}
	if out.id == "" {
		return authentication{}, invalidClient("no client: want a client_id, or the client's authentication")
	}
	return out, nil
}

// authenticate identifies the caller of an endpoint, with one of the ways in RFC 6749, section 2.3, and RFC 7523,
// section 2.2. An unknown client authenticates with the secret that all clients have, or is public.
func (p *Provider) authenticate(ring *keyring, r *http.Request, form url.Values, s site) (client, *fault) {
	by, wrong := readAuthentication(r, form)
	if wrong != nil {
		return client{}, wrong
	}
	c := p.registration(s, by.id)
	switch want := c.ClientAuth; {
	case by.way == "" && want == "":
		return c, nil
	case by.way == "":
		return client{}, invalidClient("client %q does not authenticate: want %s", by.id, want)
	case c.known && want == "":
		return client{}, invalidClient("client %q has no secret: it is a public client", by.id)
	case !c.known && by.way == privateKeyAuth:
		return client{}, invalidClient("client %q is not known, so it has no key", by.id)
	case c.known && want != by.way && (want != AnySecret || by.way == privateKeyAuth):
		return client{}, invalidClient("client %q authenticates with %s: want %s", by.id, by.way, want)
	case by.way == privateKeyAuth:
		if why := p.verifyAssertion(r.Context(), ring, c, s, by.assertion); why != nil {
			return client{}, invalidClient("client %q: its assertion is not valid: %v", by.id, why)
		}
	case subtle.ConstantTimeCompare([]byte(by.secret), []byte(ring.clientSecret())) != 1:
		return client{}, invalidClient("client %q: its secret is wrong", by.id)
	}
	c.public = false
	return c, nil
}

// subjectOf returns the client that an assertion names, before the assertion is verified.
func subjectOf(assertion string) string {
	claims, ok := unverified(assertion)
	if !ok {
		return ""
	}
	text, _ := claims.Get("sub").Text()
	return text
}

// verifyAssertion verifies a client's assertion (RFC 7523, section 3). Its audience must be the issuer, the token
// endpoint, or the one in the assembly.
func (p *Provider) verifyAssertion(ctx context.Context, ring *keyring, c client, s site, assertion string) error {
	audiences := []string{s.url, p.endpoint(s.url, tokenPath)}
	if c.Audience != "" {
		audiences = append(audiences, c.Audience)
	}
	config := jwt.Issuer{
		URL: c.ClientID, Audiences: audiences, Algorithms: []string{c.Algorithm}, MaxLifetime: time.Hour,
	}
	token, err := p.verify(ctx, ring, config, false, []string{c.Algorithm}, assertion)
	if err != nil {
		return err
	}
	if token.Subject() != c.ClientID {
		return fmt.Errorf("its sub is %q, want the client id", token.Subject())
	}
	return nil
}

// mayUse reports whether a client may use a grant, in Amazon Cognito's terms.
func (c client) mayUse(flow string) bool { return len(c.Flows) == 0 || slices.Contains(c.Flows, flow) }

// words returns the words of a parameter that are separated by spaces (RFC 6749, section 3.3), each once. It reports
// false for characters that no scope has.
func words(text string) (out []string, ok bool) {
	for _, w := range strings.Split(text, " ") {
		if w != "" {
			out = union(out, []string{w})
		}
	}
	return out, strings.IndexFunc(text, func(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' }) < 0
}

// ClientSecret returns the secret of every client that has one. Clients that the assembly does not declare also get
// tokens for themselves with it. It stays the same as long as the keys do.
//
// The error is one of [OpenKeys], if the keys can no longer be read.
func (p *Provider) ClientSecret() (string, error) {
	ring, err := p.keys.current()
	if err != nil {
		return "", err
	}
	return ring.clientSecret(), nil
}
