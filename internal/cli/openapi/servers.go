package openapi

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// ServersOf returns the URLs at which the custom domains of an assembly serve an API, in the order of the templates. It
// leaves out domains with a wildcard, or with a name that is not known before a deployment. Routing rules that take
// some requests of a domain away do not change its URL, and those that lead to the API are left out, since OpenAPI has
// no conditions.
func ServersOf(model *apimodel.Model, api *apimodel.API) (urls []string) {
	for _, d := range model.Domains {
		if d.Name == "" || strings.Contains(d.Name, "${") || strings.Contains(d.Name, "*") {
			continue
		}
		for _, m := range d.ActiveMappings() {
			if m.API == api {
				urls = append(urls, strings.TrimSuffix("https://"+d.Name+"/"+m.Path, "/"))
			}
		}
	}
	return urls
}

// NeedsCertificate reports whether each way to an API requires a client certificate: its execute-api address is closed,
// and all domains that lead to it have mutual TLS.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
func NeedsCertificate(model *apimodel.Model, api *apimodel.API) bool {
	needs := false
	for _, d := range model.Domains {
		if !leadsTo(d, api) {
			continue
		}
		if d.Truststore == "" {
			return false
		}
		needs = true
	}
	return needs && api.ExecuteAPIDisabled
}

func leadsTo(d *apimodel.Domain, api *apimodel.API) bool {
	for _, m := range d.ActiveMappings() {
		if m.API == api {
			return true
		}
	}
	for _, rule := range d.ActiveRules() {
		if rule.API == api {
			return true
		}
	}
	return false
}
