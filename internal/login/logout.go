package login

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// logout ends the session, revokes its refresh token, and sends the browser to the provider to end the session there.
// It also works without a session.
func (h *Handler) logout(x *exchange) {
	if !x.fromOwnPage() {
		return
	}
	opened, err := h.sessions.open(x.r.Context(), x.cookies()...)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		x.reason, x.detail = h.sessions.down(), err // nothing is revoked, and a session in a table continues
	case err != nil:
		x.reason = "no_session"
	default:
		s := opened.session()
		x.principal = s.Subject
		if err := opened.end(x.r.Context()); err != nil {
			x.reason, x.detail = "not_ended", err
		}
		x.leave(s)
		return
	}
	x.leave(nil)
}

// leave removes the session from the browser and sends the browser to the provider. It revokes the refresh token, so
// that no copy of the session can be renewed. The session s is nil if it is not known. A failure is only logged,
// because the browser is logged out in any case.
func (x *exchange) leave(s *session.Session) {
	x.setCookies(x.sessions.clear())
	x.w.Header().Set("Clear-Site-Data", `"cache"`)
	x.outcome = loggedOut
	fail := func(reason string, err error) {
		if x.detail == nil { // a session that continues is worse
			x.reason, x.detail = reason, err
		}
	}
	location := x.base + x.config.AfterLogout
	if m, err := x.provider.Metadata(x.r.Context()); err != nil {
		fail("provider", err)
	} else {
		if s != nil && s.Refresh != "" {
			if err := x.provider.Revoke(x.r.Context(), m, s.Refresh); err != nil {
				fail("not_revoked", err)
			}
		}
		location = x.endSession(m, location)
	}
	if x.r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		x.redirect(location)
		return
	}
	x.json(http.StatusOK, struct {
		Location string `json:"location"`
	}{location})
}

// endSession returns the URL at which the browser ends its session at the provider, which then sends it to a path of
// the API. If the provider has no such URL, it returns the path itself (OpenID Connect RP-Initiated Logout 1.0, section
// 2). Amazon Cognito calls the parameter logout_uri.
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
