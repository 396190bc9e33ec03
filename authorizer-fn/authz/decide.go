package authz

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/introspection"
	"github.com/gatehouse-cdk/gatehouse/internal/jwt"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
	"github.com/gatehouse-cdk/gatehouse/internal/settings"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ErrUnauthorized is the only error that API Gateway answers with 401; its text must be exactly this. API Gateway
// answers 500 to any other error, and caches neither.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
var ErrUnauthorized = errors.New("Unauthorized")

// errUnavailable is all that a caller of the function learns if there is no decision. The log has the reason.
var errUnavailable = errors.New("authz: no decision can be made at the moment")

// errPrincipal reports that the token does not name the caller, or not in a form that can be passed on.
var errPrincipal = fmt.Errorf("%w: the principal's claim is missing, no text, or too long", jwt.ErrRejected)

// Invoke answers one event. The error is [ErrUnauthorized], or another error that does not contain the reason. The log
// has the reason, with the request's ID.
func (a *Authorizer) Invoke(ctx context.Context, payload []byte) (answer []byte, err error) {
	d := decision{start: a.now()}
	defer func() {
		if recover() != nil { // a panic in Options.Log
			answer, err = nil, errUnavailable
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			d.end(failed, "panic", describe(p))
			answer, err = nil, errUnavailable
		}
		a.log.decision(ctx, &d, a.now())
	}()
	answer, err = a.decide(ctx, payload, &d)
	if err == nil {
		return answer, nil
	}
	reason := reasonOf(err)
	if v := d.visit; keepsSessions && v != nil && v.reason != "" {
		reason = v.reason
	}
	switch {
	case errors.Is(err, jwt.ErrRejected), errors.Is(err, ErrUnauthorized):
		d.end(unauthorized, reason, "")
		d.got, d.want = jwt.Mismatch(err)
		return nil, ErrUnauthorized
	}
	d.end(failed, reason, err.Error())
	return nil, errUnavailable
}

// documents reuses the memory of parsed events. Large documents are not kept.
var documents = sync.Pool{New: func() any { return new(strictjson.Document) }}

const keptEvent = 32 << 10

// decide makes a decision: event, token, claims, rights, policy, answer.
func (a *Authorizer) decide(ctx context.Context, payload []byte, d *decision) ([]byte, error) {
	doc := documents.Get().(*strictjson.Document)
	if len(payload) <= keptEvent {
		defer func() {
			doc.Forget()
			documents.Put(doc)
		}()
	}
	e, err := readEvent(doc, payload)
	if err != nil {
		return nil, err
	}
	d.apiRequestID = e.requestID()
	arn, err := policycompiler.ParseARN(e.methodARN)
	if err != nil {
		return nil, err
	}
	rule, _ := a.table.Match(arn.Verb, arn.Path)
	if rule >= 0 && a.config.PerRequest && e.sentElsewhere(a.table.Rules(), rule) {
		rule = -1
	}
	if rule >= 0 {
		d.route = a.routes()[rule]
	}
	var token claims
	var text string
	var byDPoP bool
	var in entry
	if keepsSessions && a.session != nil {
		in, d.visit, err = sessions.enter(ctx, a, e, arn.Verb)
		token, d.verified, d.verifying = in.caller, d.visit.took, true
	} else {
		if text, byDPoP, err = a.present(e); err == nil {
			token, err = a.verify(ctx, text, d)
		}
	}
	if err != nil {
		return nil, err
	}
	issuer := a.issuers[token.Issuer()]
	d.issuer, d.kid = token.Issuer(), token.KeyID()
	if err := a.checkHolder(ctx, e, arn, text, byDPoP, token); err != nil {
		return nil, err
	}
	principal, ok := issuer.principalOf(token)
	if !ok {
		return nil, errPrincipal
	}
	d.principal = principal
	d.usageKey = a.config.usageKeyOf(token)
	rights := issuer.withoutRevokedScopes(issuer.rightsOf(token), token)
	var added []pair
	if a.hook != nil {
		rights, added, err = a.consult(ctx, &Caller{
			Issuer: token.Issuer(), Principal: principal, Expires: token.Expires(),
			Scopes: rights.Scopes, Groups: rights.Groups, Roles: rights.Roles,
			Request: a.visibleRequest(arn, d.route), token: token,
		}, d)
		if errors.Is(err, ErrDenied) {
			d.end(denied, "hook", "")
			return a.answer(principal, arn, &access.Grant{}, false, token.Expires(), a.config.contextOf(token, rights, nil), d)
		}
		if err != nil {
			return nil, err
		}
	}
	rights.Claims = claimsOf(token, a.table.Claims()) // only from the token, so that a hook cannot change them
	grant := a.table.Grant(rights)
	told := a.config.contextOf(token, rights, added)
	if ids := a.tenantsOf(rights); ids != nil {
		told = append(ids, told...)
	}
	if a.config.PerRequest {
		allow := a.judge(arn, rule, &grant, rights, d)
		if keepsSessions && allow && in.accessToken != "" && a.table.Rules()[rule].Forward {
			told = append(told, pair{settings.ContextAccessToken, in.accessToken})
		}
		return a.answer(principal, arn, &grant, allow, token.Expires(), told, d)
	}
	// The policy comes first, because it may leave out values of claims.
	answer, err := a.answer(principal, arn, &grant, false, token.Expires(), told, d)
	if err == nil {
		a.judge(arn, rule, &grant, rights, d)
	}
	return answer, err
}

