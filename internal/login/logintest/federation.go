package logintest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Federation lets the users of a user pool sign in at another OpenID provider. The pool is the provider's client
// [OtherClient]. The development issuer plays the pool: a sign-in goes from its page to the provider, and the
// provider's claims are filled into the page's form.
type Federation struct {
	upstream *Provider
	client   oauth2.Config
	verifier *oidc.IDTokenVerifier

	mu      sync.Mutex
	pending map[string]attempt
}

// attempt is a sign-in that was redirected to the provider.
type attempt struct{ request, verifier, nonce string }

// Federate returns a federation with a provider. The redirect URI must be registered at the provider.
func Federate(t testing.TB, upstream *Provider, redirectURI string) *Federation {
	t.Helper()
	f := &Federation{upstream: upstream, pending: map[string]attempt{}}
	provider, err := oidc.NewProvider(f.context(t.Context()), upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.client = oauth2.Config{
		ClientID: OtherClient, ClientSecret: "the secret of " + OtherClient, RedirectURL: redirectURI,
		Endpoint: provider.Endpoint(), Scopes: []string{"openid", "profile", "email"},
	}
	f.client.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	f.verifier = provider.Verifier(&oidc.Config{ClientID: OtherClient})
	return f
}

// context returns a context whose requests trust the provider's certificate.
func (f *Federation) context(c context.Context) context.Context {
	return oidc.ClientContext(c, f.upstream.Client())
}

// Begin redirects the browser to the provider. request is the hidden field "request" of the pool's page.
func (f *Federation) Begin(w http.ResponseWriter, r *http.Request, request string) {
	state := oauth2.GenerateVerifier()
	a := attempt{request: request, verifier: oauth2.GenerateVerifier(), nonce: oauth2.GenerateVerifier()}
	f.mu.Lock()
	f.pending[state] = a
	f.mu.Unlock()
	http.Redirect(w, r, f.client.AuthCodeURL(state, oauth2.S256ChallengeOption(a.verifier), oidc.Nonce(a.nonce)),
		http.StatusFound)
}

// End handles the provider's answer. It returns the fields of the pool's form that sign in the user of the provider
// with this name, or cancel the sign-in. The user gets the scopes, and the group for their sub.
func (f *Federation) End(r *http.Request, name, scopes string, groups map[string]string) (url.Values, error) {
	q := r.URL.Query()
	f.mu.Lock()
	a, known := f.pending[q.Get("state")]
	delete(f.pending, q.Get("state"))
	f.mu.Unlock()
	fields := url.Values{"request": {a.request}, "provider": {name}, "action": {"cancel"}}
	switch {
	case !known:
		return nil, errors.New("this pool did not make the state")
	case q.Get("error") != "":
		return fields, nil
	}
	user, err := f.user(r.Context(), q.Get("code"), a)
	if err != nil {
		return nil, err
	}
	claims, err := json.Marshal(map[string]string{"name": user.Name, "email": user.Email})
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"action": "sign-in", "persona": "typed", "subject": user.Subject, "groups": groups[user.Subject], "scopes": scopes,
		"claims": string(claims),
	} {
		fields.Set(name, value)
	}
	return fields, nil
}

// user has the provider's claims about a user.
type user struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

// user exchanges a code of the provider and verifies its ID token.
func (f *Federation) user(c context.Context, code string, a attempt) (out user, err error) {
	c = f.context(c)
	token, err := f.client.Exchange(c, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return out, fmt.Errorf("the code: %w", err)
	}
	text, _ := token.Extra("id_token").(string)
	id, err := f.verifier.Verify(c, text)
	if err != nil {
		return out, fmt.Errorf("the ID token: %w", err)
	}
	if id.Nonce != a.nonce {
		return out, errors.New("the ID token has another nonce")
	}
	return out, id.Claims(&out)
}
