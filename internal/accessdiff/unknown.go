package accessdiff

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
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
	if was.KeySource != is.KeySource && asksKeys(was) && asksKeys(is) {
		say("API keys come from another source, and who has one cannot be compared", was.KeySource, is.KeySource)
	}
	unknownInvokers(was, is, say)
	unknownTexts(was.Unread, is.Unread, say)
	for _, both := range authorizersOf(was, is) {
		unknownAuthorizer(both[0], both[1], is.Stack, say)
		proofTable(both[0], both[1], is.Stack, add)
	}
	for _, a := range slices.Concat(was.Authorizers, is.Authorizers) {
		if a.Included && len(settingsOf(is.Stack, a.Variables).issuers) == 0 {
			say("the settings of the authorizer "+a.Name+" cannot be read from the template, so that no token can be tried "+
				"on its routes", "", "")
		}
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

// authorizersOf returns pairs of authorizers to compare, the old and the new one: those with the same name, and those
// that guard the same route, for example after one was renamed.
func authorizersOf(was, is matrix.API) (out [][2]matrix.Authorizer) {
	seen := map[[2]string]bool{}
	named := func(api matrix.API, name string) (matrix.Authorizer, bool) {
		i := slices.IndexFunc(api.Authorizers, func(a matrix.Authorizer) bool { return a.Name == name })
		if i < 0 {
			return matrix.Authorizer{}, false
		}
		return api.Authorizers[i], true
	}
	add := func(before, after string) {
		x, some := named(was, before)
		y, also := named(is, after)
		if some && also && !seen[[2]string{before, after}] {
			seen[[2]string{before, after}] = true
			out = append(out, [2]matrix.Authorizer{x, y})
		}
	}
	for _, a := range is.Authorizers {
		add(a.Name, a.Name)
	}
	for _, r := range is.Routes {
		for _, old := range was.Routes {
			if r.String() == old.String() && r.Authorizer != "" && old.Authorizer != "" &&
				(r.Kind == old.Kind || isLambda(r.Kind) && isLambda(old.Kind)) {
				add(old.Authorizer, r.Authorizer)
			}
		}
	}
	return out
}

// unknownAuthorizer reports what cannot be compared between two authorizers.
func unknownAuthorizer(was, is matrix.Authorizer, stack string, say func(text, before, after string)) {
	name := is.Name
	lambda := isLambda(is.Kind)
	x, y := &guard{Authorizer: was}, &guard{Authorizer: is}
	switch {
	case was.Included != is.Included || isLambda(was.Kind) != lambda || !lambda:
	case !is.Included && was.Kind != is.Kind && was.Name != is.Name: // reported for the routes
	case !is.Included && was.Kind != is.Kind:
		say("the authorizer "+name+" gives its function a "+strings.ToUpper(is.Kind)+" event (was "+
			strings.ToUpper(was.Kind)+"), and which callers it allows cannot be compared", was.Kind, is.Kind)
	case !is.Included && x.identity() == y.identity():
	case !is.Included && was.Code != is.Code:
		say("the code of the authorizer "+name+" changed, and which callers it allows cannot be compared", was.Code, is.Code)
	case !is.Included:
		say("the function of the authorizer "+name+", its handler, layers or environment changed, and which callers it "+
			"allows cannot be compared", strings.Join(was.By, ", "), strings.Join(is.By, ", "))
	default:
		if was.Code != is.Code {
			say("the code of the authorizer "+name+", which has a main package of its own, changed, and what a hook in it does "+
				"cannot be compared", was.Code, is.Code)
		}
		unknownSettings(name, settingsOf(stack, was.Variables), settingsOf(stack, is.Variables), say)
		unknownLogin(name, was.Variables, is.Variables, say)
		unknownVariables(name, was.Variables, is.Variables, say)
		if !slices.Equal(was.Layers, is.Layers) {
			say("the layers of the authorizer "+name+" changed, and what their code does cannot be compared",
				strings.Join(was.Layers, ", "), strings.Join(is.Layers, ", "))
		}
	}
	alike := (was.Kind == is.Kind || lambda && isLambda(was.Kind)) && was.Included == is.Included
	if alike && was.Validation != is.Validation &&
		(is.Kind != matrix.Cognito || is.Audiences == nil && is.Validation != "") {
		say("the authorizer "+name+" checks tokens against "+cmp.Or(is.Validation, "no expression")+" (was "+
			cmp.Or(was.Validation, "no expression")+"), which cannot be compared", was.Validation, is.Validation)
	}
}

// isLambda reports whether a Lambda function decides.
func isLambda(kind string) bool { return kind == matrix.Token || kind == matrix.Request }

// compared are the settings of an included authorizer whose changes are covered by comparing which tokens it accepts.
// unaffecting are settings that do not affect who may call, or whose effect is compared elsewhere: how long withdrawn
// keys are accepted, how long cached answers are, and which table has the used proofs.
var compared = []string{
	"url", "audiences", "clients", "clientClaim", "algorithms", "type", "tokenUse", "scopesClaim", "groupsClaim",
	"rolesClaim", "principalClaim", "acceptBoundTokens", "certificateBound", "dpopBound", "maxLifetimeSeconds",
	"leewaySeconds", "perRequest", "denyEscapedPaths",
}

var unaffecting = []string{"noTokenCache", "noMetrics", "contextClaims", "maxKeyAgeSeconds", "staleCeilingSeconds",
	"tokenSources", "policyEndsWithToken", "proofTable"}

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
				say("the keys of issuer "+host(y.id)+" come from "+keySource(y.keys)+" (was "+keySource(x.keys)+
					"), and who can sign with them cannot be compared", orNone(x.keys), orNone(y.keys))
			}
			if x.id == y.id && y.withdrawn > x.withdrawn {
				say("keys that issuer "+host(y.id)+" withdraws count for up to "+period(y.withdrawn)+" (was "+period(x.withdrawn)+
					"), and who has one cannot be compared", period(x.withdrawn), period(y.withdrawn))
			}
		}
	}
	const session = "session.keysArn"
	for _, key := range differing(was.raw, is.raw) {
		if strings.HasPrefix(key, "session.") && (was.raw[session] == "") != (is.raw[session] == "") {
			continue // sessions instead of tokens or vice versa: the callers differ
		}
		before, after := was.raw[key], is.raw[key]
		base := key
		if _, rest, ok := strings.Cut(key, "]."); ok && strings.HasPrefix(key, "issuers[") {
			base = rest
		}
		base, _, _ = strings.Cut(base, "[")
		top, _, _ := strings.Cut(base, ".")
		of := strings.HasPrefix(key, "issuers[") &&
			slices.Contains([]string{"jwksUrl", "secretArn", "secretField", "introspection"}, top)
		if key == "" || of || slices.Contains(compared, top) || slices.Contains(unaffecting, top) {
			continue
		}
		say("the setting "+key+" of the authorizer "+name+" is "+orNone(after)+" (was "+orNone(before)+
			"), and its effect on access cannot be compared", orNone(before), orNone(after))
	}
}

