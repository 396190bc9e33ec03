package oidcclient

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// The kinds of errors of [Client.LogIn], [Client.Renew], [Client.Push] and [Client.LogoutToken]. [Reason] returns a
// word for each.
var (
	// ErrRefused means that the provider refuses the code or the refresh token, or that what it returned belongs to
	// another user or lacks the ID token that the session needs. Trying again does not help: the session ends, unless
	// another process has renewed it in the meantime.
	ErrRefused = errors.New("oidcclient: the grant is refused")

	// ErrUnavailable means that the provider, its keys or the client's credential cannot be reached at the moment.
	ErrUnavailable = errors.New("oidcclient: no answer of the provider")

	// ErrClient means that the provider refuses this client, or the form of its request.
	ErrClient = errors.New("oidcclient: the client is refused")

	// ErrIDToken means that the provider's ID token is not valid.
	ErrIDToken = errors.New("oidcclient: the ID token is rejected")

	// ErrLogoutToken means that the logout token is not valid.
	ErrLogoutToken = errors.New("oidcclient: the logout token is rejected")

	// ErrGuard means that the guard would not accept the access token that the provider issued. Each request would get
	// 401, and the page would send the user to log in again and again.
	ErrGuard = errors.New("the guard would reject the provider's access token: compare the issuer's settings with the " +
		"token's claims")

	// ErrClaims means that the ID token's claims cannot be stored.
	ErrClaims = errors.New("oidcclient: the claims cannot be kept")
)

// failure is one of the errors above with its reason. Its text is that of its cause.
type failure struct {
	kind   error
	reason string
	cause  error
}

func (f *failure) Error() string   { return f.cause.Error() }
func (f *failure) Unwrap() []error { return []error{f.kind, f.cause} }

// Reason returns the reason for an error of this package as one word, for logs: "invalid_grant", "no_refresh_token",
// "other_user" and "no_id_token" for an [ErrRefused]; "provider", "client", "claims"; and "id_token_", "logout_token_"
// or "guard_" followed by the reason of package jwt. It returns "" for nil, and "other" for any other error.
func Reason(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.reason
	}
	return "other"
}

// refused returns an [ErrRefused].
func refused(reason string, cause error) error { return &failure{ErrRefused, reason, cause} }

// unavailable returns an [ErrUnavailable].
func unavailable(err error) error { return &failure{ErrUnavailable, "provider", err} }

// endpointFailure returns the error if the token endpoint, or the endpoint of pushed requests, did not give what was
// requested.
func endpointFailure(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok && 400 <= r.status && r.status < 500 && r.status != 429 {
		return &failure{ErrClient, "client", err}
	}
	return unavailable(err)
}

// idTokenFailure returns the error for an ID token that is not valid, or cannot be verified.
func idTokenFailure(err error) error {
	return tokenFailure(ErrIDToken, "id_token", fmt.Errorf("the ID token: %w", err))
}

// tokenFailure returns the error for a token of some kind that is not valid, or cannot be verified.
func tokenFailure(kind error, reason string, err error) error {
	if errors.Is(err, jwt.ErrUnavailable) {
		return unavailable(err)
	}
	if word := jwt.Reason(err); errors.Is(err, jwt.ErrRejected) {
		reason += "_" + word
	} else if r, ok := errors.AsType[rejected](err); ok {
		first, _, _ := strings.Cut(string(r), " ")
		reason += "_" + first
	}
	return &failure{kind, reason, err}
}

// refusal is a refusal by the provider. Of what the provider wrote, its text contains only a known error code.
type refusal struct {
	status int
	code   string // the error of RFC 6749, section 5.2, if it is one of knownCodes
}

func (r *refusal) Error() string {
	switch {
	case r.code != "":
		return fmt.Sprintf("status %d, error %s", r.status, r.code)
	case 300 <= r.status && r.status < 400:
		return fmt.Sprintf("status %d: redirects are not followed, since the tokens would go elsewhere", r.status)
	}
	return fmt.Sprintf("status %d", r.status)
}

// knownCodes are the error codes of token endpoints and authorization responses. Sources: RFC 6749, sections 4.1.2.1
// and 5.2; RFC 8707, section 2; RFC 9101, section 7; OpenID Connect Core 1.0, section 3.1.2.6.
var knownCodes = map[string]bool{
	"access_denied":              true,
	"account_selection_required": true,
	"consent_required":           true,
	"interaction_required":       true,
	"invalid_client":             true,
	"invalid_grant":              true,
	"invalid_request":            true,
	"invalid_request_object":     true,
	"invalid_request_uri":        true,
	"invalid_scope":              true,
	"invalid_target":             true,
	"login_required":             true,
	"server_error":               true,
	"temporarily_unavailable":    true,
	"unauthorized_client":        true,
	"unsupported_grant_type":     true,
	"unsupported_response_type":  true,
}

// KnownCode returns a provider's error code in a form that can be logged: the code itself if it is known, or "other".
func KnownCode(code string) string {
	if knownCodes[code] {
		return code
	}
	return "other"
}
