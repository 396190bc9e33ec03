package accessdiff

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

func itoa(n int) string { return strconv.Itoa(n) }

// describe describes gains, those with the same reason together.
func (p pair) describe(gains []gain, add func(Change)) {
	var order []string
	groups := map[string][]gain{}
	gains = p.untold(gains)
	from := p.addressesByRoute(gains)
	for _, g := range gains {
		key := p.key(g)
		if g.step == byPolicy {
			addresses := from[routeKey(key, g)]
			if key == othersByPolicy && addresses != "" && addresses == from[routeKey(allByPolicy, g)] {
				key = allByPolicy // they gained the same as the callers that the authorizer allows the route
			}
			key += " " + addresses + where([]gain{g})
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], g)
	}
	for _, key := range p.merged(order, groups) {
		g := groups[key]
		switch g[0].step {
		case byPolicy:
			add(p.policyChange(g))
		case byAuthorizer:
			add(p.authorizerChange(g))
		case byGrant:
			add(p.grantChange(g))
		case byKey:
			named := slices.ContainsFunc(gains, func(o gain) bool {
				return o.step == byKey && o.caller.APIKey != anyKey && o.route.String() == g[0].route.String()
			})
			if g[0].caller.APIKey != anyKey || !p.lost && !named {
				add(p.keyChange(g))
			}
		default:
			add(p.routeChange(g))
		}
	}
}

// Keys of gains through the resource policy: for callers that the authorizer, if there is one, allows the route, and
// for callers that it allows other routes.
const (
	allByPolicy    = "policy"
	othersByPolicy = "policy of others"
)

// key is the same for gains that are described in one line.
func (p pair) key(g gain) string {
	c := g.caller
	switch g.step {
	case byPolicy:
		if g.route.Kind == matrix.IAM {
			return "policy of " + signerName(c, false)
		}
		if c.Silent || p.withoutRights(g) {
			return othersByPolicy
		}
		return allByPolicy
	case byAuthorizer:
		if p.letThrough(g) {
			return "authorizer " + g.route.Authorizer + " " + g.old.Authorizer
		}
		return "authorizer " + g.route.Authorizer + c.Issuer + p.accepted(g)
	case byGrant:
		return "grant " + signerName(c, false) + g.route.String()
	case byKey:
		return "key " + c.APIKey + g.route.String()
	}
	return "route " + g.route.String() + " " + g.old.String() + " " + c.Kind
}

// word returns the first text for a gain, and the second for a loss.
func (p pair) word(gained, lost string) string {
	if p.lost {
		return lost
	}
	return gained
}

func (p pair) verb() string { return p.word("gained", "lost") }

// change returns a change with the witness of its first gain. If it is not known whether a request can be that gain,
// the effect is Unknown.
func (p pair) change(g gain, text, was, is string) Change {
	c := Change{Effect: Gained, Text: text, Was: was, Is: is}
	if p.lost {
		c.Effect, c.Was, c.Is = Lost, is, was
		return c
	}
	if g.env.about != nil {
		c.Effect = Unknown
		c.Text += ", under " + underConditions([]gain{g})
		return c
	}
	c.Witness = g.witness()
	if private(p.is.api.Endpoint) {
		c.Witness.SourceVPC, c.Witness.SourceVPCEndpoint = otherVPC, otherVPCEndpoint
	}
	return c
}

// before returns a text in brackets that says what there was or, for a loss, what there is now.
func (p pair) before(text string) string {
	return " (" + p.word("was", "now") + ": " + text + ")"
}

func (g gain) witness() *Witness {
	w := &Witness{Verb: g.verb, Path: g.path, SourceIP: g.env.ip, Stage: g.stage, Caller: g.caller.Caller}
	w.Headers = map[string][]string{}
	if g.env.agent != nil {
		w.Headers["User-Agent"] = []string{*g.env.agent}
	}
	if g.env.referer != nil {
		w.Headers["Referer"] = []string{*g.env.referer}
	}
	return w
}

// routesOf returns the routes of some gains.
func routesOf(gains []gain) []string {
	var out []string
	for _, g := range gains {
		out = append(out, g.name())
	}
	return unique(out)
}

// name returns the route of a gain: that of the other API, unless that one is wider.
func (g gain) name() string {
	if g.old.Verb != "" && g.old.String() != g.route.String() && (g.old.Path != g.route.Path || g.route.Verb == "ANY") &&
		(!inside(g.route, g.old) || inside(g.old, g.route)) {
		return g.old.String()
	}
	return g.route.String()
}

// inside reports whether another route's pattern covers all paths of a route.
func inside(r, other matrix.Route) bool {
	segments, wider := strings.Split(r.Path, "/"), strings.Split(other.Path, "/")
	for i, s := range wider {
		switch {
		case i >= len(segments):
			return false
		case strings.HasSuffix(s, "+}"):
			return true
		case strings.HasSuffix(segments[i], "+}") || !strings.HasPrefix(s, "{") && segments[i] != s:
			return false
		}
	}
	return len(segments) == len(wider)
}

