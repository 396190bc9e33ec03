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

// Hook has a say in a decision: it is called with the caller of each event whose token was verified, before the
// caller's rights are compared with the access table. It may add rights and context values that it looks up somewhere,
// take rights away, or refuse. It cannot go around the table: a route is allowed if and only if the rights, as the hook
// leaves them, meet what the table requires for it. Conditions on claims, and comparisons of the path with a claim, see
// the token alone: a hook cannot change them.
//
// What it returns decides:
//   - nil: the caller is allowed what its rights allow;
//   - [ErrDenied], or an error that wraps it: a policy that denies every route, so the gateway answers 403;
//   - [ErrUnauthorized], or an error that wraps it: the gateway answers 401;
//   - any other error, a panic, a context value that cannot be passed on, or no answer in time: no decision, so the
//     gateway answers 500. The error is logged, so it must not hold a secret.
//
// Time: the context ends after [Options.HookTimeout], and shortly before the function's own time is over if that is
// earlier. A hook that goes on after that is left behind: the caller gets its 500, and nothing that the hook still does
// counts. It must be safe for concurrent use, since one that was left behind may run beside the next.
//
// Caching: API Gateway keeps the answer for the authorizer's TTL under the identity sources (the token), and evaluates
// it for every route. It keeps a denial as well; it does not keep 401 and 500, after which the hook is asked again. So
// what a hook decides must follow from the token and from what is true of its holder for as long as the TTL, and not
// from one request: it does not even see that, unless [Config.PerRequest] says that each answer serves one request
// alone. The authorizer itself remembers no decision, only that a token was verified: the hook is called each time.
type Hook func(ctx context.Context, c *Caller) error

// ErrDenied is what a [Hook] returns to deny a caller everything: a 403 that API Gateway keeps for the authorizer's
// TTL.
var ErrDenied = errors.New("authz: denied")

// Caller is whose request is decided on, as a [Hook] sees it and may change it. It is valid until the hook returns.
type Caller struct {
	// Issuer is the URL of the issuer that the token is from, and Principal what the backend and the logs will call the
	// caller. Changing them changes nothing.
	Issuer, Principal string

	// Expires is when the token does, in whole seconds; of an opaque token whose issuer does not say, when the issuer is
	// asked again. The gateway may keep an answer for longer: the TTL decides.
	Expires time.Time

	// Scopes, Groups and Roles are the caller's rights, from the token's claims. The hook may add and remove some. All
	// of them reach the backend too.
	Scopes, Groups, Roles []string

	// Context gets what the hook wants the backend to know besides: names that are not taken (see [IsReserved], and
	// [Config.ContextClaims]), with values of valid UTF-8 up to 2,048 bytes, 4,096 in all with their names. It is
	// empty.
	Context map[string]string

	// Request is what is asked for, with [Config.PerRequest] only; else nil.
	Request *Request

	token claims
}

// Request is the request that an answer serves, where it serves only one.
type Request struct {
	Method string // "GET"
	Path   string // as it came, not decoded: "/orders/7"
	Route  string // as in the access table: "GET /orders/{id}"; "" if it is under none of the routes
}

// Claim is a claim of the token as text: a string, or a number or boolean as it stands there. A dot in the path
// descends into an object; a claim of the whole name comes first. It is not ok for a claim that is missing or of
// another type.
func (c *Caller) Claim(path string) (text string, ok bool) { return scalar(c.token.Claim(path)) }

// ClaimJSON is a claim as JSON, which is valid and has no object with a name twice; nil without such a claim. See
// [Caller.Claim] for the path. The bytes are the caller's own.
func (c *Caller) ClaimJSON(path string) []byte {
	claim := c.token.Claim(path)
	if !claim.Exists() {
		return nil
	}
	return []byte(claim.Raw())
}

// DefaultHookTimeout is how long a [Hook] may take where [Options.HookTimeout] does not say.
const DefaultHookTimeout = 2 * time.Second

// maxAdded bounds the names and values of a hook in the context.
const maxAdded = 4096

// Why there is no decision although the token is good.
var (
	errHook        = errors.New("authz: the hook failed")
	errHookTimeout = errors.New("authz: the hook gave no answer in time")
)

// ask asks the hook, and gives back the rights and the context values as it wants them. The error is ErrDenied,
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
	// A goroutine, as a hook that does not heed its context would otherwise take the function's whole time, and with it
	// the answer and its line in the log.
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

// addedBy checks what the hook wants in the context. It is sorted, so that the same answer has the same bytes.
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
