package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/credentials"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/reasons"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// comparison is one requirement of a route, beside what the caller has. It explains a decision but makes none: the
// token is not verified here.
type comparison struct {
	Wants string `json:"wants"`
	Has   string `json:"has"`
	Met   bool   `json:"met"`
}

// caller is what a request says about its caller.
type caller struct {
	claims strictjson.Value // the claims of a readable token
	rights access.Rights
	known  bool // whether rights are known, from the claims or from the included authorizer
	path   string
	at     time.Time
}

// compare lists what a route requires of a caller, and what this one has; nil for a route whose guard uses no token.
func (v *view) compare(served apigateway.Route, to route, who caller) (out []comparison) {
	a := served.Method.Authorizer
	if a == nil || to.Kind == matrix.IAM {
		return nil
	}
	if who.claims.Exists() {
		out = v.compareToken(a, to, who)
	}
	for _, r := range to.Requires {
		c := comparison{Wants: r.String(), Has: "nothing is known of the caller"}
		if who.known {
			c.Has = brings(r, who, to.Path)
			c.Met = who.rights.Meet(r) || slices.ContainsFunc(slices.Collect(r.Paths), who.owns(to.Path))
		}
		out = append(out, c)
	}
	return out
}

// compareToken compares what is required of every token: its issuer, its audience and its expiry.
func (v *view) compareToken(a *apimodel.Authorizer, to route, who caller) (out []comparison) {
	iss, _ := who.claims.Get("iss").Text()
	var urls, audiences []string
	for _, i := range v.issuersOf(a) {
		if !slices.Contains(urls, i.URL) {
			urls = append(urls, i.URL)
		}
		if i.URL == iss {
			audiences = append(audiences, i.Audiences...)
		}
	}
	if len(urls) > 0 {
		out = append(out, comparison{"issuer " + strings.Join(urls, " or "), orNone(iss), slices.Contains(urls, iss)})
	}
	// A user pool's authorizer compares no client, unless it has a validation expression.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
	if len(audiences) > 0 && to.Kind != matrix.Cognito {
		has := access.Words(who.claims.Get("aud"))
		if client, ok := who.claims.Get("client_id").Text(); ok && !who.claims.Get("aud").Exists() {
			has = []string{client} // Amazon Cognito's access tokens have no aud
		}
		met := slices.ContainsFunc(has, func(one string) bool { return slices.Contains(audiences, one) })
		out = append(out, comparison{"audience " + strings.Join(audiences, " or "), listed(has), met})
	}
	if use, ok := who.claims.Get("token_use").Text(); ok && to.Use != "" {
		out = append(out, comparison{"token_use " + string(to.Use), use, use == string(to.Use)})
	}
	if end, ok := who.claims.Get("exp").Int64(); ok {
		at := time.Unix(end, 0).UTC()
		out = append(
			out,
			comparison{"a token that has not expired", "until " + at.Format(time.DateTime) + " UTC", at.After(who.at)},
		)
	}
	return out
}

func (v *view) issuersOf(a *apimodel.Authorizer) (out []devissuer.Issuer) {
	if v.issuer == nil {
		return nil
	}
	for _, i := range v.issuer.Issuers() {
		if slices.Contains(i.TakenBy, a.ID.String()) {
			out = append(out, i)
		}
	}
	return out
}

