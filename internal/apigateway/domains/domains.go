// Package domains finds the API behind a custom domain, as API Gateway does: by the domain's routing rules in the order
// of their priorities, and then by the longest matching base path. The local gateway asks it for the API of a request.
//
//	d := domains.Find(model.Domains, "api.example.com")
//	to, found := domains.Choose(d, "/v1/orders", headers)
//
// It does not serve requests or check client certificates.
package domains

import (
	"net"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// Target is the API and stage to which a domain sends a request.
type Target struct {
	API   *apimodel.API // nil if the API is not in the assembly
	Stage string
	Base  string // the base path, which the API does not see, such as "/v1"; "" for none
	Path  string // the path that the API sees, with its leading slash
	Rule  string // the ID of the matching routing rule; "" for a base path
	By    string // the rule or base path in words, such as "routing rule 10 for path /v1" or "the base path /v1"

	// NotKnown says why the target is uncertain, such as a condition that is known only at deployment. It is "" if the
	// target is certain.
	NotKnown string
}

// Find returns the domain of a Host header, or nil. A domain name takes precedence over a wildcard domain. Find ignores
// domains outside the assembly, because their other targets are not known.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
func Find(list []*apimodel.Domain, host string) *apimodel.Domain {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, parent, _ := strings.Cut(host, ".")
	for _, name := range []string{host, "*." + parent} {
		i := slices.IndexFunc(list, func(d *apimodel.Domain) bool {
			return !d.Outside && d.Name != "" && strings.ToLower(d.Name) == name
		})
		if i >= 0 {
			return list[i]
		}
	}
	return nil
}

// Choose returns the target of a request to a domain. found is false if no rule and no base path matches.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules-examples.html and, for
// base paths, https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
func Choose(d *apimodel.Domain, path string, headers exchange.Headers) (to Target, found bool) {
	path = "/" + strings.TrimLeft(path, "/")
	for _, rule := range d.ActiveRules() {
		base, met := meets(rule, path, headers)
		if !met && rule.NotKnown == "" {
			continue
		}
		to = Target{
			API:      rule.API,
			Stage:    rule.Stage,
			Path:     path,
			Rule:     rule.RuleID,
			By:       rule.String(),
			NotKnown: rule.NotKnown,
		}
		if rule.StripBasePath {
			to.Base, to.Path = base, without(path, base)
		}
		return to, true
	}
	var best *apimodel.Mapping
	for _, m := range d.ActiveMappings() {
		if begins(path, m.Path) && (best == nil || len(m.Path) > len(best.Path)) {
			best = &m
		}
	}
	if best == nil {
		return Target{}, false
	}
	to = Target{API: best.API, Stage: best.Stage, By: "the base path /" + best.Path}
	if best.Path != "" {
		to.Base = "/" + best.Path
	}
	if to.Path = without(path, to.Base); to.Stage == "" { // the next segment of the path names the stage
		var rest string
		to.Stage, rest, _ = strings.Cut(to.Path[1:], "/")
		to.Path = "/" + rest
	}
	return to, true
}

// meets reports whether a request meets all conditions of a rule, and returns the longest base path that it matches.
func meets(rule *apimodel.RoutingRule, path string, headers exchange.Headers) (base string, met bool) {
	for _, c := range rule.Conditions {
		met := false
		for _, p := range c.Paths {
			if begins(path, p) && len(p) >= len(base) {
				met, base = true, "/"+p
			}
		}
		for _, h := range c.Headers {
			for value := range headers.Values(h.Name) {
				met = met || h.Matches(value)
			}
		}
		if !met {
			return "", false
		}
	}
	return base, true
}

// begins reports whether a path begins with the segments of a base path. The comparison is case-sensitive.
func begins(path, base string) bool {
	rest, found := strings.CutPrefix(path[1:], base)
	return found && (base == "" || rest == "" || rest[0] == '/')
}

// without returns a path without its base path.
func without(path, base string) string {
	return "/" + strings.TrimLeft(strings.TrimPrefix(path, base), "/")
}