// unsure reports requests that a policy allows under conditions that may not be met, for each caller that IAM knows by
// name. A loss of this kind is reported if it is known which requests the conditions allow.
func (p pair) unsure(gains []gain, add func(Change)) {
	var names []string
	by := map[string][]gain{}
	for _, g := range gains {
		if p.lost && len(g.env.assumed) > 0 {
			continue
		}
		name := p.word("more callers", "fewer callers")
		if g.caller.Kind == Signer {
			name = p.signer(g.caller)
		}
		if by[name] == nil {
			names = append(names, name)
		}
		by[name] = append(by[name], g)
	}
	all := by[p.signer(&caller{Caller: Caller{Permitted: true}})]
	for _, name := range names {
		g := by[name]
		if c := g[0].caller; c.Kind == Signer && !c.standsForAll() && p.amongEvery(c) && coveredBy(g, all) {
			continue
		}
		route, on := p.routesInSentence(g)
		effect, verb := Unknown, " may call"
		if p.lost {
			effect = Lost
		}
		if p.lost && g[0].caller.Kind == Signer {
			verb = " may no longer call"
		}
		add(Change{Route: route, Effect: effect, Text: name + verb + cmp.Or(on, " all routes") + " under " +
			underConditions(g)})
	}
}

// keySource says where keys come from.
func keySource(keys string) string { return cmp.Or(keys, "the URL in its metadata") }

