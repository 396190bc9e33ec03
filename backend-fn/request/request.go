// Package request carries what an adapter knows about a request to the handlers behind it: who makes it, and what its log
// lines should hold.
//
//	caller, ok := request.CallerFrom(r.Context())
//
// It decides nothing and reads no header: the adapter (package gateway) says what whoever authenticated the caller told it.
package request

import (
	"context"
	"log/slog"
	"slices"
)

// Caller is who makes a request, as whoever authenticated them says. Scopes and groups are there for rules that the
// access table cannot express.
type Caller struct {
	Principal string
	Scopes    []string
	Groups    []string
}

type (
	callerKey struct{}
	attrsKey  struct{}
)

// WithCaller puts the caller into a request's context.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom is the caller that [WithCaller] put there. On a public route there is none.
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
