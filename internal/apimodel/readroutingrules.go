package apimodel

import (
	"strings"
)

const routingRuleType = "AWS::ApiGatewayV2::RoutingRule"

// readRoutingRules reads the routing rules of domains. byName has the domains by their names. A rule of a private
// domain, or of one whose ARN is not known, is left to [builder.readTexts].
//
// Sources:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-routingrule.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-rules.html
func (b *builder) readRoutingRules(byName map[string]*Domain) {
	b.rulesRead = map[ID]bool{}
	b.each(routingRuleType, func(r *reader) {
		r = r.notice()
		name := domainInARN(r.text("DomainNameArn"))
		if name == "" {
			return
		}
		d := byName[name]
		before := len(b.model.Problems)
		rule := r.routingRule(b.apis)
		if len(b.model.Problems) > before && rule.NotKnown == "" {
			rule.NotKnown = b.model.Problems[len(b.model.Problems)-1].What
		}
		if d == nil {
			if rule.API == nil {
				return
			}
			d = &Domain{ID: ID{r.id.Stack, name}, Name: name, Outside: true, Routing: RulesThenMappings}
			byName[name] = d
			b.model.Domains = append(b.model.Domains, d)
		}
		if d.Outside { // its mode is not known
			d.Routing = RulesThenMappings
		}
		b.rulesRead[r.id] = rule.NotKnown == ""
		d.Rules = append(d.Rules, rule)
	})
	for _, d := range b.model.Domains {
		d.sortRules()
		for i, rule := range d.Rules {
			what := ""
			switch {
			case i > 0 && rule.Priority == d.Rules[i-1].Priority:
				what = "it has the priority of " + d.Rules[i-1].ID.String() + ", and API Gateway refuses two rules of one " +
					"priority"
			case !d.Routing.Rules():
				what = "the routing mode of the domain " + d.Name + " has no routing rules: API Gateway refuses it"
			}
			if what != "" {
				b.problem(Problem{ID: rule.ID, What: what})
			}
		}
	}
}

// domainInARN returns the name of a public domain in its ARN, such as
// "arn:aws:apigateway:eu-west-1::/domainnames/api.example.com". That of a private one ends in an ID after a plus sign.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
func domainInARN(arn string) string {
	_, name, found := strings.Cut(arn, ":/domainnames/")
	if !found || strings.Contains(name, "+") {
		return ""
	}
	return name
}

// routingRule reads a routing rule.
func (r *reader) routingRule(apis map[string]*API) *RoutingRule {
	out := &RoutingRule{ID: r.id, RuleID: r.attribute("RoutingRuleId")}
	if n := r.integer("Priority"); n != nil {
		out.Priority = *n
	}
	if out.Priority < 1 || out.Priority > 1_000_000 {
		r.problem("its Priority: want one from 1 to 1,000,000")
	}
	for _, c := range r.objects("Conditions") {
		if c.has("MatchHeaders") {
			made := RoutingCondition{}
			for _, h := range c.object("MatchHeaders").objects("AnyOf") {
				made.Headers = append(made.Headers, HeaderGlob{h.need("Header"), h.need("ValueGlob")})
			}
			out.Conditions = append(out.Conditions, made)
		}
		if c.has("MatchBasePaths") {
			made := RoutingCondition{}
			for _, p := range c.object("MatchBasePaths").texts("AnyOf") {
				made.Paths = append(made.Paths, strings.Trim(p, "/"))
			}
			out.Conditions = append(out.Conditions, made)
		}
	}
	for _, c := range out.Conditions {
		if len(c.Headers)+len(c.Paths) == 0 {
			r.problem("one of its Conditions is empty")
		}
		for _, h := range c.Headers {
			if strings.Contains(strings.TrimSuffix(strings.TrimPrefix(h.Value, "*"), "*"), "*") {
				r.problem("its header value %q: a star may only be at the beginning and at the end", h.Value)
			}
		}
	}
	actions := r.objects("Actions")
	if len(actions) != 1 || !actions[0].has("InvokeApi") {
		r.problem("its Actions: want one InvokeApi")
		return out
	}
	invoke := actions[0].object("InvokeApi")
	out.API, out.Stage, out.StripBasePath = apis[invoke.need("ApiId")], invoke.need("Stage"), invoke.bool("StripBasePath")
	return out
}