// routesInSentence names routes in a sentence, unless they are all routes of the API.
func (p pair) routesInSentence(gains []gain) (route, text string) {
	names := routesOf(gains)
	var routes []string
	for _, g := range gains {
		routes = append(routes, g.route.String())
	}
	all := 0
	for _, r := range p.is.api.Routes {
		if !r.Preflight {
			all++
		}
	}
	switch {
	case len(names) == 1:
		return names[0], " " + names[0]
	case len(unique(routes)) >= all:
		return "", ""
	}
	return "", " " + list(names)
}

// routeChange describes a route that is new or requires less.
func (p pair) routeChange(gains []gain) Change {
	g := gains[0]
	name := g.name()
	was, is := "no such route", who(g.route)
	if g.had {
		was = who(g.old)
	} else if g.old.Preflight {
		was = "a preflight"
	}
	if g.had && p.policyAlone(g) {
		was += ", and the resource policy refused"
		if p.lost {
			was = strings.TrimSuffix(was, "refused") + "refuses"
		}
	}
	tail := p.before(was)
	if g.old.Verb == "" {
		tail = p.word(" (new route)", " (the route is gone)")
	} else if g.old.String() != g.route.String() {
		tail = " (" + p.word("was", "now") + ": " + was + ", by " + g.old.String() + ")"
		if name == g.old.String() {
			tail = " (" + p.word("was", "now") + ": " + was + "; " + g.route.String() + p.word(" serves it now)", " served it)")
		}
	}
	var text string
	switch c := g.caller; {
	case c.Kind == Anonymous && c.APIKey != "":
		text = name + ": everyone with an API key " + p.verb() + tail
	case c.Kind == Anonymous:
		text = name + ": everyone " + p.verb() + tail
	case c.Kind == Signer:
		var names []string
		every := slices.ContainsFunc(gains, func(g gain) bool { return g.caller.standsForAll() })
		for _, g := range gains {
			if !every || g.caller.standsForAll() || !p.amongEvery(g.caller) {
				names = append(names, signerName(g.caller, true))
			}
		}
		text = few(unique(names), "caller") + besides(g) + " " + p.verb() + " " + name + tail
	case c.Kind == Own:
		text = "callers that the authorizer " + g.route.Authorizer + " allows" + besides(g) + " " + p.verb() +
			" " + name + tail
	default:
		text = p.tokens(gains) + besides(g) + " " + p.verb() + " " + name + tail
	}
	text += where(gains)
	made := p.change(g, text, was, is)
	made.Route = name
	return made
}

// policyAlone reports whether the other API refuses a request because of its resource policy, and not of the route's
// guard.
func (p pair) policyAlone(g gain) bool {
	without := *p.was
	without.policy = nil
	return p.was.policy != nil && without.allowsOn(g.request)
}

// tokens describes callers that gained, by the choices for the requirements that they meet and others do not.
func (p pair) tokens(gains []gain) string {
	r := gains[0].route
	what := "callers with a valid token"
	if gains[0].caller.Kind == Session {
		what = "callers with a session"
	}
	switch {
	case len(r.Requires) == 0 && r.Kind == matrix.Cognito && strings.HasPrefix(r.Who, "any "):
		return "callers with " + r.Who
	case len(r.Requires) == 0 || r.Closed:
		return what
	}
	var parts []access.Requirement
	for i, req := range r.Requires {
		var some []access.Requirement
		for _, g := range gains {
			if i < len(g.caller.chosen) && !slices.ContainsFunc(some, g.caller.chosen[i].Equal) {
				some = append(some, g.caller.chosen[i])
			}
		}
		if len(some) > 0 && len(some) < len(choices(req)) {
			parts = append(parts, some...)
		}
	}
	if len(parts) == 0 {
		if len(r.Requires) == 1 {
			return subjects(r.Requires[0])
		}
		return callersOf(r.Requires)
	}
	names := make([]string, len(parts))
	for i, part := range parts {
		names[i] = subjects(part)
	}
	return strings.Join(unique(names), ", ")
}

// grantChange describes a role or user that may call more.
func (p pair) grantChange(gains []gain) Change {
	g := gains[0]
	made := p.change(g, p.signer(g.caller)+p.word(" may call ", " may no longer call ")+g.route.String()+where(gains), "",
		"")
	made.Route = g.route.String()
	return made
}

// signer names a signer, a user of the assembly as a user.
func (p pair) signer(c *caller) string {
	name := signerName(c, true)
	if pr := p.either(c.Name); pr != nil && pr.User {
		name = "user" + strings.TrimPrefix(name, "role")
	}
	return name
}

// either returns a principal of one of the sides.
func (p pair) either(name string) *principal {
	if pr := p.is.principals[name]; pr != nil {
		return pr
	}
	return p.was.principals[name]
}

func (p pair) keyChange(gains []gain) Change {
	g := gains[0]
	if g.caller.APIKey == anyKey {
		return Change{Route: g.route.String(), Effect: Unknown, Text: "API keys that are not in the assembly may " +
			"get a caller to " + g.route.String() + " by other usage plans, and who has one cannot be compared"}
	}
	made := p.change(g, "API key "+g.caller.APIKey+" "+p.verb()+" "+g.route.String(), "", "")
	made.Route = g.route.String()
	return made
}
