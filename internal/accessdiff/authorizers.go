package accessdiff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// accepted says which tokens an authorizer now accepts.
func (p pair) accepted(g gain) string {
	c := g.caller
	tokens := c.tokens()
	old := p.was.guards[g.old.Authorizer]
	if old == nil || !slices.Contains(old.issuerIDs(), c.Issuer) {
		return tokens
	}
	if c.Audience == "" && c.Claims["client_id"] == nil { // Amazon Cognito, where only access tokens have scopes
		return "access " + tokens
	}
	if c.Audience == anyClient {
		return tokens + " for any app client"
	}
	if c.why != "" && !slices.ContainsFunc(old.audiencesOf(c.Issuer), func(a string) bool { return a == c.Audience }) {
		return tokens + " for the audience " + c.Audience
	}
	if c.why != "" {
		return tokens + " " + c.why
	}
	if !slices.Contains(old.audiencesOf(c.Issuer), c.Audience) {
		return tokens + " for the audience " + c.Audience
	}
	return tokens
}

// tokens describes what callers send as tokens of an issuer.
func (c *caller) tokens() string {
	if c.Kind == Session {
		return "sessions with tokens of issuer " + host(c.Issuer)
	}
	return "tokens of issuer " + host(c.Issuer)
}

// issuerIDs returns the issuers of an authorizer.
func (g *guard) issuerIDs() (out []string) {
	for _, i := range g.settings.issuers {
		out = append(out, i.id)
	}
	if g.JWT != nil {
		for _, i := range g.JWT.Issuers {
			out = append(out, issuerID("", i.URL))
		}
	}
	if g.Kind == matrix.Cognito {
		for _, by := range g.By {
			out = append(out, issuerID("", by))
		}
	}
	return out
}

// audiencesOf returns the audiences that an authorizer accepts in tokens of an issuer.
func (g *guard) audiencesOf(id string) (out []string) {
	for _, i := range g.settings.issuers {
		if i.id == id {
			out = append(out, i.audiences...)
		}
	}
	if g.JWT != nil {
		for _, i := range g.JWT.Issuers {
			if issuerID("", i.URL) == id {
				out = append(out, i.Audiences...)
			}
		}
	}
	return append(out, g.Audiences...)
}

// authorizerChange describes tokens that an authorizer now accepts.
func (p pair) authorizerChange(gains []gain) Change {
	g := gains[0]
	if p.letThrough(g) {
		return p.letThroughChange(gains)
	}
	accepted := p.accepted(g)
	text := accepted + p.word(" are accepted now", " are no longer accepted")
	if own := p.was.guards[g.old.Authorizer]; own != nil && accepted == g.caller.tokens() &&
		slices.Contains(own.issuerIDs(), g.caller.Issuer) {
		if settings := p.differences(g.old.Authorizer, g.route.Authorizer); settings != "" {
			text += " (" + settings + ")"
		}
	}
	if p.severalGuards() {
		text += " by the authorizer " + g.route.Authorizer
	}
	return p.change(g, text, "", "")
}

// severalGuards reports whether a text must name the authorizer.
func (p pair) severalGuards() bool {
	guards := map[string]bool{}
	for _, r := range p.is.api.Routes {
		if r.Authorizer != "" {
			guards[r.Authorizer] = true
		}
	}
	return len(guards) > 1
}

// letThrough reports whether an authorizer already accepted a caller's token before but denied a request, which it now
// leaves to the resource policy.
func (p pair) letThrough(g gain) bool {
	old := p.was.guards[g.old.Authorizer]
	if old == nil || old.takes() != g.caller.Kind {
		return false
	}
	took := slices.ContainsFunc(old.settings.issuers, func(i issuer) bool { return i.accepts(g.caller) })
	return took && p.withoutRights(g)
}

// letThroughChange describes callers that the resource policy now admits where the authorizer denied the request.
func (p pair) letThroughChange(gains []gain) Change {
	g := gains[0]
	name, on := p.routesInSentence(gains)
	guard := "the authorizer"
	if p.severalGuards() {
		guard += " " + g.route.Authorizer
	}
	text := "callers whom " + guard + " allows other routes " + p.verb() + on + where(gains)
	if settings := p.differences(g.old.Authorizer, g.route.Authorizer); settings != "" {
		text += " (" + settings + ")"
	}
	made := p.change(g, text, "", "")
	made.Route = name
	return made
}

// differences lists the settings of an authorizer that differ between the sides, by its name on each side.
func (p pair) differences(old, name string) string {
	was, is := p.was.guards[old], p.is.guards[name]
	if was == nil || is == nil {
		return ""
	}
	if p.lost {
		was, is = is, was
	}
	var out []string
	for _, key := range differing(was.settings.raw, is.settings.raw) {
		out = append(out, key+" "+orNone(is.settings.raw[key])+", was "+orNone(was.settings.raw[key]))
	}
	return strings.Join(out, "; ")
}

func orNone(text string) string { return cmp.Or(text, "unset") }

// differing returns the sorted keys whose values differ. A key without a value has the value "".
func differing(x, y map[string]string) []string {
	all := map[string]bool{}
	for _, values := range []map[string]string{x, y} {
		for key := range values {
			all[key] = true
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(key string) bool { return x[key] == y[key] })
}
