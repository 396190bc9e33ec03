package login

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/oidcclient"
	"github.com/gatehouse-cdk/gatehouse/internal/session"
)

// maxLogoutForm is the maximum size of a form with a logout token.
const maxLogoutForm = 3*jwt.MaxTokenSize + 4096

// forgetTimeout limits how long a failed logout still waits after [requestTimeout], before Lambda ends the function.
const forgetTimeout = 3 * time.Second

// backChannelLogout ends the sessions that the provider's logout token names. It answers as in OpenID Connect
// Back-Channel Logout 1.0, section 2.8: 200 if the sessions have ended, and 400 if the token is refused or the logout
// fails.
func (t *inTable) backChannelLogout(x *exchange) {
	text, ok := logoutForm(x.r)
	if !ok {
		x.refuse(denied(http.StatusBadRequest, "request"))
		return
	}
	ctx := x.r.Context()
	token, err := t.h.provider.LogoutToken(ctx, text)
	if err != nil {
		p := problem{http.StatusBadRequest, failed, oidcclient.Reason(err), err}
		if errors.Is(err, oidcclient.ErrLogoutToken) {
			p.outcome = refused
		}
		x.refuse(p)
		return
	}
	x.principal = token.Subject
	// A clock that is behind this one accepts the token for longer.
	first, err := t.store.Once(ctx, t.issuer, token.ID, token.Expires.Add(session.Skew))
	switch {
	case err != nil:
		x.refuse(problem{http.StatusBadRequest, failed, t.down(), err})
		return
	case !first:
		x.refuse(denied(http.StatusBadRequest, "logout_token_used"))
		return
	}
	var n int
	if token.SID != "" {
		n, err = t.store.EndSID(ctx, t.issuer, token.SID)
	} else {
		n, err = t.store.EndSubject(ctx, t.issuer, token.Subject)
	}
	if err != nil {
		// The provider may send the token again, even if this request has run out of time.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
		defer cancel()
		err = errors.Join(err, t.store.Forget(ctx, t.issuer, token.ID))
		x.refuse(problem{http.StatusBadRequest, failed, t.down(), err})
		return
	}
	x.outcome, x.ended = loggedOut, &n
	x.send(http.StatusOK, nil)
}

// logoutForm returns the logout token of a request (OpenID Connect Back-Channel Logout 1.0, section 2.5).
func logoutForm(r *http.Request) (token string, ok bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return "", false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxLogoutForm+1))
	if err != nil || len(body) > maxLogoutForm {
		return "", false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", false
	}
	token, ok = optionalParameter(form, "logout_token")
	return token, ok && token != ""
}
