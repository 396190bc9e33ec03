package apimodel

import (
	"fmt"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestDomains reads domains of both kinds with their mappings. A mapping names its domain by reference or by name.
func TestDomains(t *testing.T) {
	a, err := cloudassembly.Parse("Shop", []byte(`{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Api"}},
		"Domain": {"Type": "AWS::ApiGateway::DomainName", "Properties": {"DomainName": "a.example",
			"MutualTlsAuthentication": {"TruststoreUri": "s3://trust/ca.pem"}}},
		"Other": {"Type": "AWS::ApiGatewayV2::DomainName", "Properties": {"DomainName": "b.example"}},
		"Map": {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": {"DomainName": {"Ref": "Domain"},
			"RestApiId": {"Ref": "Api"}, "Stage": "prod", "BasePath": "v1"}},
		"Named": {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": {"DomainName": "b.example",
			"ApiId": {"Ref": "Api"}, "Stage": "prod"}},
		"Foreign": {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": {"DomainName": "c.example",
			"RestApiId": {"Ref": "Api"}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := Read(a, cloudassembly.Options{})
	var got []string
	for _, d := range m.Domains {
		for _, mapping := range d.Mappings {
			got = append(got, fmt.Sprintf("%s %v %q %s %s %q", d.Name, d.Outside, d.Truststore, mapping.API.Name, mapping.Stage,
				mapping.Path))
		}
	}
	want := `[a.example false "s3://trust/ca.pem" Api prod "v1" b.example false "" Api prod "" c.example true "" Api  ""]`
	if text := fmt.Sprint(got); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	for _, p := range m.Problems {
		if p.Blocks {
			t.Errorf("a domain blocks: %s", p)
		}
	}
}
