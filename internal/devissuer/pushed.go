package devissuer

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	pushedPath = "/par"

	// requestURN begins a request_uri (RFC 9126, section 2.2). The sealed request follows, so no list of requests is kept.
	requestURN = "urn:ietf:params:oauth:request_uri:"

	pushedLife = 90 * time.Second
)

// pushed is an authorization request that a client pushed.
type pushed struct {
	ID, Site, ClientID string
	Params             url.Values
	Expires            int64
}

// push is the pushed authorization request endpoint (RFC 9126).
func (p *Provider) push(w http.ResponseWriter, r *http.Request, ring *keyring, form url.Values, s site) {
	c, wrong := p.authenticate(ring, r, form, s)
	if wrong != nil {
		wrong.serve(w)
		return
	}
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		form.Del(name)
	}
	form.Set("client_id", c.ClientID)
	if form.Has("request_uri") { // section 2.1
		badRequest("invalid_request", "a pushed request has no request_uri").serve(w)
		return
	}
	if _, no := p.readAuthorization(form, s); no != nil {
		code := no.code
		if no.page {
			code = "invalid_request"
		}
		badRequest(code, "%s", no.description).serve(w)
		return
	}
	id, err := p.newID()
	var sealed string
	if err == nil {
		sealed, err = p.sealJSON(ring, pushedPurpose, pushed{
			ID: id, Site: s.name, ClientID: c.ClientID, Params: form, Expires: p.now().Add(pushedLife).Unix(),
		})
	}
	if err != nil {
		serveObject(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
		return
	}
	serveObject(w, http.StatusCreated, map[string]any{
		"request_uri": requestURN + sealed, "expires_in": int(pushedLife.Seconds()),
	})
}

// pushedRequest returns the pushed request that an authorization request refers to; nil if it refers to none. It is
// valid for one sign-in, and for the client that pushed it (RFC 9126, section 4).
func (p *Provider) pushedRequest(ring *keyring, params url.Values, s site) (*pushed, *refusal) {
	sealed, ok := strings.CutPrefix(params.Get("request_uri"), requestURN)
	if !ok {
		return nil, nil
	}
	var in pushed
	switch {
	case len(params["request_uri"]) > 1 || len(params["client_id"]) != 1:
		return nil, showRefusal("A request with a request_uri has one, and one client_id.")
	case !ring.openJSON(pushedPurpose, sealed, &in) || in.Site != s.name:
		return nil, showRefusal("The request_uri is not one that this issuer gave.")
	case in.ClientID != params.Get("client_id"):
		return nil, showRefusal("The request_uri was given to another client than %s.", params.Get("client_id"))
	case p.now().Unix() >= in.Expires:
		return nil, showRefusal("The request_uri has expired: it counts for %d seconds. Begin again in the app.",
			int(pushedLife.Seconds()))
	case p.keys.redeemed(in.ID):
		return nil, showRefusal("The request_uri was used already. Begin again in the app.")
	}
	return &in, nil
}
