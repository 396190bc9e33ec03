package openapi

import (
	"slices"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestServers(t *testing.T) {
	api, other := &apimodel.API{ExecuteAPIDisabled: true}, &apimodel.API{}
	to := func(path string) []apimodel.Mapping { return []apimodel.Mapping{{API: api, Stage: "prod", Path: path}} }
	for _, test := range []struct {
		name        string
		domains     []*apimodel.Domain
		api         *apimodel.API
		want        []string
		certificate bool
	}{
		{name: "no domain", api: api},
		{
			name: "a domain and a base path", api: api,
			domains: []*apimodel.Domain{
				{Name: "a.example.com", Mappings: to("")}, {Name: "b.example.com", Mappings: to("shop/v1")},
			},
			want: []string{"https://a.example.com", "https://b.example.com/shop/v1"},
		},
		{
			name: "a name that a deployment decides", api: api,
			domains: []*apimodel.Domain{{Mappings: to("")}, {Name: "${Name}", Mappings: to("")}},
		},
		{
			name: "a wildcard", api: api, domains: []*apimodel.Domain{{Name: "*.example.com", Mappings: to("")}},
		},
		{
			name: "the domain of another API", api: other,
			domains: []*apimodel.Domain{{Name: "a.example.com", Mappings: to(""), Truststore: "s3://b/k"}},
		},
		{
			name: "rules alone", api: api,
			domains: []*apimodel.Domain{{
				Name: "a.example.com", Mappings: to(""), Routing: apimodel.RulesOnly, Truststore: "s3://b/k",
				Rules: []*apimodel.RoutingRule{{API: api, Stage: "prod"}},
			}},
			certificate: true,
		},
		{
			name: "mutual TLS", api: api,
			domains:     []*apimodel.Domain{{Name: "a.example.com", Mappings: to(""), Truststore: "s3://b/k"}},
			want:        []string{"https://a.example.com"},
			certificate: true,
		},
		{
			name: "mutual TLS at one of two domains", api: api,
			domains: []*apimodel.Domain{
				{Name: "a.example.com", Mappings: to(""), Truststore: "s3://b/k"},
				{Name: "b.example.com", Mappings: to("")},
			},
			want: []string{"https://a.example.com", "https://b.example.com"},
		},
		{
			name: "mutual TLS and an open execute-api address", api: &apimodel.API{},
			domains: []*apimodel.Domain{{Name: "a.example.com", Mappings: to(""), Truststore: "s3://b/k"}},
			want:    []string{"https://a.example.com"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, d := range test.domains {
				for i := range d.Mappings {
					if test.api != other {
						d.Mappings[i].API = test.api
					}
				}
			}
			model := &apimodel.Model{Domains: test.domains}
			if got := ServersOf(model, test.api); !slices.Equal(got, test.want) {
				t.Errorf("got the servers %q, want %q", got, test.want)
			}
			if got := NeedsCertificate(model, test.api); got != test.certificate {
				t.Errorf("needs a certificate: got %v, want %v", got, test.certificate)
			}
		})
	}
}
