package login

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// maxCode bounds a code; those of Microsoft Entra ID have some 1,500 characters.
const maxCode = 4096

// authorizationResponse is what the provider put into the callback's query (RFC 6749, section 4.1.2; RFC 9207). All of
// it may be an attacker's.
type authorizationResponse struct {
	state, code, issuer, failure string
}

// readAuthorizationResponse reads the query. It reports false where a parameter is there twice, or where it is not
// known which login is meant.
func readAuthorizationResponse(query url.Values) (a authorizationResponse, ok bool) {
	for _, p := range []struct {
		name string
		to   *string
	}{{"state", &a.state}, {"code", &a.code}, {"iss", &a.issuer}, {"error", &a.failure}} {
		if *p.to, ok = one(query, p.name); !ok {
			return authorizationResponse{}, false
		}
	}
	return a, len(a.state) == stateLength && len(a.code) <= maxCode && (a.code != "") != (a.failure != "")
}

// stateLength is how long the states are that the login makes.
const stateLength = (randomSize*8 + 5) / 6

// callback takes the provider's answer and makes a session of it.
func (h *Handler) callback(x *exchange) {
	response, ok := readAuthorizationResponse(x.r.URL.Query())
	if !ok {
		x.refuse(denied(http.StatusBadRequest, "response"))
		return
	}
	attempt, err := h.sessions.OpenAttempt(x.r.Context(), response.state, x.cookies()...)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		x.refuse(unavailable("keys", err))
		return
	case errors.Is(err, session.ErrEnded):
		x.setCookies([]string{h.sessions.ClearAttempt(response.state)})
		x.refuse(denied(http.StatusBadRequest, "attempt_ended"))
		return
	case err != nil: // of another browser, of none, or used already
		x.refuse(denied(http.StatusBadRequest, "no_attempt"))
		return
	}
	// Whatever comes now, the attempt is used up.
	x.setCookies([]string{h.sessions.ClearAttempt(response.state)})
	m, err := h.provider.metadata(x.r.Context())
	if err != nil {
		x.refuse(unavailable("provider", err))
		return
	}
	// RFC 9207, section 2.4. An iss is compared wherever there is one.
	if response.issuer != h.config.Issuer.URL && (response.issuer != "" || m.namesItself) {
		x.refuse(denied(http.StatusBadRequest, "issuer"))
		return
	}
	if response.failure != "" {
		p := denied(http.StatusBadRequest, knownCode(response.failure))
		if response.failure == "access_denied" {
			p.status = http.StatusForbidden
		}
		x.refuse(p)
		return
	}
	s, p := h.logIn(x.r.Context(), m, attempt, response.code, x.redirectURI())
	if p.status != 0 {
		x.refuse(p)
		return
	}
	cookies, err := h.sessions.Seal(x.r.Context(), s)
	if err != nil {
		x.refuse(sealing(err))
		return
	}
	x.setCookies(cookies)
	x.outcome, x.principal = loggedIn, s.Subject
	x.page(http.StatusOK, onwardPage(x.base+attempt.Return))
}

// logIn exchanges the code for tokens, verifies them, and returns the session that begins, or a problem.
func (h *Handler) logIn(ctx context.Context, m *metadata, a *session.Attempt, code, redirectURI string) (
	*session.Session, problem) {
	m.start(ctx) // the keys, while the provider answers
	t, err := h.provider.exchange(ctx, m, code, a.Verifier, redirectURI)
	if err != nil {
		if r, ok := errors.AsType[*refusal](err); ok && r.code == "invalid_grant" {
			return nil, problem{http.StatusBadRequest, refused, "invalid_grant", nil}
		}
		return nil, tokenProblem(err)
	}
	id, err := h.provider.verifyIDToken(ctx, m, t, a.Nonce)
	if err != nil {
		return nil, idTokenProblem(err)
	}
	now := h.now()
	s := &session.Session{Started: now, Active: now}
	if err := h.fill(s, t, id); err != nil {
		return nil, misconfigured("claims", err)
	}
	if m.guardsView != nil {
		access, err := m.guardsView.Verify(ctx, t.access)
		switch {
		case errors.Is(err, jwt.ErrUnavailable):
			return nil, unavailable("provider", err)
		case err != nil:
			return nil, misconfigured("guard_"+jwt.Reason(err), errors.Join(errGuard, err))
		}
		s.Expires = earlier(s.Expires, access.Expires())
	}
	return s, problem{}
}

// tokenProblem is the problem that the token endpoint, or that of pushed requests, did not give what was asked for.
func tokenProblem(err error) problem {
	if r, ok := errors.AsType[*refusal](err); ok && 400 <= r.status && r.status < 500 && r.status != 429 {
		return misconfigured("client", err) // it does not take this client, or the way that it asks
	}
	return unavailable("provider", err)
}

// idTokenProblem is the problem that the ID token is not good, or cannot be verified.
func idTokenProblem(err error) problem {
	if errors.Is(err, jwt.ErrUnavailable) {
		return unavailable("provider", err)
	}
	reason := "id_token"
	if word := jwt.Reason(err); errors.Is(err, jwt.ErrRejected) {
		reason += "_" + word
	} else if r, ok := errors.AsType[rejected](err); ok {
		first, _, _ := strings.Cut(string(r), " ")
		reason += "_" + first
	}
	return problem{http.StatusBadGateway, failed, reason, err}
}
