// Package reasons explains why a guard denied a request: what the route requires, and what the caller has. The answers
// of API Gateway and of the included authorizer do not say it. The local gateway adds the explanation to the trace of a
// request and to its log.
package reasons

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Requirements returns the routes that have requirements, by API and route. It omits requirements that it cannot read,
// because the result is only used for explanations.
func Requirements(m *apimodel.Model) map[apimodel.ID]map[string]matrix.Route {
	out := map[apimodel.ID]map[string]matrix.Route{}
	all, _ := matrix.Of(m, "")
	for _, api := range all.APIs {
		out[api.ID] = map[string]matrix.Route{}
		for _, r := range api.Routes {
			if len(r.Requires) > 0 {
				out[api.ID][r.String()] = r
			}
		}
	}
	return out
}

// Route explains the denials of a route.
type Route struct {
	authorizer *apimodel.Authorizer // nil without one
	requires   matrix.Route         // the requirements in the included authorizer's access table, if they are known
	sessions   *sessions            // nil if the authorizer does not accept sessions
}

// Of returns a Route that explains the denials of a method. requires has the requirements in the included authorizer's
// access table, if they are known.
func Of(api *apimodel.API, m *apimodel.Method, requires matrix.Route) *Route {
	return &Route{authorizer: m.Authorizer, requires: requires, sessions: sessionsOf(api, m.Authorizer)}
}

// Explain adds the reason for a denial by an authorizer's function or its policy to the beginning of the last step of
// the trace. The reason is the included authorizer's, and replaces that of the failure. For a cached answer, it is what
// the access table requires and what the caller has; for a request without a session, how to get one. These precede the
// reason of the failure, as does that of a function that failed.
func (r *Route) Explain(d *mapping.Failure, c *checks.Call, v *checks.Verdict) *mapping.Failure {
	last := len(v.Trace) - 1
	if last < 0 {
		return d
	}
	why, by := v.AuthorizerReason, v.Trace[last].Check
	switch {
	case r.sessions != nil:
		why = r.sessions.why(why, by, c)
	case by != "policy" && by != "authorizer":
		return d
	}
	if why == "" && r.requires.Who != "" && by == "policy" {
		why = "the route requires " + r.requires.Who
		if have := r.callerHas(c, v.Known); have != "" {
			why += ", and " + have
		}
	}
	if why == "" {
		return d
	}
	v.Trace[last].Detail = why + "; " + v.Trace[last].Detail
	told := *d
	told.Reason = why
	if d.StatusCode() >= 500 || v.AuthorizerReason == "" && !r.lacksRight(v.Known) {
		told.Reason += "; " + d.Reason // why it failed or, if that is not known of a cached answer, what denies
	}
	return &told
}

// lacksRight reports whether the context of the included authorizer's answer has none of the scopes, groups or roles
// that a requirement of the route and its alternatives name.
func (r *Route) lacksRight(known events.Caller) bool {
	if known.Lambda == nil || known.Lambda.Context["issuer"] == "" {
		return false
	}
	of := map[access.Kind]string{access.Scope: "scopes", access.Group: "groups", access.Role: "roles"}
	lacks := func(req access.Requirement) bool {
		words := strings.Fields(known.Lambda.Context[of[req.Kind]])
		return of[req.Kind] != "" && !slices.ContainsFunc(words, func(word string) bool {
			right, err := url.PathUnescape(word) // the authorizer escapes spaces
			return err != nil || slices.Contains(req.AnyOf, right)
		})
	}
	return slices.ContainsFunc(r.requires.Requires, func(req access.Requirement) bool {
		return lacks(req) && !slices.ContainsFunc(req.Either, func(way access.Requirement) bool { return !lacks(way) })
	})
}

// callerHas returns the caller's rights and claims of the kinds that the route requires. The included authorizer does
// not log a cached answer, but the answer's context has the rights, and the token has the claims. callerHas returns ""
// for the context of another function.
func (r *Route) callerHas(c *checks.Call, known events.Caller) string {
	if known.Lambda == nil || known.Lambda.Context["issuer"] == "" {
		return ""
	}
	var have []string
	add := func(text string) {
		if !slices.Contains(have, text) {
			have = append(have, text)
		}
	}
	claims := claimsIn(TokenOf(c.Request, r.authorizer))
	for _, all := range r.requires.Requires {
		for _, req := range append([]access.Requirement{all}, all.Either...) {
			switch req.Kind {
			case access.Scope, access.Group, access.Role:
				add(rights(known.Lambda.Context))
			case access.Claim, access.ClaimHas, access.PathIs, access.PathIn, access.Tenant:
				switch claim := claims.Find(req.Claim); {
				case claim.Exists():
					add("the caller's " + claimText(access.ClaimOf(req.Claim, claim)))
				case claims.Exists():
					add("the token has no claim " + req.Claim)
				}
			}
			if req.OfPath() {
				add("the path's " + req.Parameter + " is " + c.Params[req.Parameter])
			}
		}
	}
	return strings.Join(have, ", ")
}

// rights describes the rights in the context of the included authorizer's answer.
func rights(context map[string]string) string {
	var found []string
	for _, kind := range []string{"scopes", "groups", "roles"} {
		if words := context[kind]; words != "" {
			found = append(found, "the "+kind+" "+strings.ReplaceAll(words, " ", ", "))
		}
	}
	if found == nil {
		return "the caller has no scope, group or role"
	}
	return "the caller has " + strings.Join(found, " and ")
}

func claimText(c access.ClaimValue) string {
	switch {
	case c.Text != "":
		return c.Path + " is " + c.Text
	case len(c.List) > 0:
		return c.Path + " has " + strings.Join(c.List, ", ")
	case c.List != nil:
		return c.Path + " is an empty list"
	}
	return c.Path + " is neither a text nor a list of texts"
}

// claimsIn returns the claims of a JWT for explanations. It does not verify the JWT: the cached answer is for a
// verified token.
func claimsIn(token string) strictjson.Value {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return strictjson.Value{}
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return strictjson.Value{}
	}
	claims, err := strictjson.Parse(string(text))
	if err != nil {
		return strictjson.Value{}
	}
	return claims
}

// TokenOf returns the token of a request for an authorizer, or "".
func TokenOf(r *exchange.Request, a *apimodel.Authorizer) string {
	switch at := matrix.TokenSource(a); at.Kind {
	case authz.Cookie:
		cookies, _ := http.ParseCookie(r.Headers.Get("Cookie"))
		for _, c := range cookies {
			if c.Name == at.Name {
				return c.Value
			}
		}
		return ""
	case authz.QueryString:
		query, _ := url.ParseQuery(r.RawQuery)
		return query.Get(at.Name)
	default:
		_, token, _ := strings.Cut(r.Headers.Get(at.Name), " ")
		return token
	}
}
