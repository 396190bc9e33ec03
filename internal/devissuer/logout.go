package devissuer

import "net/http"

const logoutPath = "/logout"

// logout ends a session (OpenID Connect RP-Initiated Logout 1.0). Here are no sessions, so all it does is send the
// browser on: to the app or to another address of this machine, as post_logout_redirect_uri or, in Amazon Cognito's
// words, logout_uri says. User pools have an endpoint of their own.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request, s site) {
	if s.hosted {
		p.hostedLogout(w, r, s)
		return
	}
	params := r.URL.Query()
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		form, wrong := readParams(w, r)
		if wrong != nil {
			p.showMessage(w, wrong.status, message{Title: "Not signed out", Text: []string{wrong.description}})
			return
		}
		params = form
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.showMessage(w, http.StatusMethodNotAllowed, message{Title: "Not signed out", Text: []string{"Want GET or POST."}})
		return
	}
	uri := params.Get("post_logout_redirect_uri")
	if uri == "" {
		uri = params.Get("logout_uri")
	}
	text := []string{"The development issuer keeps no session. The next sign-in asks again who signs in."}
	if uri != "" {
		if p.leaves(s, uri) {
			goTo(w, withQuery(uri, "state", params.Get("state")))
			return
		}
		text = append(text, "The browser is not sent on: "+uri+" is neither on this machine nor a logout URL of an app "+
			"client.")
	}
	p.showMessage(w, http.StatusOK, message{Title: "Signed out", Text: text})
}
