package devissuer

import "net/http"

const logoutPath = "/logout"

// logout ends a session (OpenID Connect RP-Initiated Logout 1.0). There are no sessions here, so it only redirects the
// browser to the app or another address of this machine, given as post_logout_redirect_uri or as Amazon Cognito's
// logout_uri. User pools have their own endpoint.
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
		if p.mayLeave(s, uri) {
			goTo(w, withQuery(uri, "state", params.Get("state")))
			return
		}
		text = append(text, "The browser is not sent on: "+uri+" is neither on this machine nor a logout URL of an app "+
			"client.")
	}
	p.showMessage(w, http.StatusOK, message{Title: "Signed out", Text: text})
}
