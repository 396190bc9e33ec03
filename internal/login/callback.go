package login

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// maxCode is the maximum length of a code. Codes of Microsoft Entra ID have about 1,500 characters.
const maxCode = 4096

// authorizationResponse is the provider's answer in the callback's query (RFC 6749, section 4.1.2; RFC 9207). All of it
// may come from an attacker.
type authorizationResponse struct {
	state, code, issuer, failure string
}

// readAuthorizationResponse reads the query. It returns false if a parameter occurs twice, or if the state is not one
// that a login could have.
func readAuthorizationResponse(query url.Values) (a authorizationResponse, ok bool) {
	for _, p := range []struct {
		name string
		to   *string
	}{{"state", &a.state}, {"code", &a.code}, {"iss", &a.issuer}, {"error", &a.failure}} {
		if *p.to, ok = optionalParameter(query, p.name); !ok {
			return authorizationResponse{}, false
		}
	}
	return a, len(a.state) == stateLength && len(a.code) <= maxCode && (a.code != "") != (a.failure != "")
}

// stateLength is the length of the states that the login creates.
const stateLength = (randomSize*8 + 5) / 6

// callback takes the provider's answer and creates a session from it.
func (h *Handler) callback(x *exchange) {
	response, ok := readAuthorizationResponse(x.r.URL.Query())
	if !ok {
		x.refuse(denied(http.StatusBadRequest, "response"))
		return
	}
	attempt, err := h.attempts.OpenAttempt(x.r.Context(), response.state, x.cookies()...)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		x.refuse(unavailable("keys", err))
		return
	case errors.Is(err, session.ErrEnded):
		x.setCookies([]string{h.attempts.ClearAttempt(response.state)})
		x.refuse(denied(http.StatusBadRequest, "attempt_ended"))
		return
	case err != nil: // of another browser, of none, or already used
		x.refuse(denied(http.StatusBadRequest, "no_attempt"))
		return
	}
	// From here on the attempt is used up.
	x.setCookies([]string{h.attempts.ClearAttempt(response.state)})
	m, err := h.provider.Metadata(x.r.Context())
	if err != nil {
		x.refuse(unavailable("provider", err))
		return
	}
	// RFC 9207, section 2.4. If there is an iss, it is always compared.
	if response.issuer != h.config.Issuer.URL && (response.issuer != "" || m.NamesItself) {
		x.refuse(denied(http.StatusBadRequest, "issuer"))
		return
	}
	if response.failure != "" {
		p := denied(http.StatusBadRequest, oidcclient.KnownCode(response.failure))
		if response.failure == "access_denied" {
			p.status = http.StatusForbidden
		}
		x.refuse(p)
		return
	}
	s, sid, err := h.provider.LogIn(x.r.Context(), m, oidcclient.Grant{
		Code:        response.code,
		Verifier:    attempt.Verifier,
		RedirectURI: x.redirectURI(),
		Nonce:       attempt.Nonce,
		MaxAge:      h.config.Parameters["max_age"],
	})
	if err != nil {
		x.refuse(providerProblem(err))
		return
	}
	cookies, err := h.sessions.create(x.r.Context(), s, sid)
	if err != nil {
		x.refuse(sealingProblem(err, h.sessions.down()))
		return
	}
	x.setCookies(cookies)
	x.outcome, x.principal = loggedIn, s.Subject
	x.page(http.StatusOK, onwardPage(x.base+attempt.Return))
}

// providerProblem returns the problem that the provider did not give what was requested, or gave something invalid.
func providerProblem(err error) problem {
	reason := oidcclient.Reason(err)
	switch {
	case errors.Is(err, oidcclient.ErrRefused):
		return denied(http.StatusBadRequest, reason)
	case errors.Is(err, oidcclient.ErrUnavailable):
		return unavailable(reason, err)
	case errors.Is(err, oidcclient.ErrIDToken):
		return problem{http.StatusBadGateway, failed, reason, err}
	}
	return misconfigured(reason, err)
}
