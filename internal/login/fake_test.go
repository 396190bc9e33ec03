package login

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/login/logintest"
	"github.com/gatehouse-cdk/gatehouse/internal/rsatest"
)

const (
	idpOrigin    = "https://idp.test"
	clientID     = "shop"
	clientSecret = "the-secret-of-the-client"
)

// signingKeys returns two keys, with which a provider signs one after the other.
func signingKeys() []*rsa.PrivateKey { return rsatest.Keys()[:2] }

// grant is the grant behind a code or a refresh token.
type grant struct {
	request url.Values
	family  string
}

// fakeProvider is an OpenID provider that a test controls. It logs each user in at once.
type fakeProvider struct {
	now  func() time.Time
	wire *logintest.Wire

	mu       sync.Mutex
	calls    []string                    // the paths of requests
	forms    map[string]url.Values       // the last one by path
	headers  map[string]http.Header      // the last one by path
	codes    map[string]grant            // each for one use
	refresh  map[string]grant            // each for one use
	pushed   map[string]url.Values       // by request_uri
	instead  map[string]http.HandlerFunc // by path
	key      int                         // which of signingKeys
	lifetime time.Duration
	secret   string
	byKey    bool // the client authenticates with an assertion, which the test looks at

	refuseClient http.HandlerFunc // answers a client with a wrong secret; nil for 401 and invalid_client

	issued int
	last   map[string]any // the last token answer

	metadata  func(map[string]any)             // changes the discovery document
	idToken   func(claims map[string]any)      // changes an ID token
	access    func(claims map[string]any)      // changes an access token
	tokens    func(answer map[string]any)      // changes a token answer
	authorize func(q url.Values)               // changes what goes back to the callback
	signed    func(jwt string) (forged string) // changes an ID token's text
}

func newFakeProvider(now func() time.Time, wire *logintest.Wire) *fakeProvider {
	return &fakeProvider{
		now:      now,
		wire:     wire,
		forms:    map[string]url.Values{},
		headers:  map[string]http.Header{},
		codes:    map[string]grant{},
		refresh:  map[string]grant{},
		pushed:   map[string]url.Values{},
		instead:  map[string]http.HandlerFunc{},
		lifetime: 5 * time.Minute,
		secret:   clientSecret,
	}
}

// set changes the provider between requests.
func (p *fakeProvider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// count returns the number of requests for a path.
func (p *fakeProvider) count(path string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, have := range p.calls {
		if have == path {
			n++
		}
	}
	return n
}

// form is the last form that was posted to a path, and header its header.
func (p *fakeProvider) form(path string) url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forms[path]
}

func (p *fakeProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var form url.Values
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		form, _ = url.ParseQuery(string(body))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, r.URL.Path)
	p.forms[r.URL.Path], p.headers[r.URL.Path] = form, r.Header
	for _, name := range []string{"code", "code_verifier", "refresh_token", "client_secret", "client_assertion", "token"} {
		p.wire.Note(name, form.Get(name))
	}
	if instead := p.instead[r.URL.Path]; instead != nil {
		p.mu.Unlock()
		instead(w, r)
		p.mu.Lock()
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		p.say(w, 200, p.document())
	case "/keys":
		p.say(w, 200, p.keySet())
	case "/authorize":
		p.answerAuthorize(w, r)
	case "/par":
		if p.authenticated(w, r, form) {
			name := "urn:ietf:params:oauth:request_uri:" + p.unique()
			p.wire.Note("request_uri", name)
			p.pushed[name] = form
			p.say(w, 201, map[string]any{"request_uri": name, "expires_in": 60})
		}
	case "/token":
		if p.authenticated(w, r, form) {
			p.answerToken(w, form)
		}
	case "/revoke":
		if p.authenticated(w, r, form) {
			delete(p.refresh, form.Get("token"))
		}
	default:
		http.NotFound(w, r)
	}
}

func (p *fakeProvider) document() map[string]any {
	doc := map[string]any{
		"issuer":                 idpOrigin,
		"authorization_endpoint": idpOrigin + "/authorize",
		"token_endpoint":         idpOrigin + "/token",
		"jwks_uri":               idpOrigin + "/keys",
		"revocation_endpoint":    idpOrigin + "/revoke",
		"end_session_endpoint":   idpOrigin + "/end",
		"authorization_response_iss_parameter_supported": true,
		"code_challenge_methods_supported":               []string{"S256"},
	}
	if p.metadata != nil {
		p.metadata(doc)
	}
	return doc
}

// lastToken returns a token of the last token response.
func (p *fakeProvider) lastToken(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, _ := p.last[name].(string)
	return text
}

func (p *fakeProvider) kid() string { return "key-" + strconv.Itoa(p.key) }

