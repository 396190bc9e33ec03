package devissuer

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	authorizationPath = "/authorize"
	tokenPath         = "/token"
)

// AuthorizationURL returns where users sign in to an issuer (RFC 6749, section 3.1); "" if the provider is not served.
func (p *Provider) AuthorizationURL(issuer string) string {
	return p.endpoint(issuer, authorizationPath)
}

// maxForm is how long a user may take to sign in.
const maxForm = 30 * time.Minute

// authorization is a checked authorization request.
type authorization struct {
	Site        string
	ClientID    string
	RedirectURI string
	State       string   `json:",omitempty"`
	Nonce       string   `json:",omitempty"`
	Challenge   string   `json:",omitempty"` // the PKCE challenge, with S256
	Scopes      []string `json:",omitempty"`
	Resource    string   `json:",omitempty"` // the requested API
	Refresh     bool     `json:",omitempty"` // whether refresh tokens are requested
	Hint        string   `json:",omitempty"`
	Pushed      string   `json:",omitempty"` // the ID of the pushed request, if it was pushed
	Provider    string   `json:",omitempty"` // how the user of a user pool must sign in
	Expires     int64    // when the page expires
}

// refusal says why a request is refused, and whether the client learns it. If not, the browser shows a page.
type refusal struct {
	page              bool
	code, description string
}

func showRefusal(format string, a ...any) *refusal {
	return &refusal{true, "", fmt.Sprintf(format, a...)}
}

func tellRefusal(code, format string, a ...any) *refusal {
	return &refusal{false, code, fmt.Sprintf(format, a...)}
}

// authorize is the authorization endpoint. GET shows the sign-in page, whose form is sent with POST.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request, s site) {
	ring, err := p.keys.current()
	if err != nil {
		p.showMessage(w, http.StatusInternalServerError, message{Title: "No keys", Text: []string{err.Error()}})
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		p.startSignIn(w, r, ring, s)
	case http.MethodPost:
		p.signIn(w, r, ring, s)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.showMessage(w, http.StatusMethodNotAllowed, message{Title: "Not an authorization request",
			Text: []string{"An authorization request is a GET."}})
	}
}

func (p *Provider) startSignIn(w http.ResponseWriter, r *http.Request, ring *keyring, s site) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		p.showRefused(w, showRefusal("The query cannot be read: %v.", err))
		return
	}
	var a authorization
	pushed, no := p.pushedRequest(ring, params, s)
	if no == nil {
		if pushed != nil {
			params = pushed.Params
		}
		a, no = p.readAuthorization(params, s)
	}
	if no != nil {
		p.refuse(w, s, a, no)
		return
	}
	if pushed != nil {
		a.Pushed = pushed.ID
	}
	p.showSignIn(w, http.StatusOK, ring, s, a, p.form(s, a))
}

// refuse tells the client, or shows on a page, why a request is refused.
func (p *Provider) refuse(w http.ResponseWriter, s site, a authorization, no *refusal) {
	if no.page {
		p.showRefused(w, no)
		return
	}
	goTo(w, withQuery(a.RedirectURI, "error", no.code, "error_description", "devissuer: "+no.description,
		"state", a.State, "iss", s.iss()))
}

// goTo redirects the browser to a checked URI, with GET.
func goTo(w http.ResponseWriter, uri string) {
	pageHeader(w.Header(), "'self'")
	w.Header().Set("Location", uri)
	w.WriteHeader(http.StatusSeeOther)
}

