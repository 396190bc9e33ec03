package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

var changedAuthorizer = Rule{
	ID:       "changed-authorizer",
	Severity: Error,
	Why:      "What an authorizer caches by, for how long, and which function it asks are a part of who is admitted: another value serves one caller's answer to another, or asks code that is not the planned one.",
	Looks:    "the type, identity sources, cache time, validation expression, function, role and user pools of authorizers that Gatehouse built",
	WayOut:   "set it in the authorizer of Props instead of the resource, as in CacheTTL, Header, IdentitySources or Function",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeAuthorizer] {
			settings, ok := r.t.Notes[AuthorizerMetadata].(map[string]any)
			if !ok {
				continue
			}
			f := Finding{}
			if a, _ := v.apiOf(r); a != nil {
				f.API = a.name()
			}
			for _, what := range r.differences(settings) {
				f.Message = "the authorizer is not as it was planned: " + what
				report(r, f)
			}
		}
	},
}

// differences says how an authorizer differs from its plan.
func (r *resource) differences(settings map[string]any) (out []string) {
	planned := func(name string) any { return r.partly("Metadata."+AuthorizerMetadata+"."+name, settings[name]) }
	property := func(name string) any { return r.partly("Properties."+name, r.t.Properties[name]) }
	compare := func(what string, got, want any) {
		if !reflect.DeepEqual(got, want) {
			out = append(out, fmt.Sprintf("%s is %s, want %s", what, inJSON(got), inJSON(want)))
		}
	}
	compare("Type", property("Type"), planned("type"))
	var sources any
	if list, ok := planned("sources").([]any); ok && len(list) > 0 {
		var all []string
		for _, s := range list {
			t, _ := scalar(s)
			all = append(all, t)
		}
		sources = strings.Join(all, ",")
	} else if s := planned("source"); s != nil {
		sources = s
	}
	compare("IdentitySource", nilIfEmpty(property("IdentitySource")), sources)
	ttl, _ := scalar(property("AuthorizerResultTtlInSeconds"))
	if want, _ := scalar(planned("ttl")); ttl != want {
		out = append(out, fmt.Sprintf("AuthorizerResultTtlInSeconds is %s, want %s", inJSON(property("AuthorizerResultTtlInSeconds")), want))
	}
	compare("IdentityValidationExpression", property("IdentityValidationExpression"), planned("expression"))
	compare("AuthorizerCredentials", property("AuthorizerCredentials"), planned("role"))
	if pools, ok := planned("pools").([]any); ok {
		compare("ProviderARNs", property("ProviderARNs"), any(pools))
	}
	if function, ok := scalar(planned("function")); ok {
		uri, _ := scalar(property("AuthorizerUri"))
		if !strings.HasSuffix(uri, "/functions/"+function+"/invocations") {
			out = append(out, fmt.Sprintf("AuthorizerUri is %s, want the one of the function %s", inJSON(property("AuthorizerUri")), function))
		}
	} else if settings["function"] != nil && !strings.Contains(inJSON(property("AuthorizerUri")), inJSON(planned("function"))) {
		out = append(out, fmt.Sprintf("AuthorizerUri is %s, want the one of the function %s", inJSON(property("AuthorizerUri")), inJSON(planned("function"))))
	}
	return out
}

func nilIfEmpty(v any) any {
	if v == "" {
		return nil
	}
	return v
}

var cachedWithoutIdentity = Rule{
	ID:       "cache-without-identity",
	Severity: Error,
	Why:      "An authorizer's cache finds the answer by the identity sources: without one, nothing tells callers apart.",
	Looks:    "REQUEST authorizers of every API",
	WayOut:   "name an identity source, such as method.request.header.Authorization, or set AuthorizerResultTtlInSeconds to 0",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeAuthorizer] {
			kind, err := r.text("Type")
			source, sourceErr := r.text("IdentitySource")
			ttl := r.choose("AuthorizerResultTtlInSeconds")
			cached := slices.ContainsFunc(ttl.values, func(t string) bool { return t != "0" }) // "" is the default of 300
			if err != nil || kind != "REQUEST" || sourceErr != nil || source != "" || !cached {
				continue
			}
			f := Finding{Message: "the authorizer caches its answers and has no identity source"}
			if a, _ := v.apiOf(r); a != nil {
				f.API = a.name()
			}
			report(r, f)
		}
	},
}
