package login

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// logout ends the session in this browser, revokes its refresh token, and sends the browser to the provider to end the
// session there. It works without a session too.
func (h *Handler) logout(x *exchange) {
	if !x.fromOwnPage() {
		return
	}
	x.setCookies(h.sessions.Clear())
	x.w.Header().Set("Clear-Site-Data", `"cache"`)
	x.outcome = loggedOut
	location := x.base + h.config.AfterLogout
	if m, err := h.provider.Metadata(x.r.Context()); err != nil {
		x.reason, x.detail = "provider", err
	} else {
		if s, err := h.sessions.Open(x.r.Context(), x.cookies()...); errors.Is(err, session.ErrUnavailable) {
			x.reason, x.detail = "keys", err // nothing is revoked
		} else if err != nil {
			x.reason = "no_session"
		} else {
			h.revoke(x, m, s)
		}
		location = h.endSession(m, location)
	}
	if x.r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		x.redirect(location)
		return
	}
	x.json(http.StatusOK, struct {
		Location string `json:"location"`
	}{location})
}

// revoke revokes the session's refresh token, so that a copy of the cookie cannot be refreshed. A failure is logged and
// changes nothing: the browser is logged out in any case.
func (h *Handler) revoke(x *exchange, m *oidcclient.Metadata, s *session.Session) {
	x.principal = s.Subject
	if s.Refresh == "" {
		return
	}
	if err := h.provider.Revoke(x.r.Context(), m, s.Refresh); err != nil {
		x.reason, x.detail = "not_revoked", err
	}
}

// endSession is where the browser ends its session at the provider, which then sends it to a path of the API; the path
// itself if the provider has no such place (OpenID Connect RP-Initiated Logout 1.0, section 2). Amazon Cognito calls
// the parameter logout_uri.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
func (h *Handler) endSession(m *oidcclient.Metadata, path string) string {
	if m.EndSession == "" {
		return path
	}
	back := h.config.Origin + path
	request := url.Values{"client_id": {h.config.ClientID}, "post_logout_redirect_uri": {back}}
	if h.config.UserPoolID != "" {
		request.Set("logout_uri", back)
	}
	location, err := withQuery(m.EndSession, request)
	if err != nil {
		return path
	}
	return location
}
