package console

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/cli/tryout"
)

// ask is what the form sends: a route to call, and a credential to call it with.
type ask struct {
	Stage  string            `json:"stage"`
	Route  routeName         `json:"route"`
	Verb   string            `json:"verb"` // of the request; the route's own may be ANY
	Params map[string]string `json:"params"`
	Query  string            `json:"query"` // without the question mark, escaped
	Header string            `json:"headers"`
	Body   string            `json:"body"`

	Credential string   `json:"credential"` // "token", "bearer", "key" or "none"
	Token      tokenAsk `json:"token"`      // the token to make, or the token of the session to make
	Bearer     string   `json:"bearer"`     // an existing token
	Key        string   `json:"key"`        // the key's ID
}

type routeName struct {
	Verb string `json:"verb"`
	Path string `json:"path"`
}

// prepared is a request that is ready to be made by a page of this origin.
type prepared struct {
	Verb    string      `json:"verb"`
	URL     string      `json:"url"` // begins with the slash
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
	Cookies []string    `json:"cookies,omitempty"` // each NAME=VALUE; scripts cannot set them in a header
	Curl    string      `json:"curl"`              // the same request, for a shell
	Fetch   string      `json:"fetch"`
	Token   *minted     `json:"token,omitempty"`

	Rights []comparison `json:"rights,omitempty"` // the rights of Token
}

// fieldError is an error about a field of the form.
type fieldError struct{ field, text string }

func (e *fieldError) Error() string { return e.field + ": " + e.text }

func wrong(field, format string, a ...any) error {
	return &fieldError{field, fmt.Sprintf(format, a...)}
}

// answerPrepare makes the token or the signature, and the request with it.
func (c *Console) answerPrepare(r *exchange.Request) exchange.Answer {
	var a ask
	if err := readForm(r, &a); err != nil {
		return problem(http.StatusBadRequest, "", err.Error())
	}
	out, err := c.prepare(a, r.Host)
	if err != nil {
		return failed(err)
	}
	return answer(http.StatusOK, out)
}

func (c *Console) prepare(a ask, host string) (out prepared, err error) {
	v := c.current()
	served, ok := v.route(a.Stage, a.Route.Verb, a.Route.Path)
	if !ok {
		return out, wrong(
			"route",
			"there is no %s: the last change may have removed it",
			label(a.Stage, a.Route.Verb, a.Route.Path),
		)
	}
	if out.Verb, err = verb(a); err != nil {
		return out, err
	}
	if out.URL, err = target(a); err != nil {
		return out, err
	}
	if out.Headers, err = headers(a.Header); err != nil {
		return out, err
	}
	if err := withBody(a.Body, &out); err != nil {
		return out, err
	}
	if served.Method.APIKeyRequired && !has(out.Headers, "X-API-Key") {
		if value := tryout.APIKey(v.model, served.API, served.Name); value != "" {
			out.Headers = append(out.Headers, [2]string{"X-API-Key", value})
		}
	}
	example := tryout.Example{Verb: out.Verb, Body: out.Body}
	if err := c.addCredential(a, v, served, &out, &example); err != nil {
		return out, err
	}
	if a.Credential == "token" || a.Credential == "bearer" {
		if err := v.prove("http://"+host, &out, &example); err != nil {
			return out, err
		}
	}
	for _, h := range out.Headers {
		if example.ProofURL == "" || h[0] != "DPoP" { // curl gets a new proof each time
			example.Headers = append(example.Headers, h[0]+": "+h[1])
		}
	}
	if takesSession(served) { // the browser sends the header itself
		example.Cookies, example.Headers = strings.Join(out.Cookies, "; "), append(example.Headers, tryout.SameOrigin)
	} else if len(out.Cookies) > 0 {
		example.Headers = append(example.Headers, "Cookie: "+out.Cookies[0])
	}
	example.URL = "http://" + host + out.URL
	out.Curl = example.Curl()
	if example.Key != nil { // curl signs by itself
		if err := sign(&out, host, *example.Key, example.Region, c.options.Now()); err != nil {
			return out, err
		}
		example.Key, example.Headers, example.URL = nil, nil, "http://"+host+out.URL
		for _, h := range out.Headers {
			example.Headers = append(example.Headers, h[0]+": "+h[1])
		}
	}
	if example.ProofURL != "" {
		example.Headers = append(example.Headers, "DPoP: "+out.Headers[len(out.Headers)-1][1])
	}
	out.Fetch = example.Fetch()
	return out, nil
}

