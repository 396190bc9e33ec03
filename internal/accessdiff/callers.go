package accessdiff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/iampolicy"
	"github.com/gatehouse-cdk/gatehouse/internal/policycompiler"
	"github.com/gatehouse-cdk/gatehouse/internal/regexes"
)

// caller is a caller whose requests are tried.
type caller struct {
	Caller
	chosen []access.Requirement // what was chosen to meet each requirement of a route
	made   bool                 // its ARN stands for all that the patterns of a policy do not distinguish from it
	why    string               // how its token differs from others of its issuer, in words; "" for none
	beside *caller              // the caller of which this is a variant; nil for none
}

// text returns the text of a claim.
func (c *caller) text(name string) (string, bool) {
	s, ok := c.Claims[name].(string)
	return s, ok
}

// words returns the values in a claim, which is a text or a list. With split set, a text is a list of words.
func (c *caller) words(name string, split bool) []string {
	switch v := c.Claims[name].(type) {
	case string:
		if split {
			return strings.Fields(v)
		}
		if v != "" {
			return []string{v}
		}
	case []string:
		return v
	}
	return nil
}

func (c *caller) has(name string) bool { _, ok := c.Claims[name]; return ok }

// scopeClaim returns the claim with the scopes, for an authorizer that reads scope or, without it, scp.
func (c *caller) scopeClaim() string {
	if !c.has("scope") && c.has("scp") {
		return "scp"
	}
	return "scope"
}

// accepts reports whether an issuer's settings accept the caller's token.
func (i issuer) accepts(c *caller) bool {
	_, named := c.text(i.principal)
	return named && c.Issuer == i.id && (c.Algorithm == "" || slices.Contains(i.algorithms, c.Algorithm)) &&
		i.confirms(c) && (i.lifetime == 0 || c.Lifetime <= i.lifetime) && c.Early <= i.leeway &&
		i.isOfType(c.Type) && i.isFor(c) && i.isOf(c)
}

// boundToCertificate is the cnf of a caller who also presents the certificate that it names.
const boundToCertificate = "the client's certificate"

// boundToKey is the cnf of a caller who also proves to have the key that it names (DPoP).
const boundToKey = "the client's key"

// confirms reports whether the binding of the caller's token is accepted.
func (i issuer) confirms(c *caller) bool {
	if i.certificate {
		return c.Claims["cnf"] == boundToCertificate
	}
	if i.dpop {
		return c.Claims["cnf"] == boundToKey
	}
	return !c.has("cnf") || i.bound
}

// isOfType reports whether the token's typ is accepted.
func (i issuer) isOfType(typ string) bool {
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	if i.kind != "" {
		return typ == strings.TrimPrefix(strings.ToLower(i.kind), "application/")
	}
	return typ == "" || typ == "jwt" || typ == "at+jwt"
}

// isFor reports whether the token's use and audience are accepted.
func (i issuer) isFor(c *caller) bool {
	if use, _ := c.text("token_use"); i.use != "" && use != i.use {
		return false
	}
	if i.use != "access" {
		return c.in("aud", i.audiences)
	}
	return c.in("client_id", i.audiences) && (!c.has("aud") || c.in("aud", i.audiences))
}

// isOf reports whether the token's client is accepted.
func (i issuer) isOf(c *caller) bool {
	switch {
	case len(i.clients) == 0:
		return true
	case i.clientClaim != "":
		return c.in(i.clientClaim, i.clients)
	}
	return (c.has("azp") || c.has("client_id")) && (!c.has("azp") || c.in("azp", i.clients)) &&
		(!c.has("client_id") || c.in("client_id", i.clients))
}

// in reports whether a claim has one of some values.
func (c *caller) in(claim string, of []string) bool {
	return slices.ContainsFunc(c.words(claim, false), func(v string) bool { return slices.Contains(of, v) })
}

// rights returns the rights that an issuer's settings read from the caller's token.
func (i issuer) rights(c *caller, claims []string) (r access.Rights) {
	scopes := i.scopes
	if scopes == "" {
		scopes = c.scopeClaim()
	}
	r = access.Rights{Scopes: c.words(scopes, true), Groups: c.words(i.groups, false), Roles: c.words(i.roles, false)}
	for _, path := range claims {
		v := access.ClaimValue{Path: path}
		switch has := c.Claims[path].(type) {
		case string:
			v.Text = has
		case []string:
			v.List = has
		}
		r.Claims = append(r.Claims, v)
	}
	return r
}

// admits decides for API Gateway's own authorizers: a Cognito or a JWT authorizer.
func (g *guard) admits(r matrix.Route, c *caller) bool {
	if c.Kind != Token {
		return false
	}
	if g.Kind == matrix.Cognito {
		return g.admitsPool(r, c)
	}
	if g.JWT == nil {
		return false
	}
	for _, i := range g.JWT.Issuers {
		if issuerID("", i.URL) != c.Issuer {
			continue
		}
		if c.Algorithm != "" && !slices.Contains(g.JWT.Algorithms, c.Algorithm) {
			return false
		}
		aud := "aud"
		if !c.has("aud") {
			aud = "client_id"
		}
		if !slices.ContainsFunc(c.words(aud, false), func(a string) bool { return slices.Contains(i.Audiences, a) }) {
			return false
		}
		for _, want := range i.Claims {
			text, ok := c.text(want.Name)
			switch {
			case !c.has(want.Name) && !want.Required && want.Value != "":
			case !ok || want.Value != "" && text != want.Value:
				return false
			}
		}
		return hasScope(r, c.words(c.scopeClaim(), true))
	}
	return false
}