func (a *Authorizer) verify(ctx context.Context, text string, d *decision) (claims, error) {
	start := a.now()
	early := early{Context: ctx}
	defer early.release()
	token, err := a.identify(&early, text)
	d.verified, d.verifying = a.now().Sub(start), true
	return token, err
}

func (a *Authorizer) consult(ctx context.Context, c *Caller, d *decision) (access.Rights, []pair, error) {
	start := a.now()
	rights, added, err := a.ask(ctx, c)
	d.hooked, d.asked = a.now().Sub(start), true
	return rights, added, err
}

// visibleRequest returns the part of the request that a hook may see. It returns nil if the answer is also for other
// requests.
func (a *Authorizer) visibleRequest(arn policycompiler.ARN, route string) *Request {
	if !a.config.PerRequest {
		return nil
	}
	return &Request{Method: arn.Verb, Path: arn.Path, Route: route}
}

// reasonOf returns an error as one of a few words, for logs and metrics.
func reasonOf(err error) string {
	if reason := bindingReason(err); reason != "" {
		return reason
	}
	switch {
	case errors.Is(err, errHookTimeout):
		return "hook_timeout"
	case errors.Is(err, errHook), errors.Is(err, ErrUnauthorized): // no other code returns ErrUnauthorized
		return "hook"
	case errors.Is(err, errPrincipal):
		return "principal"
	case errors.Is(err, ErrEvent):
		return "event"
	case errors.Is(err, introspection.ErrUnavailable):
		return "introspection"
	case errors.Is(err, policycompiler.ErrARN):
		return "method_arn"
	case errors.Is(err, policycompiler.ErrConflict),
		errors.Is(err, policycompiler.ErrTooLarge),
		errors.Is(err, route.ErrTangled):
		return "policy"
	}
	return jwt.Reason(err)
}

// describe describes what panicked and where, only by the names of types and functions, because a value may contain a
// token. The runtime's own errors contain numbers and types.
func describe(p any) string {
	var b strings.Builder
	if r, ok := p.(runtime.Error); ok {
		b.WriteString(r.Error())
	} else {
		fmt.Fprintf(&b, "a value of type %T", p)
	}
	var at [16]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(3, at[:])])
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, ", %s:%d", f.Function, f.Line)
		if !more {
			return b.String()
		}
	}
}
