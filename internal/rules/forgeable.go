package rules

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var forgeableHeader = Rule{
	ID:       "forgeable-header",
	Severity: Error,
	Why: "An HTTP_PROXY integration passes the client's headers on, except for those that it maps. If one method tells " +
		"a backend its caller by a header, and another method of the backend does not set that header, clients of the " +
		"other method can name any caller.",
	Looks: "methods of one backend (load balancer, scheme, host and port) with an HTTP_PROXY integration, and headers " +
		"that one of them maps from context.authorizer or the IAM identity, other than Authorization; for methods of APIs " +
		"that Gatehouse did not build it warns. It also warns if the deployment decides whether two hosts are the same, or " +
		"what a header is mapped from. Equal expressions are the same host",
	WayOut: "give the route that tells the caller ForwardCaller in place of its own mapping, or map the header on this " +
		"method too, for example to the text 'not given'",
	check: func(v *view, report reporter) {
		var all []proxied
		for _, m := range v.methods {
			all = append(all, m.proxied()...)
		}
		for _, m := range v.methods {
			found := map[string]Finding{} // by header
			for _, p := range all {
				if p.method == m {
					p.addFindings(all, found)
				}
			}
			for _, name := range slices.Sorted(maps.Keys(found)) {
				report(m.resource, found[name])
			}
		}
	},
}

// proxied is a method with an HTTP_PROXY integration, for one outcome of the conditions in it.
type proxied struct {
	*method
	outcome
	url, target string // expressions: scheme, host and port, and the load balancer

	// headers has the expressions that headers are mapped from, by names in lower case. Names in different case are one
	// header, and no source says which of their mappings counts.
	headers map[string][]headerSource

	doubt  string // why it may not be an HTTP_PROXY integration; "" if it is one
	unread string // why its headers are not known; "" if they are
}

// headerSource is what a header is mapped from: an expression, and how messages show it.
type headerSource struct{ from, shown string }

// proxied returns the integration of a method for each outcome of the conditions in which it may be an HTTP_PROXY.
func (m *method) proxied() (out []proxied) {
	for _, o := range m.outcomes(m.t.Properties["Integration"]) {
		if p, ok := m.proxiedIn(o); ok {
			out = append(out, p)
		}
	}
	return out
}

func (m *method) proxiedIn(o outcome) (p proxied, ok bool) {
	i, isMap := o.value.(map[string]any)
	if !isMap && o.value != nil || hasIntrinsic(i) {
		const why = "its Integration is known only at deployment"
		return proxied{method: m, outcome: o, url: gap(m.String()), doubt: why, unread: why}, true
	}
	kind := m.chooseFrom(i["Type"], 0)
	may := slices.ContainsFunc(kind.values, func(t string) bool { return strings.EqualFold(t, "HTTP_PROXY") })
	if !may && kind.why == "" || i["Uri"] == nil {
		return p, false
	}
	p = proxied{
		method: m, outcome: o, url: m.backendOf(i["Uri"]), target: m.expression(i["IntegrationTarget"]),
		headers: map[string][]headerSource{},
	}
	if kind.why != "" || len(kind.values) > 1 {
		p.doubt = "its Type is known only at deployment"
	}
	raw := m.resolvePartly("Properties.Integration.RequestParameters", i["RequestParameters"])
	parameters, isMap := raw.(map[string]any)
	if !isMap && raw != nil || hasIntrinsic(parameters) {
		p.unread = "its RequestParameters are known only at deployment"
		return p, true
	}
	for _, to := range slices.Sorted(maps.Keys(parameters)) {
		name, is := strings.CutPrefix(strings.ToLower(to), "integration.request.header.")
		if is && parameters[to] != nil {
			p.headers[name] = append(p.headers[name], m.mappings(parameters[to])...)
		}
	}
	return p, true
}

// hasIntrinsic reports whether a map is or has a call of an intrinsic function.
func hasIntrinsic(m map[string]any) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(m)), intrinsic)
}

// mappings returns what a header may be mapped from: each value that is allowed, or one expression.
func (m *method) mappings(raw any) (out []headerSource) {
	c := m.chooseFrom(raw, 0)
	if c.why != "" {
		return []headerSource{{m.expression(raw), inJSON(raw)}}
	}
	for _, from := range c.values {
		out = append(out, headerSource{withGaps(from), from})
	}
	return out
}

var (
	stageVariable = regexp.MustCompile(`\$\{stageVariables\.\w+\}`)
	pathParameter = regexp.MustCompile(`\{[^{}]*\}`)
	hasPort       = regexp.MustCompile(`(:\d+|\x00)$`)
)

var defaultPort = map[string]string{"http": ":80", "https": ":443"}

// backendOf returns the scheme, the host and the port of a URI, with the default one if it has none. A stage variable
// is the same for the methods of an API, and a part that the request names is the same for no two methods.
func (m *method) backendOf(uri any) string {
	of := m.String()
	if m.api != nil {
		of = m.api.resource.String()
	}
	text := stageVariable.ReplaceAllStringFunc(m.expression(uri), func(name string) string { return gap(of, name) })
	scheme, rest, isURL := strings.Cut(text, "://")
	if !isURL {
		scheme, rest = "", text // a gap has the scheme
	}
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	host = pathParameter.ReplaceAllStringFunc(strings.ToLower(host), func(name string) string {
		return gap(m.String(), name)
	})
	if !isURL {
		return host
	}
	scheme = strings.ToLower(scheme)
	if !hasPort.MatchString(host) { // a gap at the end may have one
		host += defaultPort[scheme]
	}
	return scheme + "://" + host
}