func (g *guard) admitsPool(r matrix.Route, c *caller) bool {
	if !slices.ContainsFunc(g.By, func(by string) bool { return issuerID("", by) == c.Issuer }) {
		return false
	}
	use, _ := c.text("token_use")
	if len(r.Requires) > 0 {
		return use == "access" && g.Validation == "" && hasScope(r, c.words("scope", true))
	}
	if use != "id" {
		return false
	}
	aud, _ := c.text("aud")
	switch {
	case g.Validation == "":
		return true
	case g.Audiences != nil:
		return slices.Contains(g.Audiences, aud)
	case strings.HasPrefix(aud, matching): // another expression, which is reported as not comparable
		return true
	}
	return matchesClient(g.Validation, aud)
}

// clients are IDs in the form of Amazon Cognito's. An expression that accepts any client matches all of them.
var clients = []string{
	strings.Repeat("0", 26), strings.Repeat("9", 26), strings.Repeat("a", 26), strings.Repeat("z", 26), "4example23456789",
}

// matchesClient reports whether an expression matches the ID of an app client. The ID of a client of the assembly is
// chosen when it is deployed, so the expression must match every ID.
func matchesClient(expression, id string) bool {
	e, err := regexes.Whole(expression)
	if err != nil {
		return false
	}
	differs := func(id string) bool {
		ok, err := e.Match(id)
		return !ok || err != nil
	}
	if id != anyClient && !strings.Contains(id, "/") {
		return !differs(id)
	}
	return !slices.ContainsFunc(clients, differs)
}

// matching precedes an expression, for a client that it matches.
const matching = "an app client that matches "

// hasScope reports whether scopes meet what API Gateway itself requires on a route.
func hasScope(r matrix.Route, have []string) bool {
	return !slices.ContainsFunc(r.Requires, func(req access.Requirement) bool {
		return !slices.ContainsFunc(req.AnyOf, func(s string) bool { return slices.Contains(have, s) })
	})
}

// answer returns the answer of a Lambda authorizer's function. It remembers the last one, since the answer does not
// depend on the environment, and successive requests of a caller differ only in that.
func (g *guard) answer(q request, arn string) outcome {
	if last := &g.last; last.caller != q.caller || last.arn != arn {
		last.caller, last.arn, last.said = q.caller, arn, g.decide(q, arn)
	}
	return g.last.said
}

// decide returns the function's decision. The included authorizer's is that of the policy that it writes.
func (g *guard) decide(q request, arn string) outcome {
	if !g.Included {
		switch {
		case q.caller.Kind != Own || q.caller.decides != g.identity():
			return refuses
		case q.caller.Silent:
			return silent
		}
		return allows
	}
	if q.caller.Kind != g.takes() {
		return refuses
	}
	n := slices.IndexFunc(g.settings.issuers, func(i issuer) bool { return i.accepts(q.caller) })
	if n < 0 {
		return refuses
	}
	rights := g.settings.issuers[n].rights(q.caller, g.table.Claims())
	grant := g.table.Grant(rights)
	parsed, err := policycompiler.ParseARN(arn)
	if err != nil {
		return refuses
	}
	if g.settings.perRequest {
		rule, allow := policycompiler.Method(g.table, &grant, parsed)
		if rule < 0 || !allow || g.settings.denyEscapes && strings.Contains(parsed.Path, "%") {
			return refuses // the policy denies the method
		}
		return allows
	}
	doc, err := g.policyFor(parsed.Prefix(), rights, &grant)
	if err != nil {
		return refuses
	}
	switch doc.Evaluate(iampolicy.Request{Action: iampolicy.InvokeAction, Resource: arn}).Outcome {
	case iampolicy.Allowed:
		return allows
	case iampolicy.ImplicitDeny:
		return silent
	}
	return refuses
}

// takes returns the kind of callers that an included authorizer accepts.
func (g *guard) takes() string {
	if g.settings.raw["session.keysArn"] != "" {
		return Session
	}
	return Token
}

// policyFor returns the included authorizer's policy for the whole API.
func (g *guard) policyFor(prefix string, r access.Rights, grant *access.Grant) (iampolicy.Document, error) {
	key := fmt.Sprintf("%s %q", prefix, r)
	if doc, ok := g.policies[key]; ok {
		return doc, nil
	}
	text, err := g.compiler.Append(nil, prefix, grant)
	if err != nil {
		return iampolicy.Document{}, err
	}
	doc, err := iampolicy.Parse(string(text))
	if err == nil {
		g.policies[key] = doc
	}
	return doc, err
}

// identity identifies the logic of an app's own function: two functions with the same identity decide alike. The
// function's name is part of it only if its code is not known.
func (g *guard) identity() string {
	text := g.Kind + " " + cmp.Or(g.Code, strings.Join(g.By, " ")) + " " + g.Handler + " " + strings.Join(g.Layers, " ")
	for _, v := range g.Variables {
		text += " " + v.Name + "=" + v.Value
	}
	return text
}
