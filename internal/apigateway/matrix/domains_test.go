package matrix

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// TestDomainLines lists what leads from a domain to an API: routing rules and base paths.
func TestDomainLines(t *testing.T) {
	api := &apimodel.API{Name: "Api", Stages: []*apimodel.Stage{{Name: "prod"}}}
	m, err := Of(&apimodel.Model{APIs: []*apimodel.API{api}, Domains: []*apimodel.Domain{{
		Name: "api.example.com", Truststore: "s3://b/k", Routing: apimodel.RulesThenMappings,
		Rules: []*apimodel.RoutingRule{{Priority: 10, API: api, Stage: "prod", Conditions: []apimodel.RoutingCondition{
			{Headers: []apimodel.HeaderGlob{{Name: "x-version", Value: "beta"}}}, {Paths: []string{"v1"}},
		}}},
		Mappings: []apimodel.Mapping{{API: api, Stage: "prod", Path: "orders"}, {Stage: "prod"}},
	}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	const want = "  domain api.example.com, routing rule 10 for header x-version: beta and path /v1: stage prod, " +
		"with a client certificate of s3://b/k\n" +
		"  domain api.example.com/orders: stage prod, with a client certificate of s3://b/k\n"
	if text := string(m.Text()); !strings.Contains(text, want) {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	read, err := Parse(m.JSON())
	if err != nil || string(read.Text()) != string(m.Text()) {
		t.Errorf("saved and read: %v\n%s", err, read.Text())
	}
}
