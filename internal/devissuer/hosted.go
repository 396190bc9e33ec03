package devissuer

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// hostedPaths are the endpoints of a user pool's domain, by those of other issuers. It is "" for endpoints that a user
// pool does not have.
// Sources: https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html and
// https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html
var hostedPaths = map[string]string{
	authorizationPath: "/oauth2/authorize",
	tokenPath:         "/oauth2/token",
	userinfoPath:      "/oauth2/userInfo",
	revocationPath:    "/oauth2/revoke",
	pushedPath:        "",
}

// hostedLoginPath is the sign-in page of a user pool, which has the same parameters as its authorization endpoint.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/login-endpoint.html
const hostedLoginPath = "/login"

// path returns the path of an endpoint, relative to the site's own; "" if the site does not have it.
func (s site) path(endpoint string) string {
	if path, differs := hostedPaths[endpoint]; differs && s.hosted {
		return path
	}
	return endpoint
}

// iss returns the issuer in an authorization response (RFC 9207); "" for a user pool, whose responses name none.
func (s site) iss() string {
	if s.hosted {
		return ""
	}
	return s.url
}

// hostedDiscovery returns the discovery document of a user pool.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html
func (p *Provider) hostedDiscovery(s site) map[string]any {
	at := func(path string) string { return p.endpoint(s.url, path) }
	return map[string]any{
		"issuer":                 s.url,
		"jwks_uri":               at(jwksPath),
		"authorization_endpoint": at(authorizationPath),
		"token_endpoint":         at(tokenPath),
		"userinfo_endpoint":      at(userinfoPath),
		"revocation_endpoint":    at(revocationPath),
		"end_session_endpoint":   at(logoutPath),

		"response_types_supported":              []string{"code"},
		"scopes_supported":                      []string{"openid", "email", "phone", "profile"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": s.algorithms,
		"token_endpoint_auth_methods_supported": []string{basicAuth, postAuth},
	}
}

// hostedLogout is the logout endpoint of a user pool. It sends the browser to one of the client's logout URLs, or to
// the sign-in page.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
func (p *Provider) hostedLogout(w http.ResponseWriter, r *http.Request, s site) {
	refuse := func(status int, text ...string) {
		p.showMessage(w, status, message{Title: "Not signed out", Text: text})
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(http.StatusMethodNotAllowed, "Want GET.")
		return
	}
	params := r.URL.Query()
	id, uri := params.Get("client_id"), params.Get("logout_uri")
	c := p.registration(s, id)
	switch {
	case id == "":
		refuse(http.StatusBadRequest, "The request has no client_id.")
	case uri == "" && params.Get("redirect_uri") == "":
		refuse(http.StatusBadRequest, "The request has no logout_uri, which Amazon Cognito wants in place of OpenID "+
			"Connect's post_logout_redirect_uri. It has no redirect_uri either, which leads to the sign-in page.")
	case uri == "":
		goTo(w, p.endpoint(s.url, hostedLoginPath)+"?"+r.URL.RawQuery)
	case p.mayLeaveClient(c, uri):
		goTo(w, withQuery(uri, "state", params.Get("state")))
	default:
		refuse(http.StatusBadRequest, "The client "+id+" does not have the logout URL "+uri+". "+p.logoutHelp(c, uri),
			"The browser is not sent on.")
	}
}

// mayLeaveClient reports whether a client of a user pool has a logout URL, compared byte by byte. The client of a login
// function may use the URLs of its deployed origin at the app's origin here. A client that is not in the template may
// use any URL of this machine.
func (p *Provider) mayLeaveClient(c client, uri string) bool {
	if !c.Declared {
		return isOfThisMachine(uri)
	}
	return slices.Contains(c.LogoutURIs, uri) || slices.Contains(c.LogoutURIs, p.deployed(c, uri))
}

// deployed returns the URL that a URL of the app on this machine has once deployed: at the origin of the client's
// login.
func (p *Provider) deployed(c client, uri string) string {
	rest, here := strings.CutPrefix(uri, p.appOrigin)
	if p.appOrigin == "" || c.Origin == "" || !here {
		return uri
	}
	return c.Origin + rest
}

func (p *Provider) logoutHelp(c client, uri string) string {
	switch {
	case !c.Declared:
		return "A client that the app does not declare has logout URLs of this machine, such as http://127.0.0.1:8080/."
	case len(c.LogoutURIs) == 0:
		return "It has none: add " + p.deployed(c, uri) + " to the app client's logout URLs."
	}
	return "It has " + strings.Join(c.LogoutURIs, ", ") + ": add " + p.deployed(c, uri) +
		" to the app client's logout URLs."
}

// poolID returns the ID of the user pool that an issuer is: the last part of its URL.
func poolID(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return ""
	}
	return strings.Trim(u.Path, "/")
}
