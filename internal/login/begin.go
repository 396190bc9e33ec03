package login

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// randomSize is the size in bytes of a state, a nonce and a verifier. RFC 7636, section 4.1 recommends it for a
// verifier. In base64url that is 43 characters.
const randomSize = 32

// login sends the browser to the provider.
func (h *Handler) login(x *exchange) {
	to, ok := optionalParameter(x.r.URL.Query(), "return")
	if !ok || to != "" && (session.CheckReturn(to) != nil || h.isOwnPath(to)) {
		x.refuse(denied(http.StatusBadRequest, "return_path"))
		return
	}
	if to == "" {
		to = "/"
	}
	m, err := h.provider.Metadata(x.r.Context())
	if err != nil {
		x.refuse(unavailable("provider", err))
		return
	}
	attempt := &session.Attempt{Return: to, Started: x.began}
	for _, text := range []*string{&attempt.State, &attempt.Nonce, &attempt.Verifier} {
		if *text, err = h.randomText(); err != nil {
			x.refuse(misconfigured("randomness", err))
			return
		}
	}
	cookies, err := h.attempts.SealAttempt(x.r.Context(), attempt, x.cookies()...)
	if err != nil {
		x.refuse(sealingProblem(err, "keys"))
		return
	}
	location, err := h.authorizationURL(x.r.Context(), m, attempt, x.redirectURI())
	if err != nil {
		x.refuse(providerProblem(err))
		return
	}
	x.setCookies(cookies)
	x.outcome = begun
	x.redirect(location)
}

// isOwnPath reports whether a return path belongs to the login itself. With a provider that does not ask again,
// returning to "/auth/login" would log in endlessly.
func (h *Handler) isOwnPath(to string) bool {
	path, _, _ := strings.Cut(to, "?")
	path, _, _ = strings.Cut(path, "#")
	return path == h.config.Path || strings.HasPrefix(path, h.config.Path+"/")
}

// authorizationURL returns the URL of an authorization request (RFC 6749, section 4.1.1; RFC 7636, section 4.3; OpenID
// Connect Core 1.0, section 3.1.2.1). If the provider accepts pushed requests, the URL only has the name of a pushed
// request.
func (h *Handler) authorizationURL(ctx context.Context, m *oidcclient.Metadata, a *session.Attempt,
	redirectURI string) (string, error) {
	challenge := sha256.Sum256([]byte(a.Verifier))
	request := url.Values{}
	for name, value := range h.config.Parameters {
		request.Set(name, value)
	}
	for name, value := range map[string]string{
		"response_type":         "code",
		"client_id":             h.config.ClientID,
		"redirect_uri":          redirectURI,
		"scope":                 strings.Join(h.config.Scopes, " "),
		"state":                 a.State,
		"nonce":                 a.Nonce,
		"code_challenge":        base64.RawURLEncoding.EncodeToString(challenge[:]),
		"code_challenge_method": "S256",
	} {
		request.Set(name, value)
	}
	request, err := h.provider.Push(ctx, m, request)
	if err != nil {
		return "", err
	}
	return withQuery(m.Authorization, request)
}

// withQuery adds parameters to a URL. It keeps the URL's own parameters (RFC 6749, section 3.1), except those with the
// same names.
func withQuery(text string, more url.Values) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("the endpoint is not a URL")
	}
	query := u.Query()
	for name, values := range more {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String(), nil
}

func (h *Handler) randomText() (string, error) {
	b := make([]byte, randomSize)
	if _, err := io.ReadFull(h.random, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// optionalParameter returns the value of a parameter that may occur at most once (RFC 6749, section 3.1), or "" if it
// is missing.
func optionalParameter(query url.Values, name string) (string, bool) {
	switch values := query[name]; len(values) {
	case 0:
		return "", true
	case 1:
		return values[0], true
	}
	return "", false
}

// sealingProblem returns the problem for an attempt or a session that cannot be stored. The reason down is for an
// [session.ErrUnavailable].
func sealingProblem(err error, down string) problem {
	switch {
	case errors.Is(err, session.ErrUnavailable):
		return unavailable(down, err)
	case errors.Is(err, session.ErrEnded): // the provider has ended it since the login began
		return denied(http.StatusBadRequest, "session_ended")
	case errors.Is(err, session.ErrTooLarge):
		return misconfigured("too_large", err)
	}
	return misconfigured("seal", err)
}
