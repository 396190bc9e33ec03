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
	Why: "An authorizer's cache key, its cache time and its function decide who is admitted. With another value, " +
		"a caller can get another caller's answer, or other code than the planned one decides.",
	Looks: "the type, identity sources, cache time, validation expression, function, role, user pools and JWT " +
		"configuration of authorizers that Gatehouse built",
	WayOut: "set the value in the authorizer of Props instead of the resource, for example in CacheTTL, Header, " +
		"IdentitySources or Function",
	check: func(v *view, report reporter) {
		for _, r := range v.byType[typeAuthorizer] {
			settings, ok := r.t.Metadata[AuthorizerMetadata].(map[string]any)
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

// differences describes how an authorizer differs from its plan.
func (r *resource) differences(settings map[string]any) (out []string) {
	planned := func(name string) any { return r.resolvePartly("Metadata."+AuthorizerMetadata+"."+name, settings[name]) }
	compare := func(name string, want any) {
		if got := r.property(name); !sameValue(got, want) {
			out = append(out, fmt.Sprintf("%s is %s, want %s", name, inJSON(got), inJSON(want)))
		}
	}
	for _, c := range []struct{ setting, property string }{
		{"type", "Type"}, {"source", "IdentitySource"}, {"ttl", "AuthorizerResultTtlInSeconds"},
		{"expression", "IdentityValidationExpression"}, {"role", "AuthorizerCredentials"}, {"pools", "ProviderARNs"},
		{"jwt", "JwtConfiguration"},
	} {
		if settings[c.setting] != nil {
			compare(c.property, planned(c.setting))
		}
	}
	if list, ok := planned("sources").([]any); ok {
		all := make([]string, len(list))
		for i, s := range list {
			all[i], _ = scalar(s)
		}
		compare("IdentitySource", strings.Join(all, ","))
	}
	if settings["function"] != nil && !invokes(r.property("AuthorizerUri"), planned("function")) {
		out = append(out, fmt.Sprintf("AuthorizerUri is %s, want the one of the function %s",
			inJSON(r.property("AuthorizerUri")), inJSON(planned("function"))))
	}
	return out
}

// sameValue compares values as CloudFormation does. Scalars are compared as strings, and an unset value equals an empty
// one.
func sameValue(got, want any) bool {
	g, isScalar := scalar(got)
	w, wantScalar := scalar(want)
	if (isScalar || got == nil) && (wantScalar || want == nil) {
		return g == w
	}
	return reflect.DeepEqual(got, want)
}

// invokes reports whether a URI invokes a function.
func invokes(uri, function any) bool {
	text, known := scalar(uri)
	arn, is := scalar(function)
	if known && is {
		return strings.HasSuffix(text, "/functions/"+arn+"/invocations")
	}
	return strings.Contains(inJSON(uri), inJSON(function)) // both are known only at deployment
}

var cachedWithoutIdentity = Rule{
	ID:       "cache-without-identity",
	Severity: Error,
	Why:      "API Gateway finds a cached answer by the identity sources. Without one, all callers share an answer.",
	Looks:    "REQUEST authorizers of every API",
	WayOut: "name an identity source, such as method.request.header.Authorization, or set " +
		"AuthorizerResultTtlInSeconds to 0",
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
