package lambdahttp

import (
	"context"
	"log/slog"
	"slices"
)

// Caller identifies who makes a request, as the authorizer found out. The fields other than Principal are for rules
// that the access table cannot express.
type Caller struct {
	// Principal is the principal ID of a Lambda authorizer, the claim sub behind Amazon Cognito or a JWT authorizer, or
	// the ARN behind IAM. The included authorizer percent-encodes spaces, commas, quotes, backslashes, percent signs, and
	// characters that are not printable ASCII.
	Principal string

	// Issuer is the URL of the token's issuer. It is "" without a token, and behind an authorizer that does not report it.
	// If an API accepts tokens of several issuers, callers with the same Principal but different issuers are different
	// callers.
	Issuer string

	// Scopes, Groups and Roles are the names in the token. Behind Amazon Cognito and a JWT authorizer, groups are those in
	// cognito:groups, and there are no roles.
	Scopes, Groups, Roles []string

	// Context holds the other values of the authorizer. From the included authorizer, these are the claims of
	// JWT.ContextClaims and what a hook adds; a list is a string of words separated by spaces. Behind Amazon Cognito and a
	// JWT authorizer, these are the token's claims. With a JWT authorizer, a claim that is not a string is its JSON text,
	// such as ["a","b"] or true, and a number of 2^53 or more is omitted, because it may have lost digits.
	Context map[string]string
}

type (
	callerKey struct{}
	attrsKey  struct{}
)

// WithCaller returns a context with the caller of a request.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller of a request. It returns false on a public route, which has no caller.
func CallerFrom(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// WithLogAttrs returns a context with attributes for the log lines of a request, such as its IDs. They are logged
// unchanged, so they must not contain a token or a part of one.
func WithLogAttrs(ctx context.Context, attrs ...slog.Attr) context.Context {
	return context.WithValue(ctx, attrsKey{}, append(slices.Clip(LogAttrs(ctx)), attrs...))
}

// LogAttrs returns the attributes that [WithLogAttrs] added.
func LogAttrs(ctx context.Context) []slog.Attr {
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return attrs
}
