package oidcclient

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
)

// What an error of [Client.LogIn], [Client.Renew], [Client.Push] and [Client.LogoutToken] comes to. [Reason] has a word
// for it.
var (
	// ErrRefused: the provider does not take the code or the refresh token, or what it gave in return is another user's or
	// lacks the ID token that the session lives on. Trying again does not help: a session ends, unless another process
	// has renewed it meanwhile.
	ErrRefused = errors.New("oidcclient: the grant is refused")

	// ErrUnavailable: the provider, its keys or the client's credential cannot be had at the moment.
	ErrUnavailable = errors.New("oidcclient: no answer of the provider")

	// ErrClient: the provider does not take this client, or the way that it asks.
	ErrClient = errors.New("oidcclient: the client is refused")

	// ErrIDToken: the provider's ID token is not good.
	ErrIDToken = errors.New("oidcclient: the ID token is rejected")

	// ErrLogoutToken: the logout token is not good.
	ErrLogoutToken = errors.New("oidcclient: the logout token is rejected")

	// ErrGuard says that the guard would not take the access token that the provider issued. Each request would be
	// answered with 401, and the page would send the user to log in again and again.
	ErrGuard = errors.New("the guard would reject the provider's access token: compare the issuer's settings with the " +
		"token's claims")

	// ErrClaims: the ID token's claims cannot be kept.
	ErrClaims = errors.New("oidcclient: the claims cannot be kept")
)

// failure is one of the errors above, with its reason. Its text is that of its cause.
type failure struct {
	kind   error
	reason string
	cause  error
}

func (f *failure) Error() string   { return f.cause.Error() }
func (f *failure) Unwrap() []error { return []error{f.kind, f.cause} }

// Reason is the reason for an error of this package as one word, for logs: "invalid_grant", "no_refresh_token",
// "other_user" and "no_id_token" of an [ErrRefused], "provider", "client", "claims", and "id_token_",
// "logout_token_" or "guard_" with the reason of package jwt. It is "" for nil, and "other" for an error from
// elsewhere.
func Reason(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.reason
	}
	return "other"
}

// refused is an [ErrRefused].
func refused(reason string, cause error) error { return &failure{ErrRefused, reason, cause} }

// unavailable is an [ErrUnavailable].
func unavailable(err error) error { return &failure{ErrUnavailable, "provider", err} }

// endpointFailure is the failure that the token endpoint, or that of pushed requests, did not give what was asked for.
func endpointFailure(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok && 400 <= r.status && r.status < 500 && r.status != 429 {
		return &failure{ErrClient, "client", err}
	}
	return unavailable(err)
}

// idTokenFailure is the failure that an ID token is not good, or cannot be verified.
func idTokenFailure(err error) error {
	return tokenFailure(ErrIDToken, "id_token", fmt.Errorf("the ID token: %w", err))
}

// tokenFailure is the failure that a token of a kind is not good, or cannot be verified.
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

// refusal is an answer of the provider that says no. Its text holds nothing that the provider wrote but a code that is
// known here.
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

// knownCodes are the error codes of token endpoints and of authorization responses. Sources: RFC 6749, sections 4.1.2.1
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

// KnownCode is a provider's error code that can be logged: one of those that are known, or "other".
func KnownCode(code string) string {
	if knownCodes[code] {
		return code
	}
	return "other"
}