// unknownLogin reports settings of the login whose sessions an authorizer accepts. Who gets a session, and for how
// long, is not decided.
func unknownLogin(name string, was, is []matrix.Variable, say func(text, before, after string)) {
	settings := func(list []matrix.Variable) map[string]string {
		out := map[string]string{}
		for _, v := range list {
			if key, own := strings.CutPrefix(v.Name, login.Variable+"."); own {
				out[key] = v.Value
			}
		}
		return out
	}
	before, after := settings(was), settings(is)
	if len(before) == 0 || len(after) == 0 {
		takes := func(list []matrix.Variable) bool { return settingsOf("", list).raw["session.keysArn"] != "" }
		if len(before) != len(after) && takes(was) && takes(is) { // otherwise the callers differ
			say("the login for the authorizer "+name+" is not known on one side, and who gets a session cannot be compared",
				"", "")
		}
		return
	}
	for _, key := range differing(before, after) {
		say("the setting "+key+" of the login for the authorizer "+name+" is "+orNone(after[key])+" (was "+
			orNone(before[key])+"), and who gets a session cannot be compared", orNone(before[key]), orNone(after[key]))
	}
}

// isOf reports whether a variable of a matrix is the named one, or a value in it.
func isOf(name, variable string) bool {
	return name == variable || strings.HasPrefix(name, variable+".")
}

// unknownVariables reports variables of an included authorizer that are not its settings. Some make Lambda or Go run
// other code or trust other keys: AWS_LAMBDA_EXEC_WRAPPER, SSL_CERT_FILE, HTTPS_PROXY.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
func unknownVariables(name string, was, is []matrix.Variable, say func(text, before, after string)) {
	others := func(list []matrix.Variable) map[string]string {
		out := map[string]string{}
		for _, v := range list {
			if !isOf(v.Name, authz.ConfigVariable) && !isOf(v.Name, login.Variable) {
				out[v.Name] = v.Value
			}
		}
		return out
	}
	before, after := others(was), others(is)
	for _, key := range differing(before, after) {
		say("the variable "+key+" of the authorizer "+name+" is "+orNone(after[key])+" (was "+orNone(before[key])+
			"), and its effect on access cannot be compared", orNone(before[key]), orNone(after[key]))
	}
}

// unknownPrincipal reports grants that cannot be compared.
func unknownPrincipal(was, is matrix.Principal, api matrix.API, say func(text, before, after string)) {
	if !slices.ContainsFunc(api.Routes, func(r matrix.Route) bool { return r.Kind == matrix.IAM }) {
		return
	}
	who := signerName(&caller{Caller: Caller{Name: is.Name}}, true)
	if is.User {
		who = "user" + strings.TrimPrefix(who, "role")
	}
	switch {
	case reflect.DeepEqual(was.Policy, is.Policy):
	case is.Policy.NotKnown != "":
		say("the policies of "+who+" are not read in full, so what it may call is not known: "+is.Policy.NotKnown,
			was.Policy.NotKnown, is.Policy.NotKnown)
	case was.Policy.NotKnown != "": // it may call more than before, such as without a boundary
		say("the policies of "+who+" were not read in full, so what it may call now cannot be compared: "+was.Policy.NotKnown,
			was.Policy.NotKnown, "")
	}
	if was.Trust != is.Trust && was.Trust != "" && is.Trust != "" {
		say("another trust policy says who may assume "+who+", which may call routes, and who that is cannot be compared",
			was.Trust, is.Trust)
	}
	for _, arn := range is.Managed {
		if !slices.Contains(was.Managed, arn) {
			say(who+" has the managed policy "+arn+", which is not in the assembly", "", arn)
		}
	}
}
