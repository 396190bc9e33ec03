package localgateway_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestPrivate calls a private API through the VPC and the endpoint that the options name.
func TestPrivate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
			"properties": {"templateFile": "Shop.template.json"}}}}`,
		"Shop.template.json": `{"Resources": {
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {
				"Name": "shop", "EndpointConfiguration": {"Types": ["PRIVATE"]},
				"Policy": {"Version": "2012-10-17", "Statement": [{
					"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", "Condition": {
						"StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d", "aws:SourceVpce": "vpce-0a1b2c3d"},
						"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}}]}}},
			"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
				"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET",
				"AuthorizationType": "NONE", "MethodResponses": [{"StatusCode": "200"}], "Integration": {
					"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"},
					"IntegrationResponses": [{"StatusCode": "200"}]}}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
			"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {
				"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "prod"}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const vpc, endpoint, inside = "vpc-0a1b2c3d", "vpce-0a1b2c3d", "10.1.2.3"
	for name, c := range map[string]struct {
		options localgateway.Options
		want    int
	}{
		"from nowhere":           {localgateway.Options{}, 403},
		"all of it":              {localgateway.Options{SourceVPC: vpc, SourceVPCEndpoint: endpoint, SourceIP: inside}, 200},
		"another endpoint":       {localgateway.Options{SourceVPC: vpc, SourceVPCEndpoint: "vpce-1", SourceIP: inside}, 403},
		"no VPC":                 {localgateway.Options{SourceVPCEndpoint: endpoint, SourceIP: inside}, 403},
		"an address that is not": {localgateway.Options{SourceVPC: vpc, SourceVPCEndpoint: endpoint}, 403},
	} {
		g, err := localgateway.New(dir, c.options)
		if err != nil {
			t.Fatal(err)
		}
		if got := status(t, g, "/prod"); got != c.want {
			t.Errorf("%s: got the status %d, want %d", name, got, c.want)
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}
