package rules

import "fmt"

// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html ("Rules can't have
// the same priority"), https://docs.aws.amazon.com/apigateway/latest/developerguide/set-routing-mode.html ("you can't
// create a routing rule", "you can't create an API mapping") and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-mode.html ("You can't create a routing
// rule for a public custom domain to a private API").
var refusedRouting = Rule{
	ID:       "domain-routing",
	Severity: Error,
	Why: "API Gateway does not create two routing rules of one priority at a domain, " +
		"nor routing rules or base paths that the domain's RoutingMode excludes.",
	Looks: "routing rules and base path mappings of every API at public domains of the app",
	WayOut: "write the rules in Domain.Rules, " +
		"or give each rule its own Priority and the domain a RoutingMode that has them",
	// What a mode excludes is a warning, since rules and mappings that are there already stay, and lead nowhere.
	check: func(v *view, report reporter) {
		modes := v.routingModes()
		first := map[string]string{} // the rule of each priority of a domain
		for _, r := range v.byType[typeRoutingRule] {
			arn, err := r.text("DomainNameArn")
			domain := domainInARN(arn)
			if err != nil || domain == "" {
				continue
			}
			if mode := modes[domain]; mode == "BASE_PATH_MAPPING_ONLY" || mode == "API_MAPPING_ONLY" {
				message := fmt.Sprintf("the domain %s has no routing rules, as its RoutingMode is %s", domain, mode)
				report(r, Finding{Severity: Warning, Message: message})
			}
			priority, known := scalar(r.property("Priority"))
			if key := domain + " " + priority; known {
				if other := first[key]; other != "" {
					report(r, Finding{Message: fmt.Sprintf("the rule %s of the domain %s has the priority %s too", other, domain,
						priority)})
				}
				first[key] = r.id
			}
		}
		for _, m := range v.mappings() {
			if modes[m.domain] == "ROUTING_RULE_ONLY" && m.api != nil {
				report(m.api.resource, Finding{API: m.api.name(), Severity: Warning, Message: fmt.Sprintf(
					"it is mapped to the domain %s, which has no base paths, as its RoutingMode is ROUTING_RULE_ONLY", m.domain)})
			}
		}
	},
}

// routingModes returns the routing modes of public domains, by domain name. A mode that is not known is left out.
func (v *view) routingModes() map[string]string {
	out := map[string]string{}
	for _, kind := range []struct{ name, mode string }{
		{"AWS::ApiGateway::DomainName", "BASE_PATH_MAPPING_ONLY"}, {"AWS::ApiGatewayV2::DomainName", "API_MAPPING_ONLY"},
	} {
		for _, r := range v.byType[kind.name] {
			name, err := r.text("DomainName")
			mode, notKnown := r.text("RoutingMode")
			if err != nil || notKnown != nil {
				continue
			}
			if mode == "" {
				mode = kind.mode // the default
			}
			out[name] = mode
		}
	}
	return out
}
