package devissuer

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	codeLife = time.Minute // RFC 6749, section 4.1.2: ten minutes at most

	// maxCode limits codes, in bytes, since they are in an address.
	maxCode = 6 << 10
)

// code is the content of an authorization code.
type code struct {
	grant
	RedirectURI, Challenge string
	Expires                int64
}

// signIn handles the form of the sign-in page. The form is bound to the page by a sealed value, and must come from the
// issuer's own origin. So it needs no cookie, and there is no session.
func (p *Provider) signIn(w http.ResponseWriter, r *http.Request, ring *keyring, s site) {
	if !sameOrigin(r) {
		p.showMessage(w, http.StatusForbidden, message{Title: "Another site's form", Text: []string{
			"The form did not come from the sign-in page of this issuer. Begin again in the app.",
		}})
		return
	}
	in, no := readParams(w, r)
	if no != nil {
		p.showRefused(w, showRefusal("The form cannot be read: %s.", no.description))
		return
	}
	var a authorization
	switch {
	case !ring.openJSON(formPurpose, in.Get("request"), &a) || a.Site != s.name:
		p.showRefused(w, showRefusal("The form is not that of the sign-in page."))
		return
	case p.now().Unix() >= a.Expires:
		p.showRefused(w, showRefusal("The sign-in page was open for longer than %d minutes. Begin again in the app.",
			int(maxForm.Minutes())))
		return
	case !p.mayRedirect(p.registration(s, a.ClientID), a.RedirectURI): // the app may have changed
		p.showRefused(w, showRefusal("The client %s no longer has the redirect URI %s.", a.ClientID, a.RedirectURI))
		return
	}
	if in.Get("action") == "cancel" {
		p.refuse(w, s, a, tellRefusal("access_denied", "the sign-in was cancelled"))
		return
	}
	f := p.form(s, a)
	who, ok := f.read(in, p.personas(s))
	if a.Provider == "" && len(f.Ways) > 0 {
		if a.Provider = in.Get("provider"); !f.way(a.Provider) && ok {
			ok, f.Error = false, "Choose how to sign in: the app has changed, and the chosen provider is gone."
		}
	}
	if !ok {
		p.showSignIn(w, http.StatusBadRequest, ring, s, a, f)
		return
	}
	sealed, err := p.newCode(ring, s, a, who)
	if err != nil {
		f.Error = "No code can be made: " + err.Error() + "."
		p.showSignIn(w, http.StatusBadRequest, ring, s, a, f)
		return
	}
	if a.Pushed != "" && !p.keys.redeem(a.Pushed) {
		p.showRefused(w, showRefusal("The request_uri was used already. Begin again in the app."))
		return
	}
	goTo(w, withQuery(a.RedirectURI, "code", sealed, "state", a.State, "iss", s.iss())) // RFC 9207
}

// newCode makes the authorization code for a person who has signed in.
func (p *Provider) newCode(ring *keyring, s site, a authorization, who Persona) (string, error) {
	id, err := p.newID()
	if err != nil {
		return "", err
	}
	sealed, err := p.sealJSON(ring, codePurpose, code{
		grant: grant{
			ID: id, Site: s.name, ClientID: a.ClientID, Subject: who.subject(), Scopes: who.holds(a.Scopes),
			Groups: who.Groups, Roles: who.Roles, Claims: ownClaims(who.Claims), Resource: a.Resource, Nonce: a.Nonce,
			Signed: p.now().Unix(), Refresh: a.Refresh, Provider: a.Provider,
		},
		RedirectURI: a.RedirectURI, Challenge: a.Challenge, Expires: p.now().Add(codeLife).Unix(),
	})
	if err == nil && len(sealed) > maxCode {
		err = fmt.Errorf("these rights and claims make a code of %d bytes, and %d fit into an address", len(sealed), maxCode)
	}
	return sealed, err
}

// sameOrigin reports whether a form comes from a page of the issuer's origin: by the header that only browsers set or,
// without it, by the Origin. A request with neither does not come from a browser.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Values("Sec-Fetch-Site"); len(site) > 0 {
		return len(site) == 1 && site[0] == "same-origin"
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	u, err := url.Parse(origins[0])
	return err == nil && len(origins) == 1 && u.Scheme == "http" && u.Host == r.Host
}