// addCredential adds the credential that the form selects: a new token or session, or a given token, to out; a key for
// signing to example.
func (c *Console) addCredential(a ask, v *view, served apigateway.Route, out *prepared, example *tryout.Example) error {
	switch a.Credential {
	case "none":
	case "token":
		made, err := v.mint(a.Token)
		if err != nil {
			return err
		}
		if takesSession(served) {
			out.Cookies, err = c.session(a.Token, served)
			return err
		}
		out.Token = &made
		out.Rights = v.rightsOf(made, a.Stage, served, out.URL, c.options.Now())
		return withToken(made.Text, served, out)
	case "bearer":
		return withBearer(a.Bearer, served, out)
	case "key":
		i := slices.IndexFunc(v.apis.Keys, func(k key) bool { return k.ID == a.Key })
		if i < 0 {
			return wrong("key", "there is no development key %q", a.Key)
		}
		example.Key, example.Region = &v.keys[i], served.API.Region
	default:
		return wrong("credential", "%q: want token, bearer, key or none", a.Credential)
	}
	return nil
}

// rightsOf compares a new token with what the route requires.
func (v *view) rightsOf(made minted, stage string, served apigateway.Route, target string, now time.Time) []comparison {
	claims, ok := payload(made.Text)
	if !ok {
		return nil
	}
	_, to, ok := v.known(stage, served)
	if !ok || served.Method.Authorizer == nil {
		return nil
	}
	path, _, _ := strings.Cut(strings.TrimPrefix(target, "/"+stage), "?")
	return v.compare(served, to, v.described(caller{path: path, at: now}, claims, served.Method.Authorizer, to))
}

// withBody adds the body, which is JSON unless a header sets another type.
func withBody(body string, out *prepared) error {
	if body == "" {
		return nil
	}
	if out.Verb == http.MethodGet || out.Verb == http.MethodHead {
		return wrong("body", "a browser sends no body with %s: leave it out", out.Verb)
	}
	out.Body = body
	if !has(out.Headers, "Content-Type") {
		out.Headers = append(out.Headers, [2]string{"Content-Type", "application/json"})
	}
	return nil
}

// withBearer adds a token that the user entered.
func withBearer(given string, served apigateway.Route, out *prepared) error {
	if takesSession(served) {
		return wrong("credential", "the route takes the session of a login, and no token: choose a new session")
	}
	token := strings.TrimSpace(given)
	if !b64token.MatchString(token) {
		return wrong("bearer", "want a token by itself, without Bearer before it (RFC 6750, section 2.1)")
	}
	return withToken(token, served, out)
}

// withToken puts a token where the route's authorizer looks for it.
func withToken(token string, served apigateway.Route, out *prepared) error {
	place := authz.TokenSource{Kind: authz.Header, Name: "Authorization"}
	if served.Method.Authorizer != nil {
		place = matrix.TokenSource(served.Method.Authorizer)
	}
	switch place.Kind {
	case authz.Cookie:
		out.Cookies = []string{place.Name + "=" + token}
	case authz.QueryString:
		separator := "?"
		if strings.Contains(out.URL, "?") {
			separator = "&"
		}
		out.URL += separator + url.QueryEscape(place.Name) + "=" + url.QueryEscape(token)
	default:
		if has(out.Headers, place.Name) {
			return wrong("headers", "%s is there already, and it is where the token goes: leave it out, or choose no credential",
				place.Name)
		}
		out.Headers = append(out.Headers, [2]string{place.Name, "Bearer " + token})
	}
	return nil
}

// b64token matches a bearer token.
// Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
var b64token = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// lifetime parses the lifetime of a token.
func lifetime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d/time.Second == 0 {
		return 0, wrong("expires", "%q: want a time such as 90s, 15m or 8h, or -1m for a token that has expired", text)
	}
	return d, nil
}

func has(headers [][2]string, name string) bool {
	return slices.ContainsFunc(headers, func(h [2]string) bool { return strings.EqualFold(h[0], name) })
}
