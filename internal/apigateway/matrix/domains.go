package matrix

import (
	"cmp"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// waysFrom returns what leads from a domain to an API: routing rules and base paths that can match requests.
func waysFrom(d *apimodel.Domain, api *apimodel.API) (out []Domain) {
	made := Domain{Name: cmp.Or(d.Name, d.ID.String()), Truststore: d.Truststore}
	if d.Outside {
		made.Truststore = OutsideTruststore
	}
	// elsewhere are the rules that lead to others than a stage of the API.
	elsewhere := func(rules []*apimodel.RoutingRule, stage string) (names []string) {
		for _, rule := range rules {
			if rule.API != api || rule.Stage != stage {
				names = append(names, takes(rule))
			}
		}
		return names
	}
	rules, mappings := d.ActiveRules(), d.ActiveMappings()
	for i, rule := range rules {
		if rule.API == api {
			by := made
			by.Stage, by.Rule, by.Except = rule.Stage, rule.String(), elsewhere(rules[:i], rule.Stage)
			out = append(out, by)
		}
	}
	for _, m := range mappings {
		if m.API != api {
			continue
		}
		by := made
		by.Name, by.Stage, by.Except = strings.TrimSuffix(made.Name+"/"+m.Path, "/"), m.Stage, elsewhere(rules, m.Stage)
		for _, other := range mappings {
			longer := len(other.Path) > len(m.Path) && (m.Path == "" || strings.HasPrefix(other.Path, m.Path+"/"))
			if longer && (other.API != api || other.Stage != m.Stage) {
				by.Except = append(by.Except, "the base path /"+other.Path)
			}
		}
		out = append(out, by)
	}
	return out
}

// takes describes what a rule takes from those behind it. It leaves out the priority, which may change without that.
func takes(rule *apimodel.RoutingRule) string {
	switch when := rule.When(); {
	case rule.NotKnown != "":
		return "a routing rule that is not known in full"
	case when == "":
		return "a routing rule for every request"
	default:
		return "a routing rule for " + when
	}
}
