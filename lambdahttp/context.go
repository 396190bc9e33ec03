package lambdahttp

import (
	"context"
	"log/slog"
	"slices"
)

// Caller is who makes a request, as the authorizer found out. All but the principal is there for rules that the
// access table cannot express.
type Caller struct {
	// Principal is whom a Lambda authorizer names, the claim sub behind Amazon Cognito and a JWT authorizer, the ARN
	// behind IAM. The included authorizer percent-encodes what is not printable ASCII, and spaces, commas, quotes,
	// backslashes and percent signs.
	Principal string

	// Issuer is the URL of who issued the token; "" without one, and behind an authorizer that does not say. Where an
	// API takes tokens of several issuers, the same principal of two of them is two callers.
	Issuer string

	// Scopes, Groups and Roles are the names as the token has them. Behind Amazon Cognito and a JWT authorizer
	// groups are those in cognito:groups, and there are no roles.
	Scopes, Groups, Roles []string

	// Context is what a Lambda authorizer says besides: the included one the claims of JWT.ContextClaims and what a
	// hook adds, in which lists are words between spaces. Behind Amazon Cognito and a JWT authorizer it is the token's
	// claims. One of a JWT authorizer that is not a string is its JSON text, such as ["a","b"] or true, and a number
	// beyond 2^53 is left out, as digits of it may be lost.
	Context map[string]string
}

type (
	callerKey struct{}
	attrsKey  struct{}
)

// WithCaller puts the caller into a request's context.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom is the caller that [WithCaller] put there. A public route has none.
func CallerFrom(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// WithLogAttrs adds attributes to the log lines of a request, such as its ids. They are logged as they are, so they
// must not hold a token or a part of one.
func WithLogAttrs(ctx context.Context, attrs ...slog.Attr) context.Context {
	return context.WithValue(ctx, attrsKey{}, append(slices.Clip(LogAttrs(ctx)), attrs...))
}

// LogAttrs are the attributes that [WithLogAttrs] put there.
func LogAttrs(ctx context.Context) []slog.Attr {
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return attrs
}
