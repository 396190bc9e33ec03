package apimodel

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// readDomains reads custom domains and the APIs behind them. Their problems block no request to a stage.
//
// Sources:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-domainname.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-domainname.html
func (b *builder) readDomains() {
	byName := map[string]*Domain{}
	for _, kind := range []string{"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"} {
		b.each(kind, func(r *reader) {
			r = r.notice()
			d := &Domain{ID: r.id, Name: r.text("DomainName"), Routing: r.routing()}
			if r.has("MutualTlsAuthentication") {
				d.Truststore = r.truststore()
			}
			byName[r.physicalID()] = d
			if d.Name != "" {
				byName[d.Name] = d
			}
			b.model.Domains = append(b.model.Domains, d)
		})
	}
	for _, names := range []struct{ kind, api, path string }{
		{"AWS::ApiGateway::BasePathMapping", "RestApiId", "BasePath"},
		{"AWS::ApiGatewayV2::ApiMapping", "ApiId", "ApiMappingKey"},
	} {
		b.each(names.kind, func(r *reader) {
			r = r.notice()
			d, api := byName[r.text("DomainName")], b.apis[r.text(names.api)]
			if name := r.text("DomainName"); d == nil && api != nil && name != "" {
				d = &Domain{ID: ID{r.id.Stack, name}, Name: name, Outside: true, Routing: MappingsOnly}
				byName[name] = d
				b.model.Domains = append(b.model.Domains, d)
			}
			if d != nil && d.Outside {
				r.problem("the domain %s is not in the assembly, and so%s", d.Name, notServed)
			}
			if d != nil {
				d.Mappings = append(d.Mappings,
					Mapping{API: api, Stage: r.text("Stage"), Path: strings.Trim(r.text(names.path), "/")})
			}
		})
	}
	b.readRoutingRules(byName)
}

// routing returns the routing mode of a domain. If it is not known, rules and mappings both count.
func (r *reader) routing() RoutingMode {
	if _, unresolved := r.values["RoutingMode"].(cloudassembly.Unresolved); unresolved {
		r.get("RoutingMode")
		return RulesThenMappings
	}
	mode, ok := routingModes[r.text("RoutingMode")]
	if !ok {
		r.problem("its RoutingMode %q is not one: want %s, %s or %s", r.text("RoutingMode"), MappingsOnly, RulesOnly,
			RulesThenMappings)
		return RulesThenMappings
	}
	return mode
}

// truststore returns the location of a domain's certificates, or the template's text if that does not resolve.
func (r *reader) truststore() string {
	const property = "MutualTlsAuthentication"
	in := r.object(property)
	uri := in.text("TruststoreUri")
	if uri == "" {
		return cloudassembly.Written(r.resource.Properties[property])
	}
	if version := in.text("TruststoreVersion"); version != "" {
		uri += " version " + version
	}
	return uri
}
