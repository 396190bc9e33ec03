package authz

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
)

// Hook takes part in decisions. The authorizer calls it with the caller of each event after it has verified the token,
// and before it compares the caller's rights with the access table. A hook may look up and add rights and context
// values, remove rights, or refuse the caller. It cannot bypass the table: a route is allowed if and only if the rights
// that the hook leaves meet the route's requirements. Conditions on claims and comparisons of the path with a claim use
// the token only, and a hook cannot change them.
//
// The return value decides:
//
//   - nil: the caller may call what its rights allow.
//   - [ErrDenied], or an error that wraps it: the policy denies every route, and API Gateway answers 403.
//   - [ErrUnauthorized], or an error that wraps it: API Gateway answers 401.
//   - Any other error, a panic, an invalid context value, or a timeout: there is no decision, and API Gateway answers
//     500. The error is logged, so it must not contain a secret.
//
// Time: the context ends after Options.HookTimeout, or shortly before the function's own timeout if that is earlier. If
// the hook continues after that, the caller gets a 500 and the hook's result is ignored. It may then run at the same
// time as the next call, so a hook must be safe for concurrent use.
//
// Caching: API Gateway caches the answer for the authorizer's TTL under the identity sources (the token), and evaluates
// it for every route. It also caches a denial. It does not cache 401 and 500, so the hook runs again after those. A
// hook must therefore decide by the token and by facts about its holder that stay true for the TTL, not by a single
// request. It does not see the request at all, unless Config.PerRequest says that each answer serves one request. The
// authorizer itself caches verified tokens but no decisions, so it calls the hook every time.
type Hook func(ctx context.Context, c *Caller) error

// ErrDenied is the error that a [Hook] returns to deny a caller every route. API Gateway answers 403, and caches the
// denial for the authorizer's TTL.
var ErrDenied = errors.New("authz: denied")

// Caller is the caller of the request, as a [Hook] sees it and may change it. It is valid until the hook returns.
type Caller struct {
	// Issuer is the URL of the token's issuer. Principal identifies the caller to the backend and in the logs. Changing
	// them has no effect.
	Issuer, Principal string

	// Expires is when the token expires, in whole seconds. For an opaque token whose issuer does not say, it is when the
	// issuer is asked again. API Gateway may cache an answer for longer, up to its TTL.
	Expires time.Time

	// Scopes, Groups and Roles are the caller's rights from the token's claims. The hook may add and remove some. The
	// backend receives all of them.
	Scopes, Groups, Roles []string

	// Context is empty; the hook adds values for the backend to it. Names must not be reserved (see [IsReserved] and
	// [Config.ContextClaims]). Values are valid UTF-8 of up to 2,048 bytes, and all names and values together up to 4,096
	// bytes.
	Context map[string]string

	// Request is the request to decide on, with [Config.PerRequest] only. Otherwise it is nil.
	Request *Request

	token claims
}

// Request is the request that an answer serves, with [Config.PerRequest].
type Request struct {
	Method string // "GET"
	Path   string // as it came, not decoded: "/orders/7"
	Route  string // as in the access table: "GET /orders/{id}"; "" if it is under none of the routes
}

// Claim returns a claim of the token as text: a string as is, a number or a boolean as in the JSON. A dot in the path
// descends into an object; a claim whose name is the whole path takes precedence. It returns false if the claim is
// missing or has another type.
func (c *Caller) Claim(path string) (text string, ok bool) { return scalar(c.token.Claim(path)) }

// ClaimJSON returns a claim as JSON, or nil if the claim is missing. The JSON is valid, and no object in it has a
// duplicate name. See [Caller.Claim] for the path. The caller of ClaimJSON owns the bytes.
func (c *Caller) ClaimJSON(path string) []byte {
	claim := c.token.Claim(path)
	if !claim.Exists() {
		return nil
	}
	return []byte(claim.Raw())
}

// DefaultHookTimeout is the timeout of a [Hook] if Options.HookTimeout is zero.
const DefaultHookTimeout = 2 * time.Second

// maxAdded is the maximum size of a hook's names and values in the context.
const maxAdded = 4096

// The reasons for no decision although the token is good.
var (
	errHook        = errors.New("authz: the hook failed")
	errHookTimeout = errors.New("authz: the hook gave no answer in time")
)

// ask calls the hook and returns the rights and context values as the hook leaves them. The error is ErrDenied,
// ErrUnauthorized, errHook or errHookTimeout.
func (a *Authorizer) ask(ctx context.Context, c *Caller) (access.Rights, []pair, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-answerMargin))
		defer cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, a.hookTimeout)
	defer cancel()
	c.Context = map[string]string{}
	type result struct {
		rights access.Rights
		added  []pair
		err    error
	}
	// The hook runs in a goroutine. Otherwise a hook that ignores its context could use up the function's time, and there
	// would be no answer and no line in the log.
	answer := make(chan result, 1)
	go func() {
		r := result{err: fmt.Errorf("%w: it ended its goroutine", errHook)}
		defer func() {
			if p := recover(); p != nil {
				r = result{err: fmt.Errorf("%w: %s", errHook, describe(p))}
			}
			answer <- r
		}()
		err := a.hook(ctx, c)
		switch {
		case err == nil:
			r.added, r.err = a.addedBy(c)
			r.rights = access.Rights{Scopes: c.Scopes, Groups: c.Groups, Roles: c.Roles}
		case errors.Is(err, ErrDenied), errors.Is(err, ErrUnauthorized):
			r.err = err
		case ctx.Err() != nil:
			r.err = errHookTimeout
		default:
			r.err = fmt.Errorf("%w: %w", errHook, err)
		}
	}()
	select {
	case r := <-answer:
		return r.rights, r.added, r.err
	case <-ctx.Done():
		return access.Rights{}, nil, errHookTimeout
	}
}

// addedBy checks the context values of the hook. It sorts them, so that the same answer has the same bytes.
func (a *Authorizer) addedBy(c *Caller) ([]pair, error) {
	var out []pair
	size := 0
	for _, name := range slices.Sorted(maps.Keys(c.Context)) {
		value := c.Context[name]
		switch {
		case name == "" || !utf8.ValidString(name) || !utf8.ValidString(value):
			return nil, fmt.Errorf("%w: the context value %q has no name, or is not UTF-8", errHook, name)
		case IsReserved(name) || slices.Contains(a.config.ContextClaims, name):
			return nil, fmt.Errorf("%w: the name %q is taken in the context: use another one", errHook, name)
		case len(value) > maxValue:
			return nil, fmt.Errorf("%w: the context value %q has %d bytes, and may have %d", errHook, name, len(value), maxValue)
		}
		if size += len(name) + len(value); size > maxAdded {
			return nil, fmt.Errorf("%w: its context values have more than %d bytes with their names", errHook, maxAdded)
		}
		out = append(out, pair{name, value})
	}
	return out, nil
}
