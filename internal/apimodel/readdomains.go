package apimodel

import "strings"

// readDomains reads custom domains with what is behind them. Nothing of them keeps a request from being served: callers
// of a local run name the stage.
//
// Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-domainname.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-domainname.html
func (b *builder) readDomains() {
	byName := map[string]*Domain{}
	for _, kind := range []string{"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"} {
		b.each(kind, func(r *reader) {
			r = r.notice()
			d := &Domain{ID: r.id, Name: r.text("DomainName")}
			if r.has("MutualTlsAuthentication") {
				d.Truststore = r.object("MutualTlsAuthentication").text("TruststoreUri")
			}
			byName[r.physicalID()] = d
			if d.Name != "" {
				byName[d.Name] = d
			}
			b.model.Domains = append(b.model.Domains, d)
		})
	}
	for kind, names := range map[string]struct{ api, path string }{
		"AWS::ApiGateway::BasePathMapping": {"RestApiId", "BasePath"},
		"AWS::ApiGatewayV2::ApiMapping":    {"ApiId", "ApiMappingKey"},
	} {
		b.each(kind, func(r *reader) {
			r = r.notice()
			d, api := byName[r.text("DomainName")], b.apis[r.text(names.api)]
			if d != nil && api != nil {
				d.Mappings = append(d.Mappings,
					Mapping{API: api, Stage: r.text("Stage"), Path: strings.Trim(r.text(names.path), "/")})
			}
		})
	}
}