func (p *fakeProvider) keySet() map[string]any {
	k := signingKeys()[p.key].PublicKey
	return map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": p.kid(),
		"n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()), "e": "AQAB",
	}}}
}

// answerAuthorize sends the browser back with a code (RFC 6749, section 4.1.2; RFC 9207).
func (p *fakeProvider) answerAuthorize(w http.ResponseWriter, r *http.Request) {
	request := r.URL.Query()
	if name := request.Get("request_uri"); name != "" {
		request = p.pushed[name]
		delete(p.pushed, name)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		p.wire.Note(name, request.Get(name))
	}
	code := p.unique()
	p.wire.Note("code", code)
	p.codes[code] = grant{request, p.unique()}
	back := url.Values{"code": {code}, "state": {request.Get("state")}, "iss": {idpOrigin}}
	if p.authorize != nil {
		p.authorize(back)
	}
	w.Header().Set("Location", request.Get("redirect_uri")+"?"+back.Encode())
	w.WriteHeader(http.StatusFound)
}

// authenticated checks the client's secret, in the header or in the body.
func (p *fakeProvider) authenticated(w http.ResponseWriter, r *http.Request, form url.Values) bool {
	id, secret, ok := r.BasicAuth()
	if ok {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if p.byKey && form.Get("client_assertion") != "" {
		return true
	}
	if id != clientID || secret != p.secret {
		if p.refuseClient != nil {
			p.refuseClient(w, r)
			return false
		}
		p.say(w, 401, map[string]any{"error": "invalid_client"})
		return false
	}
	return true
}

// answerToken answers the token endpoint. Codes and refresh tokens are for one use.
func (p *fakeProvider) answerToken(w http.ResponseWriter, form url.Values) {
	var g grant
	var ok bool
	switch form.Get("grant_type") {
	case "authorization_code":
		g, ok = p.codes[form.Get("code")]
		delete(p.codes, form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		ok = ok && g.request.Get("redirect_uri") == form.Get("redirect_uri") &&
			g.request.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(sum[:])
	case "refresh_token":
		g, ok = p.refresh[form.Get("refresh_token")]
		delete(p.refresh, form.Get("refresh_token"))
	}
	if !ok {
		p.say(w, 400, map[string]any{"error": "invalid_grant", "error_description": "secret words of the provider"})
		return
	}
	now := p.now().Unix()
	access := map[string]any{
		"iss": idpOrigin, "sub": "user-1", "aud": "api://orders", "client_id": clientID, "iat": now,
		"exp": now + int64(p.lifetime/time.Second), "jti": p.unique(), "scope": g.request.Get("scope"),
	}
	if p.access != nil {
		p.access(access)
	}
	accessToken := p.sign(access)
	refresh := p.unique()
	p.refresh[refresh] = g
	id := map[string]any{
		"iss": idpOrigin, "sub": "user-1", "aud": clientID, "iat": now, "exp": now + int64(p.lifetime/time.Second),
		"name": "Ada Example", "email": "ada@example.test", "at_hash": halfHash(accessToken),
	}
	if form.Get("grant_type") == "authorization_code" {
		id["nonce"] = g.request.Get("nonce")
	}
	if p.idToken != nil {
		p.idToken(id)
	}
	idToken := p.sign(id)
	if p.signed != nil {
		idToken = p.signed(idToken)
	}
	answer := map[string]any{
		"access_token": accessToken, "token_type": "Bearer", "expires_in": int64(p.lifetime / time.Second),
		"refresh_token": refresh, "id_token": idToken,
	}
	if p.tokens != nil {
		p.tokens(answer)
	}
	p.last = answer
	for name, value := range answer {
		if text, ok := value.(string); ok && strings.HasSuffix(name, "_token") {
			p.wire.Note(name, text)
		}
	}
	p.say(w, 200, answer)
}

// halfHash returns the at_hash of an access token, for RS256 (OpenID Connect Core 1.0, section 3.1.3.6).
func halfHash(access string) string {
	sum := sha256.Sum256([]byte(access))
	return base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
}

// sign makes a JWT of claims. A claim that is nil is left out.
func (p *fakeProvider) sign(claims map[string]any) string {
	claims = maps.Clone(claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return signJWT(map[string]any{"typ": "JWT", "alg": "RS256", "kid": p.kid()}, claims, signingKeys()[p.key])
}

func signJWT(header, claims map[string]any, key *rsa.PrivateKey) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	input := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c)
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (p *fakeProvider) say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// unique returns a text that cannot be guessed.
func (p *fakeProvider) unique() string {
	p.issued++
	return "u" + strconv.Itoa(p.issued) + "-" + rand.Text()
}
