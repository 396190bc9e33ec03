package accessdiff

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
)

// unknowns reports what cannot be compared.
func unknowns(was, is matrix.API, add func(Change)) {
	say := func(text, before, after string) { add(Change{Effect: Unknown, Text: text, Was: before, Is: after}) }
	for _, text := range unique(slices.Concat(was.NotKnown, is.NotKnown)) {
		say("not known: "+text, "", "")
	}
	if text := cmp.Or(is.Document.NotKnown, was.Document.NotKnown); text != "" &&
		(was.Document.Statements != nil || is.Document.Statements != nil || is.Document.NotKnown != was.Document.NotKnown) {
		say("the resource policy is not read in full: "+text, "", "")
	}
	if was.KeySource != is.KeySource && slices.ContainsFunc(is.Routes, func(r matrix.Route) bool { return r.APIKey }) {
		say("API keys come from another place, and who has one cannot be compared", was.KeySource, is.KeySource)
	}
	for _, x := range is.Authorizers {
		for _, y := range was.Authorizers {
			if x.Name == y.Name {
				unknownAuthorizer(y, x, is.Stack, say)
			}
		}
	}
	for _, a := range slices.Concat(was.Authorizers, is.Authorizers) {
		if a.Apart {
			say("the access table of "+strings.Join(a.By, ", ")+" does not have the routes of the API", "", "")
		}
	}
	for _, x := range is.Principals {
		i := slices.IndexFunc(was.Principals, func(y matrix.Principal) bool { return x.Name == y.Name })
		var y matrix.Principal
		if i >= 0 {
			y = was.Principals[i]
		}
		unknownPrincipal(y, x, is, say)
	}
}

// unknownAuthorizer reports what of an authorizer of one name cannot be compared.
func unknownAuthorizer(was, is matrix.Authorizer, stack string, say func(text, before, after string)) {
	name := is.Name
	lambda := is.Kind == matrix.Token || is.Kind == matrix.Request
	switch {
	case was.Kind != is.Kind || was.Included != is.Included:
	case lambda && !is.Included:
		x, y := &guard{Authorizer: was}, &guard{Authorizer: is}
		switch {
		case x.identity() != y.identity() && was.Code != is.Code:
			say("the code of the authorizer "+name+" changed, and which callers it allows cannot be compared", was.Code, is.Code)
		case x.identity() != y.identity():
			say("the function of the authorizer "+name+" or its environment changed, and which callers it allows cannot be "+
				"compared", strings.Join(was.By, ", "), strings.Join(is.By, ", "))
		}
	case lambda:
		unknownSettings(name, settingsOf(stack, was.Variables), settingsOf(stack, is.Variables), say)
	}
	if was.Validation != is.Validation && (is.Kind != matrix.Cognito || is.Audiences == nil && is.Validation != "") {
		say("the authorizer "+name+" takes tokens by another expression, which cannot be compared", was.Validation,
			is.Validation)
	}
}

// compared are the settings of an included authorizer whose changes are decided by what tokens they take, and free those
// that no access depends on.
var compared = []string{
	"url", "audiences", "clients", "clientClaim", "algorithms", "type", "tokenUse", "scopesClaim", "groupsClaim", "rolesClaim",
	"principalClaim", "acceptBoundTokens", "maxLifetimeSeconds", "leewaySeconds", "perRequest", "denyEscapedPaths",
}

var unaffecting = []string{"noTokenCache", "noMetrics", "contextClaims", "maxKeyAgeSeconds", "staleCeilingSeconds", "tokenSources",
	"policyEndsWithToken"}

// unknownSettings reports settings of an included authorizer that differ and whose effect is not decided.
func unknownSettings(name string, was, is settings, say func(text, before, after string)) {
	if reflect.DeepEqual(was.raw, is.raw) {
		return
	}
	if was.raw[""] != is.raw[""] {
		say("the settings of the authorizer "+name+" cannot be read from the template", was.raw[""], is.raw[""])
	}
	for _, x := range was.issuers {
		for _, y := range is.issuers {
			if x.id == y.id && x.keys != y.keys {
				say("the keys of issuer "+host(y.id)+" come from another place, and who can sign by them cannot be compared",
					orNone(x.keys), orNone(y.keys))
			}
		}
	}
	const session = "session.keysArn"
	for _, key := range slices.Sorted(mapsKeys(union(was.raw, is.raw))) {
		if strings.HasPrefix(key, "session.") && (was.raw[session] == "") != (is.raw[session] == "") {
			continue // sessions in the place of tokens, or the other way round: the callers are others
		}
		before, after := was.raw[key], is.raw[key]
		base := key
		if _, rest, ok := strings.Cut(key, "]."); ok && strings.HasPrefix(key, "issuers[") {
			base = rest
		}
		base, _, _ = strings.Cut(base, "[")
		top, _, _ := strings.Cut(base, ".")
		of := strings.HasPrefix(key, "issuers[") && slices.Contains([]string{"jwksUrl", "secretArn", "secretField", "introspection"}, top)
		if before == after || key == "" || of || slices.Contains(compared, top) || slices.Contains(unaffecting, top) {
			continue
		}
		say("the setting "+key+" of the authorizer "+name+" changed, and its effect on access cannot be compared",
			orNone(before), orNone(after))
	}
}

// unknownPrincipal reports grants that cannot be compared.
func unknownPrincipal(was, is matrix.Principal, api matrix.API, say func(text, before, after string)) {
	if !slices.ContainsFunc(api.Routes, func(r matrix.Route) bool { return r.Kind == matrix.IAM }) {
		return
	}
	short := is.Name[strings.LastIndex(is.Name, "/")+1:]
	if is.Policy.NotKnown != "" && !reflect.DeepEqual(was, is) {
		say("the policies of "+short+" are not read in full, so what it may call is not known: "+is.Policy.NotKnown, "", "")
	}
	for _, arn := range is.Managed {
		if !slices.Contains(was.Managed, arn) {
			say(short+" has the managed policy "+arn+", which is not in the assembly", "", arn)
		}
	}
}

// own is the authorizer of a route whose function is the app's own; nil for another one.
func (s *side) own(r matrix.Route) *guard {
	g := s.guards[r.Authorizer]
	if g == nil || g.Included || r.Kind != matrix.Token && r.Kind != matrix.Request {
		return nil
	}
	return g
}

// unlikeFor reports whether a caller is one of which it is not known what the other API's route does: a function of the
// app's own decides on one of the sides
func (p pair) unlikeFor(c *caller, old matrix.Route) bool {
	theirs := p.was.own(old)
	switch {
	case theirs != nil:
		return c.Kind != Anonymous && c.decides != theirs.identity()
	case old.Kind == matrix.None:
		return false
	}
	return c.Kind == Own
}

// unlike reports two routes for one request, of which a function of the app's own guards one and something else the
// other. Where the authorizer has the same name on both sides, unknownAuthorizer says it.
func (p pair) unlike(was, is matrix.Route, add func(Change)) {
	both := was.Authorizer == is.Authorizer && p.was.own(was) != nil && p.is.own(is) != nil
	if p.lost {
		was, is = is, was
	}
	if both {
		return
	}
	before := guardName(was)
	if was.String() != is.String() {
		before += ", for " + was.String()
	}
	add(Change{Route: is.String(), Effect: Unknown, Was: guardName(was), Is: guardName(is), Text: is.String() + ": " +
		guardName(is) + " guards it (was " + before + "), and which callers a function allows cannot be compared"})
}

// guardName names what guards a route.
func guardName(r matrix.Route) string {
	if r.Authorizer != "" {
		return "the authorizer " + r.Authorizer
	}
	return "IAM"
}
