package rules

import (
	"cmp"
	"fmt"
	"maps"
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
		"that Gatehouse did not build it warns",
	WayOut: "give the route that tells the caller ForwardCaller in place of its own mapping, or map the header on this " +
		"method too, for example to the text 'not given'",
	check: func(v *view, report reporter) {
		backends := map[string][]proxied{}
		for _, m := range v.methods {
			if p, ok := m.proxied(); ok {
				backends[p.backend] = append(backends[p.backend], p)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(backends)) {
			tellers := map[string]*method{} // the first method that maps each header from the caller
			for _, p := range backends[key] {
				for name, from := range p.headers {
					if tellers[name] == nil && name != "authorization" && slices.ContainsFunc(from, p.tells) {
						tellers[name] = p.method
					}
				}
			}
			for _, p := range backends[key] {
				for _, name := range slices.Sorted(maps.Keys(tellers)) {
					what := p.forgeable(name)
					if what == "" {
						continue
					}
					f := Finding{Severity: Warning, Message: fmt.Sprintf("the method %s %s, and the backend learns from it who calls "+
						"%s", p.key(), what, tellers[name].key())}
					if p.api != nil {
						f.API = p.api.name()
						if p.api.plan != nil {
							f.Severity = Error
						}
					}
					report(p.resource, f)
				}
			}
		}
	},
}

// proxied is a method with an HTTP_PROXY integration.
type proxied struct {
	*method
	backend string

	// What headers are mapped from, by names in lower case; "" if that is not known. Names in different case are one
	// header, and no source says which of their mappings counts.
	headers map[string][]string
}

// proxied reads the integration of a method. It returns false if the integration is of another type, or if its backend
// or its headers are not known.
func (m *method) proxied() (p proxied, ok bool) {
	i, _ := m.property("Integration").(map[string]any)
	kind, _ := i["Type"].(string)
	uri, ok := i["Uri"].(string)
	scheme, rest, isURL := strings.Cut(uri, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	named := strings.Contains(host, "{") // the request names the host, or a stage variable does
	if strings.ToUpper(kind) != "HTTP_PROXY" || !ok || !isURL || named {
		return p, false
	}
	scheme, host = strings.ToLower(scheme), strings.ToLower(host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
	p = proxied{m, scheme + "://" + host + " " + inJSON(i["IntegrationTarget"]), map[string][]string{}}
	parameters, ok := i["RequestParameters"].(map[string]any)
	if !ok && i["RequestParameters"] != nil {
		return p, false
	}
	for _, to := range slices.Sorted(maps.Keys(parameters)) {
		if intrinsic(to) {
			return p, false
		}
		if name, is := strings.CutPrefix(to, "integration.request.header."); is {
			from, _ := parameters[to].(string)
			p.headers[strings.ToLower(name)] = append(p.headers[strings.ToLower(name)], from)
		}
	}
	return p, true
}

// tells reports whether a mapping expression is a value of the caller from the method's guard.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping-sources.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
func (m *method) tells(from string) bool {
	switch from {
	case "context.identity.caller", "context.identity.user", "context.identity.userArn",
		"context.identity.cognitoIdentityId":
		return m.mayHaveType(authIAM)
	}
	return strings.HasPrefix(from, "context.authorizer.") && (m.why != "" || slices.ContainsFunc(m.types, hasContext))
}

// forgeable describes how a client can set a header that the backend receives. It returns "" if the client cannot, or
// if the mapping is not known.
func (p proxied) forgeable(header string) string {
	if len(p.headers[header]) == 0 {
		return "passes the client's header " + header + " on"
	}
	for _, from := range p.headers[header] {
		switch {
		case chosenByCaller(from):
			return fmt.Sprintf("maps the header %s from %s, which the client writes", header, from)
		case strings.HasPrefix(from, "context.authorizer.") && !p.tells(from):
			return fmt.Sprintf("maps the header %s from %s, and has no authorizer that returns it", header, from)
		}
	}
	return ""
}

var changedCaller = Rule{
	ID:       "changed-caller",
	Severity: Error,
	Why: "A backend behind an API with ForwardCaller takes its caller from headers. Without their mapping, or with " +
		"another one, clients may write these headers.",
	Looks:  "the headers that methods with an HTTP integration of the table's routes map",
	WayOut: "leave the RequestParameters as secureapi.New writes them",
	check: eachPlanned(func(a *api, report reporter) {
		for _, m := range a.methods {
			i, _ := m.resolvePartly("Properties.Integration", m.t.Properties["Integration"]).(map[string]any)
			if kind, known := i["Type"].(string); known && !strings.HasPrefix(strings.ToUpper(kind), "HTTP") {
				continue // nothing else gets the headers
			}
			has := map[string]string{} // by names in lower case, like [proxied.headers]
			parameters, _ := i["RequestParameters"].(map[string]any)
			for _, to := range slices.Sorted(maps.Keys(parameters)) {
				from, ok := parameters[to].(string)
				if !ok {
					from = inJSON(parameters[to])
				}
				if another := has[strings.ToLower(to)]; another != "" {
					from = another + " and " + from
				}
				has[strings.ToLower(to)] = from
			}
			for _, key := range slices.Sorted(maps.Keys(a.plan.callers)) {
				header, is := strings.CutPrefix(key, m.key()+" ")
				from := has[strings.ToLower("integration.request.header."+header)]
				if want := a.plan.callers[key]; is && from != want {
					report(m.resource, Finding{API: a.name(), Message: fmt.Sprintf("the method %s maps the header %s from %s by "+
						"the table, and from %s in the template", m.key(), header, want, cmp.Or(from, "nothing"))})
				}
			}
		}
	}),
}
