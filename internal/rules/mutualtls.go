package rules

import (
	"fmt"
	"strconv"
	"strings"
)

var openEndpoint = Rule{
	ID:       "mutual-tls-bypass",
	Severity: Error,
	Why: "A custom domain with mutual TLS requires client certificates. The API's execute-api endpoint, which is " +
		"open by default, does not. Nor does another domain of the API without mutual TLS.",
	Looks: "REST APIs that a base path mapping or a routing rule of the assembly puts behind a domain with " +
		"MutualTlsAuthentication. If they are also behind a domain of the assembly without it, it warns",
	WayOut: "set DisableExecuteApiEndpoint to true (RestApiProps.DisableExecuteApiEndpoint), and require client " +
		"certificates at each domain",
	check: func(v *view, report reporter) {
		domains, open := v.mutualTLS()
		if len(domains) == 0 {
			return
		}
		told := map[mapping]bool{}
		mappings := append(v.mappings(), v.routingRules()...)
		for _, m := range mappings {
			domain, is := domains[m.domain]
			if !is || m.api == nil {
				continue
			}
			for _, other := range mappings {
				if name := open[other.domain]; name != "" && other.api == m.api && !told[other] {
					told[other] = true
					report(m.api.resource, Finding{API: m.api.name(), Severity: Warning, Message: fmt.Sprintf(
						"the domain %s asks for client certificates (mutual TLS), and callers without one reach the API by the "+
							"domain %s", domain, name)})
				}
			}
		}
		for _, m := range mappings {
			domain, is := domains[m.domain]
			if !is || m.api == nil || told[m] || !m.api.endpointOpen() {
				continue
			}
			told[m] = true
			report(m.api.resource, Finding{API: m.api.name(), Message: fmt.Sprintf(
				"the domain %s asks for client certificates (mutual TLS), and callers without one reach the API by its "+
					"execute-api endpoint", domain)})
		}
	},
}

// mutualTLS returns the domains that require client certificates, and those that do not, by their names in mappings.
// Both kinds of domains serve REST APIs.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-domainname.html
func (v *view) mutualTLS() (required, open map[string]string) {
	required, open = map[string]string{}, map[string]string{}
	for _, kind := range []string{"AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"} {
		for _, r := range v.byType[kind] {
			settings, _ := r.property("MutualTlsAuthentication").(map[string]any)
			out := required
			switch {
			case r.t.Properties["MutualTlsAuthentication"] == nil:
				out = open
			case settings["TruststoreUri"] == nil:
				continue
			}
			if name, err := r.text("DomainName"); err == nil && name != "" {
				out[name] = name
			} else if ref := r.ref(); ref != "" {
				out[ref] = r.id
			}
		}
	}
	return required, open
}

// mapping is a REST API behind a custom domain.
type mapping struct {
	api    *api // nil if it is not in the assembly, or not known
	domain string
}

func (v *view) mappings() (out []mapping) {
	for _, kind := range []struct{ name, api string }{
		{"AWS::ApiGateway::BasePathMapping", "RestApiId"}, {"AWS::ApiGatewayV2::ApiMapping", "ApiId"},
	} {
		for _, r := range v.byType[kind.name] {
			id, err := r.text(kind.api)
			domain, notKnown := r.text("DomainName")
			if err == nil && notKnown == nil {
				out = append(out, mapping{v.byID[id], domain})
			}
		}
	}
	return out
}

// domainInARN returns the name of a public domain in its ARN; "" for a private one, whose ARN ends in an ID.
func domainInARN(arn string) string {
	_, name, _ := strings.Cut(arn, ":/domainnames/")
	if strings.Contains(name, "+") {
		return ""
	}
	return name
}

const typeRoutingRule = "AWS::ApiGatewayV2::RoutingRule"

// routingRules returns the REST APIs to which routing rules of public domains lead.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-routingrule.html
func (v *view) routingRules() (out []mapping) {
	for _, r := range v.byType[typeRoutingRule] {
		arn, err := r.text("DomainNameArn")
		domain := domainInARN(arn)
		if err != nil || domain == "" {
			continue
		}
		actions, _ := r.property("Actions").([]any)
		for _, action := range actions {
			fields, _ := action.(map[string]any)
			invoke, _ := fields["InvokeApi"].(map[string]any)
			if id, known := invoke["ApiId"].(string); known {
				out = append(out, mapping{v.byID[id], domain})
			}
		}
	}
	return out
}

// endpointOpen reports whether callers can reach the API by its execute-api endpoint. If a parameter decides, it is
// assumed to be open for an API that Gatehouse built, and closed for any other. An OpenAPI document can also close it.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-endpoint-configuration.html
func (a *api) endpointOpen() bool {
	c := a.choose("DisableExecuteApiEndpoint")
	if c.why != "" {
		return a.plan != nil
	}
	for _, text := range c.values {
		if disabled, err := strconv.ParseBool(text); err == nil && disabled {
			continue
		}
		return !a.documentCloses()
	}
	return false
}

// documentCloses reports whether an OpenAPI document of the API closes its endpoint, or may do so because it is not in
// the template.
func (a *api) documentCloses() bool {
	if a.t.Properties["BodyS3Location"] != nil {
		return true
	}
	body, isMap := a.property("Body").(map[string]any)
	if !isMap {
		return a.t.Properties["Body"] != nil
	}
	for name := range body {
		if intrinsic(name) {
			return true
		}
	}
	places := []any{body["x-amazon-apigateway-endpoint-configuration"]} // OpenAPI 2
	servers, _ := body["servers"].([]any)                               // OpenAPI 3
	for _, s := range servers {
		server, _ := s.(map[string]any)
		places = append(places, server["x-amazon-apigateway-endpoint-configuration"])
	}
	for _, place := range places {
		settings, _ := place.(map[string]any)
		if disabled, set := settings["disableExecuteApiEndpoint"]; set && disabled != false && disabled != "false" {
			return true
		}
	}
	return false
}
