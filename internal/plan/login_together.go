package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/issuer"
	"github.com/gatehouse-cdk/gatehouse/internal/plan/login"
	"github.com/gatehouse-cdk/gatehouse/internal/route"
)

// LoginScopes returns the scopes that a login requests from its provider. If none are given, these are openid, the
// scopes of the routes that its sessions call (in an order that does not depend on the order of the table), and
// offline_access for a refresh token.
func (p *Plan) LoginScopes(l *Login) []string {
	if len(l.Scopes) > 0 {
		return slices.Clone(l.Scopes)
	}
	out := []string{"openid"}
	for _, scope := range p.requiredBy(l, func(r access.Requirement) []string {
		if r.Kind == access.Scope {
			return r.AnyOf
		}
		return nil
	}) {
		if !strings.Contains(scope, "://") {
			scope = l.Provider.ScopePrefix + scope
		}
		out = append(out, scope)
	}
	if !l.Provider.NoOffline {
		out = append(out, "offline_access")
	}
	return out
}

// LoginClaims returns the claims of an ID token that the session keeps, because guards compare them or pass them to
// backends. It returns nil if the session has an access token.
func (p *Plan) LoginClaims(l *Login) []string {
	if !l.ReadsIDTokens() {
		return nil
	}
	i := l.Issuer
	out := []string{
		cmp.Or(i.PrincipalClaim, "sub"), cmp.Or(i.GroupsClaim, "groups"), cmp.Or(i.RolesClaim, "roles"),
	}
	if i.ScopesClaim != "" {
		out = append(out, i.ScopesClaim)
	}
	out = append(out, p.requiredBy(l, func(r access.Requirement) []string {
		if r.Claim != "" {
			return []string{r.Claim}
		}
		return nil
	})...)
	for _, g := range p.Guards {
		if g.Session != nil && g.Session.Login == l {
			out = append(out, g.Session.Claims...)
			if g.UsageKeyClaim != "" {
				out = append(out, g.UsageKeyClaim)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// requiredBy collects values from all requirements that a login's sessions meet. The result is sorted and has each
// value once.
func (p *Plan) requiredBy(l *Login, of func(access.Requirement) []string) (out []string) {
	for _, r := range p.Routes {
		if r.Guard == nil || r.Guard.Session == nil || r.Guard.Session.Login != l {
			continue
		}
		for _, req := range r.Requires {
			out = append(out, of(req)...)
			for _, alternative := range req.Either {
				out = append(out, of(alternative)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SiblingOrigins returns the origins of CORS other than the login's own. Their pages are on sibling hosts, and may call
// with the login's session.
func (p *Plan) SiblingOrigins(l *Login) (out []string) {
	if p.props.CORS == nil {
		return nil
	}
	for _, o := range p.props.CORS.AllowOrigins {
		if o != l.Origin {
			out = append(out, o)
		}
	}
	return out
}

// Enforces implements [Authorizer.Enforces] for sessions.
func (s *Session) Enforces(requires []access.Requirement) error {
	l := s.Login
	if err := checkLiteral(requires); err != nil {
		return err
	}
	if !s.Hooked {
		if err := issuer.WithoutRights([]issuer.Issuer{l.Issuer}, requires); err != nil {
			return err
		}
	}
	if !l.ReadsIDTokens() || l.Issuer.ScopesClaim != "" {
		return nil
	}
	for _, r := range requires {
		if r.Kind == access.Scope {
			return fmt.Errorf("the session holds an ID token of %s, which has no scopes: require a Claim of it, such as "+
				"Claim(\"email\"), a group or a role instead", l.IssuerName())
		}
	}
	return nil
}

// checkLogins checks what depends on a login and the rest of the table.
func (p *Plan) checkLogins() (errs []error) {
	for _, l := range p.Logins {
		bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("%s: %w", l, fmt.Errorf(format, a...))) }
		l.CheckPoolScopes(p.LoginScopes(l), bad)
		p.checkLoginCORS(l, bad)
		p.checkBackChannel(l, bad)
		p.checkAdminRoutes(l, bad)
	}
	r := p.props.RestAPI
	if r == nil {
		return errs
	}
	if len(p.Logins) > 0 && r.DataTrace {
		errs = append(errs, fmt.Errorf("RestApiProps.DeployOptions turn DataTraceEnabled on: the execution log would hold "+
			"the cookies of sessions and codes of %s: leave it off", p.Logins[0]))
	}
	forwards := func(r PlannedRoute) bool { return r.Forward }
	if i := slices.IndexFunc(p.Routes, forwards); i >= 0 && strings.Contains(r.AccessLogFormat, "authorizer.accessToken") {
		errs = append(errs, fmt.Errorf("RestApiProps.DeployOptions.AccessLogFormat has $context.authorizer.accessToken, the "+
			"access token that ForwardAccessToken hands to the function of %q: leave it out", p.Routes[i].Pattern))
	}
	return errs
}

// checkLoginCORS refuses pages whose requests lack the session's cookie, and pages whose requests the authorizer
// denies.
func (p *Plan) checkLoginCORS(l *Login, bad func(format string, a ...any)) {
	c := p.props.CORS
	if c == nil {
		return
	}
	if slices.Contains(c.AllowOrigins, "*") {
		bad(`CORS.AllowOrigins has "*", and a session is a cookie, with which a page of any site could call: name the `+
			"pages' origins, which are same-site with %q", l.Origin)
		return
	}
	for _, o := range c.AllowOrigins {
		if !login.SameSite(l.Origin, o) {
			bad("CORS.AllowOrigins has %q, which is not same-site with Origin %q, so that browsers leave the session's cookie "+
				"out: serve the page from a host of the same site by https, such as a subdomain; or let it call an API "+
				"of its own, whose guards take a token in a header", o, l.Origin)
		}
	}
	siblings := p.SiblingOrigins(l)
	if len(siblings) == 0 {
		return
	}
	if !c.AllowCredentials {
		bad("CORS.AllowOrigins has %q and AllowCredentials is false, so that the page's requests come without the session's "+
			"cookie: set it to true", siblings[0])
	}
	for _, r := range p.Routes {
		if g := r.Guard; g == nil || g.Session == nil || g.Session.Login != l || !g.Session.Cached {
			continue
		}
		if verbs := c.preflightVerbs(unsafeVerbs(r)); len(verbs) > 0 {
			bad("route %q: CORS lets the page %s call %s, and %s keeps its answers by Cookie and Sec-Fetch-Site, which do "+
				"not say which page calls, so that it denies that to all pages of other hosts: guard the route by a further "+
				"SessionAuthorizer of the same Login with CacheTTL NoCache in Authorizers (GuardedBy), or leave the verb out "+
				"of CORS.AllowMethods", r.Pattern, siblings[0], strings.Join(verbs, ", "), r.Guard)
		}
	}
}

// unsafeVerbs returns the verbs of a route that change something. An authorizer of sessions denies them for other
// sites.
func unsafeVerbs(r PlannedRoute) (out []string) {
	for _, v := range Verbs(r.Pattern) {
		if slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, v) {
			out = append(out, v)
		}
	}
	return out
}

// preflightVerbs returns the verbs that preflights allow.
func (c *CORS) preflightVerbs(verbs []string) []string {
	if len(c.AllowMethods) == 0 {
		return verbs // a preflight allows the verbs of its resource
	}
	return slices.DeleteFunc(verbs, func(v string) bool { return !slices.Contains(c.AllowMethods, v) })
}

// checkAdminRoutes refuses Admins that include every caller of a guard.
func (p *Plan) checkAdminRoutes(l *Login, bad func(format string, a ...any)) {
	for _, r := range p.Routes {
		g := r.Guard
		if r.Login != l || g == nil || len(r.Requires) > 0 {
			continue
		}
		if g.Included != nil || g.ComparesScopes || g.ComparesClaims { // other guards decide by policies or by themselves
			bad("TableSessions.Admins requires nothing, so that each caller of %s could end the sessions of others: require a "+
				"scope, a group, a role or a claim", g)
			return
		}
	}
}

// checkBackChannel refuses a route that looks like a back-channel logout if sessions are only in browsers, where no
// provider can end them.
func (p *Plan) checkBackChannel(l *Login, bad func(format string, a ...any)) {
	if l.Table != nil {
		return
	}
	for _, r := range p.Routes {
		if takesPath(r.Pattern, l.Home()+backChannel) {
			bad("route %q answers a provider's back-channel logout, and CookieSessions keeps sessions in browsers alone, where "+
				"nothing ends them but their browser: set Sessions to TableSessions{}, which answers %q", r.Pattern,
				"POST "+l.Home()+backChannel)
		}
	}
}

// takesPath reports whether a pattern names exactly this path for POST requests.
func takesPath(p route.Pattern, path string) bool {
	return p.Path() == path && (p.Verb == "POST" || p.Verb == route.Any)
}