// readAuthorization checks an authorization request. Errors are shown on a page until the client and its redirect URI
// have been verified, and are reported to the client afterwards (RFC 6749, section 4.1.2.1).
func (p *Provider) readAuthorization(params url.Values, s site) (a authorization, no *refusal) {
	for name, values := range params {
		if len(values) > 1 { // RFC 6749, section 3.1
			return a, showRefusal("The request has the parameter %s %d times.", name, len(values))
		}
	}
	id, uri := params.Get("client_id"), params.Get("redirect_uri")
	if id == "" {
		return a, showRefusal("The request has no client_id.")
	}
	c := p.registration(s, id)
	if uri == "" {
		return a, showRefusal("The request of client %s has no redirect_uri.", id)
	}
	if !p.mayRedirect(c, uri) {
		return a, showRefusal("The client %s does not have the redirect URI %s. %s", id, uri, p.redirectHelp(c))
	}
	a = authorization{
		Site: s.name, ClientID: id, RedirectURI: uri, State: params.Get("state"), Nonce: params.Get("nonce"),
		Challenge: params.Get("code_challenge"), Hint: params.Get("login_hint"), Expires: p.now().Add(maxForm).Unix(),
	}
	if a.Resource = params.Get("resource"); a.Resource == "" { // RFC 8707
		a.Resource = params.Get("audience") // Auth0's name for the resource
	}
	if no := checkParams(params, c); no != nil {
		return a, no
	}
	if a.Provider, no = p.wayIn(params, s, c); no != nil {
		return a, no
	}
	scopes, ok := words(params.Get("scope"))
	if !ok {
		return a, tellRefusal("invalid_scope", "the scope has characters that no scope has")
	}
	scopes = p.tokenScopes(s, scopes)
	for _, scope := range scopes {
		if c.Scopes != nil && !slices.Contains(c.Scopes, scope) {
			return a, tellRefusal("invalid_scope", "the client may not ask for the scope %q: it may ask for %s", scope,
				strings.Join(c.Scopes, " "))
		}
	}
	if a.Scopes = scopes; len(scopes) == 0 {
		if a.Scopes = c.Scopes; c.Scopes == nil {
			a.Scopes = p.knownScopes(s)
		}
	}
	// Amazon Cognito issues refresh tokens without a scope for them, and Google with this parameter.
	a.Refresh = p.isCognito(s) || slices.Contains(scopes, "offline_access") || params.Get("access_type") == "offline"
	return a, nil
}

// redirectHelp says which redirect URIs a client has.
func (p *Provider) redirectHelp(c client) string {
	list := slices.Clone(c.RedirectURIs)
	if c.Callback != "" && p.appOrigin != "" {
		list = append(list, p.appOrigin+c.Callback)
	}
	switch {
	case len(list) > 0:
		return "It has " + strings.Join(list, ", ") + "."
	case c.known && c.Callback != "":
		return "The app's origin on this machine is not known."
	}
	return "A client that the app does not declare has redirect URIs of this machine, such as " +
		"http://127.0.0.1:8080/callback."
}

// checkParams checks the parameters whose errors are reported to the client.
func checkParams(params url.Values, c client) *refusal {
	switch kind := params.Get("response_type"); kind {
	case "code":
	case "":
		return tellRefusal("invalid_request", "the request has no response_type: want code")
	default: // RFC 9700, section 2.1.2
		return tellRefusal("unsupported_response_type", "the response_type %q: want code", kind)
	}
	for name, code := range map[string]string{ // OpenID Connect Core 1.0, section 3.1.2.6
		"request":      "request_not_supported",
		"request_uri":  "request_uri_not_supported",
		"registration": "registration_not_supported",
	} {
		if params.Get(name) != "" {
			return tellRefusal(code, "the parameter %s is not supported", name)
		}
	}
	if !c.mayUse("code") {
		return tellRefusal("unauthorized_client", "the client may not use the code flow: it may use %s",
			strings.Join(c.Flows, " "))
	}
	if mode := params.Get("response_mode"); mode != "" && mode != "query" {
		return tellRefusal("invalid_request", "the response_mode %q: want query", mode)
	}
	challenge, method := params.Get("code_challenge"), params.Get("code_challenge_method")
	switch raw, err := base64.RawURLEncoding.DecodeString(challenge); {
	case challenge == "": // RFC 7636, section 4.4.1
		return tellRefusal("invalid_request", "the request has no code_challenge: PKCE is required")
	case method != "S256":
		return tellRefusal("invalid_request", "the code_challenge_method %q: want S256", method)
	case err != nil || len(raw) != 32:
		return tellRefusal("invalid_request", "the code_challenge is not the base64url of a SHA-256 digest")
	}
	if text := params.Get("max_age"); text != "" {
		if _, err := strconv.ParseUint(text, 10, 31); err != nil {
			return tellRefusal("invalid_request", "the max_age %q: want a number of seconds", text)
		}
	}
	return checkPrompt(params.Get("prompt"))
}

// checkPrompt checks the parameter prompt (OpenID Connect Core 1.0, section 3.1.2.1). There are no sessions, so every
// request shows the sign-in page. All values but none, and every max_age, ask for that or allow it.
func checkPrompt(prompt string) *refusal {
	list, _ := words(prompt)
	for _, one := range list {
		switch {
		case one == "none" && len(list) > 1:
			return tellRefusal("invalid_request", "the prompt %q: none goes with no other", prompt)
		case one == "none":
			return tellRefusal("login_required", "the prompt forbids a page, and the development issuer keeps no sessions")
		case !slices.Contains(prompts, one):
			return tellRefusal("invalid_request", "the prompt %q: want some of %s", prompt, strings.Join(prompts, ", "))
		}
	}
	return nil
}

var prompts = []string{"none", "login", "consent", "select_account", "create"}