// mayReach reports whether the method may have the same backend as another one, and whether it has.
func (p proxied) mayReach(other proxied) (may, is bool) {
	portless := func(url string) string {
		scheme, _, _ := strings.Cut(url, "://")
		return strings.TrimSuffix(url, defaultPort[scheme])
	}
	if portless(p.url) == portless(other.url) && p.target == other.target {
		return true, true
	}
	return mayBeEqual(p.url, other.url) && (p.target == "") == (other.target == "") && mayBeEqual(p.target, other.target),
		false
}

// addFindings adds how clients of the method can name the caller of another method, or why that cannot be told, by
// header. A header that certainly names the caller comes before others.
func (p proxied) addFindings(all []proxied, found map[string]Finding) {
	for _, teller := range all {
		may, is := p.mayReach(teller)
		if !may || !p.compatible(teller.outcome) {
			continue
		}
		if p.unread != "" && teller.method != p.method {
			p.add(found, "", Finding{Severity: Warning, Message: fmt.Sprintf(unsure+"the method %s names its caller by a "+
				"header that clients of %s can set: %s", p.key(), teller.key(), p.unread)})
		}
		for _, name := range slices.Sorted(maps.Keys(teller.headers)) {
			how, why := p.forgeable(name)
			tells, surely := teller.tellsBy(name)
			if !tells || how == "" && why == "" || name == "authorization" || !surely && teller.method == p.method {
				continue
			}
			why = cmp.Or(why, p.doubt)
			f := Finding{Severity: Error}
			if !is || !surely || teller.doubt != "" {
				f.Severity = Warning
			}
			switch {
			case !surely:
				why = cmp.Or(why, "what "+teller.key()+" maps it from is known only at deployment")
			case teller.doubt != "":
				why = cmp.Or(why, teller.key()+": "+teller.doubt)
			case !is:
				why = cmp.Or(why, "their backends are known only at deployment, and may be the same")
			}
			f.Message = fmt.Sprintf("the method %s %s, and the backend learns from it who calls %s", p.key(), how, teller.key())
			if why != "" {
				f.Message = fmt.Sprintf(unsure+"clients of the method %s can name the caller of %s by the header %s: %s", p.key(),
					teller.key(), name, why)
			}
			p.add(found, name, f)
		}
	}
	if len(found) > 1 {
		delete(found, "")
	}
}

// unsure begins the message of a finding that depends on the deployment.
const unsure = "it cannot be told whether "

// add adds a finding about a header, unless there is one that is as severe. For an API that Gatehouse did not build, it
// is a warning.
func (p proxied) add(found map[string]Finding, header string, f Finding) {
	if p.api == nil || p.api.plan == nil {
		f.Severity = Warning
	}
	if p.api != nil {
		f.API = p.api.name()
	}
	old, some := found[header]
	better := strings.HasPrefix(old.Message, unsure) && !strings.HasPrefix(f.Message, unsure)
	if !some || old.Severity == Warning && f.Severity == Error || better {
		found[header] = f
	}
}

// callerVariables are the variables that say who calls; identityVariables are those of them that need AWS_IAM.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
var identityVariables = []string{
	"context.identity.caller", "context.identity.user", "context.identity.userArn", "context.identity.cognitoIdentityId",
}

const authorizerVariables = "context.authorizer."

// tells reports whether an expression is a value of the caller that the method's guard may give, and gives in any case.
func (m *method) tells(from string) (may, always bool) {
	gives := func(kind string) bool { return kind == authIAM }
	switch {
	case strings.HasPrefix(from, authorizerVariables):
		gives = hasContext
	case !slices.Contains(identityVariables, from):
		return false, false
	}
	lacks := func(kind string) bool { return !gives(kind) }
	return m.why != "" || slices.ContainsFunc(m.types, gives), m.why == "" && !slices.ContainsFunc(m.types, lacks)
}

// tellsBy reports whether the method may tell its backend the caller by a header, and whether that is certain.
func (p proxied) tellsBy(header string) (may, surely bool) {
	for _, of := range p.headers[header] {
		if tells, _ := p.tells(of.from); tells {
			return true, true
		}
		may = may || hasGap(of.from) && slices.ContainsFunc(append([]string{authorizerVariables}, identityVariables...),
			func(variable string) bool {
				tells, _ := p.tells(variable)
				return tells && startAlike(of.from, variable)
			})
	}
	return may, false
}

// forgeable describes how a client can set a header that the backend receives. If that is known only at deployment, it
// returns why. Both are "" if the client cannot.
func (p proxied) forgeable(header string) (how, why string) {
	switch {
	case p.unread != "":
		return "", p.unread
	case len(p.headers[header]) == 0:
		return "passes the client's header " + header + " on", ""
	}
	for _, of := range p.headers[header] {
		from := of.from
		may, always := p.tells(from)
		isCaller := strings.HasPrefix(from, authorizerVariables) || slices.Contains(identityVariables, from)
		switch {
		case strings.HasPrefix(from, "'") && strings.HasSuffix(from, "'") || always:
		case chosenByCaller(from):
			return fmt.Sprintf("maps the header %s from %s, which the client writes", header, of.shown), ""
		case isCaller && !may:
			return fmt.Sprintf("maps the header %s from %s, and has no authorizer that returns it", header, of.shown), ""
		case isCaller:
			why = "which authorizer returns " + of.shown + " is known only at deployment"
		case hasGap(from) && (startAlike(from, "method.request.") || startAlike(from, "context.")):
			why = "it maps the header from " + of.shown
		}
	}
	return "", why
}