// brings says what a caller has that concerns a requirement.
func brings(r access.Requirement, who caller, pattern string) string {
	switch r.Kind {
	case access.Scope:
		return listed(who.rights.Scopes)
	case access.Group:
		return listed(who.rights.Groups)
	case access.Role:
		return listed(who.rights.Roles)
	case access.Claim, access.ClaimHas, access.Tenant:
		return claimed(r, who)
	case access.PathIs, access.PathIn:
		return "the path’s " + r.Parameter + " is " + orNone(
			parameter(pattern, who.path, r.Parameter),
		) + ", " + claimed(r, who)
	}
	var parts []string
	for _, a := range r.Either {
		text := brings(a, who, pattern)
		switch a.Kind {
		case access.Scope, access.Group, access.Role:
			text = string(a.Kind) + "s: " + text
		}
		if !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

func claimed(r access.Requirement, who caller) string {
	claim := who.claims.Find(r.Claim)
	if !claim.Exists() {
		return "no claim " + r.Claim
	}
	c := access.ClaimOf(r.Claim, claim)
	switch {
	case c.Text != "":
		return r.Claim + " is " + c.Text
	case c.List != nil:
		return r.Claim + " has " + listed(c.List)
	}
	return r.Claim + " is neither a text nor a list of texts"
}

// owns reports whether a parameter of the caller's path is in the claim of a requirement.
func (who caller) owns(pattern string) func(access.Requirement) bool {
	return func(r access.Requirement) bool {
		value := parameter(pattern, who.path, r.Parameter)
		c := access.ClaimOf(r.Claim, who.claims.Find(r.Claim))
		list := c.List
		if r.Kind == access.PathIs {
			list = []string{c.Text}
		}
		return slices.ContainsFunc(list, func(one string) bool {
			return access.Usable(one) && (one == value || access.Escaped(one) == value)
		})
	}
}

// parameter returns the undecoded segment of a path that corresponds to a parameter of a pattern; "" if there is no
// such segment.
func parameter(pattern, path, name string) string {
	segments := strings.Split(path, "/")
	if i := slices.Index(strings.Split(pattern, "/"), "{"+name+"}"); i >= 0 && i < len(segments) {
		return segments[i]
	}
	return ""
}

// orNone returns a value, or a text for a missing one.
func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func listed(values []string) string { return orNone(strings.Join(values, ", ")) }

// callerOf returns the caller of a request: from the token that the route's authorizer looks for, or from what the
// included authorizer found in a session or an opaque token.
func (v *view) callerOf(e entry, served apigateway.Route, to route) caller {
	who := caller{path: e.Request.Path, at: e.Time}
	a := served.Method.Authorizer
	if a == nil {
		return who
	}
	tokens := append([]string{reasons.TokenOf(e.Request, a)}, credentials.Tokens(e.Request)...)
	for _, token := range tokens {
		if claims, ok := payload(token); ok && !to.Session {
			return v.described(who, claims, a, to)
		}
	}
	if e.found != nil {
		words := func(kind string) (out []string) {
			for word := range strings.FieldsSeq(e.found[kind]) {
				if plain, err := url.PathUnescape(word); err == nil {
					out = append(out, plain)
				}
			}
			return out
		}
		who.known = true
		who.rights = access.Rights{Scopes: words("scopes"), Groups: words("groups"), Roles: words("roles")}
	}
	return who
}

// described returns a caller with the claims of a token.
func (v *view) described(who caller, claims strictjson.Value, a *apimodel.Authorizer, to route) caller {
	who.claims, who.known = claims, true
	var names access.ClaimNames
	iss, _ := claims.Get("iss").Text()
	for _, i := range v.issuersOf(a) {
		if i.URL == iss {
			names = access.ClaimNames{Scopes: i.ScopesClaim, Groups: i.GroupsClaim, Roles: i.RolesClaim}
			break
		}
	}
	who.rights = names.Rights(claims.Find)
	add := func(r access.Requirement) {
		if r.Claim != "" {
			who.rights.Claims = append(who.rights.Claims, access.ClaimOf(r.Claim, claims.Find(r.Claim)))
		}
	}
	for _, r := range to.Requires {
		add(r)
		for _, alternative := range r.Either {
			add(alternative)
		}
	}
	return who
}

// routeOf returns the route of a request.
func (v *view) routeOf(e entry) (served apigateway.Route, to route, ok bool) {
	stage := e.Request.Stage
	if e.Request.Mount != "" {
		stage = e.Request.Mount
	}
	verb, path, _ := strings.Cut(e.Route, " ")
	if served, ok = v.route(stage, verb, path); !ok {
		return served, to, false
	}
	return v.known(stage, served)
}

// known returns a route in the page's form.
func (v *view) known(stage string, served apigateway.Route) (apigateway.Route, route, bool) {
	for _, a := range v.apis.APIs {
		if !slices.Contains(a.Stages, stage) {
			continue
		}
		for _, r := range a.Routes {
			if r.Verb == served.Method.Verb && r.Path == served.Method.Path {
				return served, r, true
			}
		}
	}
	return served, route{}, false
}
