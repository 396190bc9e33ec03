package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDevLimited makes the printed requests to APIs that admit only some addresses, or require parameters. Each answer
// must be the printed one.
func TestDevLimited(t *testing.T) {
	t.Parallel()
	const (
		method = `{"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "GET", KIND,
			"Integration": {"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"},
				"IntegrationResponses": [{"StatusCode": "200"}]},
			"MethodResponses": [{"StatusCode": "200"}]}}`
		open   = `"AuthorizationType": "NONE"`
		pooled = `"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": {"Ref": "Auth"}`
		signed = `"AuthorizationType": "AWS_IAM"`
		wants  = open + `, "RequestValidatorId": {"Ref": "Valid"}, "RequestParameters": {
			"method.request.querystring.q": true, "method.request.header.X-Tenant": true}`

		invoke  = `"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"`
		allowed = `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", ` + invoke + `, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`
		denied = `{"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", ` + invoke + `},
			{"Effect": "Deny", ` + invoke + `, "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}`
	)
	// This is the policy of a PRIVATE API, which is only reached through one VPC endpoint.
	const endpoint = `!{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", ` + invoke + `},
		{"Effect": "Deny", ` + invoke + `, "Condition": {"StringNotEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d"]}}}]}`
	own := strings.ReplaceAll(endpoint, `"vpce-0a1b2c3d"`, `{"Ref": "Endpoint"}`)
	// These are gateway responses. The test removes them from the method again.
	const (
		missing      = `#MISSING_AUTHENTICATION_TOKEN 404`
		unauthorized = `#UNAUTHORIZED 418`
		odd          = `#UNAUTHORIZED 199`
		others       = `#DEFAULT_4XX 451`
	)
	sourceIP := []string{"--source-ip", "203.0.113.7"}
	for _, c := range []struct {
		name, policy, kind string
		args               []string
		want               []int
	}{
		{"open, allowed from elsewhere", allowed, open, nil, []int{403}},
		{"open, denied here", denied, open, nil, []int{403}},
		{"a user pool, allowed from elsewhere", allowed, pooled, nil, []int{403, 401}},
		{"a user pool, denied here", denied, pooled, nil, []int{403, 401}},
		{"IAM, allowed from elsewhere: the caller's own policy is enough", allowed, signed, nil, []int{200, 403}},
		{"IAM, denied here", denied, signed, nil, []int{403, 403}},
		{"open, from there", denied, open, sourceIP, []int{200}},
		{"a user pool, from there", denied, pooled, sourceIP, []int{200, 401}},
		{"a private API, from no endpoint", endpoint, open, nil, []int{403}},
		{"a private API, from an address", endpoint, open, sourceIP, []int{403}},
		{"a private API, from another endpoint", endpoint, open, []string{"--source-vpce", "vpce-0f0f0f0f"}, []int{403}},
		{"a private API, from its endpoint", endpoint, pooled, []string{"--source-vpce", "vpce-0a1b2c3d"}, []int{200, 401}},
		{"a private API, from no endpoint of its stack", own, open, nil, []int{403}},
		{"parameters", "", wants, nil, []int{200}},
		{"an unsigned request's own status", "", signed + missing, nil, []int{200, 404}},
		{"a missing token's own status", "", pooled + unauthorized, nil, []int{200, 418}},
		{"one that is not understood does not count", "", pooled + odd, nil, []int{200, 401}},
		{"the default's status", denied, open + others, nil, []int{451}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			kind, response, _ := strings.Cut(c.kind, "#")
			responseType, status, _ := strings.Cut(response, " ")
			if response == "" {
				responseType, status = "THROTTLED", "429"
			}
			policy, isPrivate := strings.CutPrefix(c.policy, "!")
			endpoints := `["REGIONAL"]`
			if isPrivate {
				endpoints = `["PRIVATE"]`
			}
			if policy == "" {
				policy = `{"Ref": "AWS::NoValue"}`
			}
			for name, text := range map[string]string{
				"manifest.json": `{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
					"properties": {"templateFile": "Shop.template.json"}}}}`,
				"Shop.template.json": `{"Resources": {
					"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop",
						"EndpointConfiguration": {"Types": ` + endpoints + `}, "Policy": ` + policy + `}},
					"Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"ServiceName": "execute-api", "VpcId": "vpc-1"}},
					"Auth": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {
						"RestApiId": {"Ref": "Api"}, "Name": "a", "Type": "COGNITO_USER_POOLS",
						"IdentitySource": "method.request.header.Authorization",
						"ProviderARNs": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1Cd2Ef3"]}},
					"Valid": {"Type": "AWS::ApiGateway::RequestValidator", "Properties": {
						"RestApiId": {"Ref": "Api"}, "ValidateRequestParameters": true}},
					"Get": ` + strings.Replace(method, "KIND", kind, 1) + `,
					"Response": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {"RestApiId": {"Ref": "Api"},
						"ResponseType": "` + responseType + `", "StatusCode": "` + status + `"}},
					"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
					"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {
						"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "prod"}}}}`,
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			r, _ := start(t, dir, append([]string{"--assembly", "."}, c.args...)...)
			if got := r.tryAll(t); !slices.Equal(got, c.want) {
				t.Errorf("the statuses %v, want %v:\n%s", got, c.want, r.stdout.String())
			}
			out := r.stdout.String()
			if c.kind == wants && !strings.Contains(out, "X-Tenant: 1") ||
				c.kind == wants && !strings.Contains(out, "/prod/?q=1") {
				t.Errorf("the parameters are not in the line:\n%s", out)
			}
			wayOut := "--source-ip"
			if isPrivate {
				wayOut = "set the VPC endpoint that requests come through with --source-vpce, such as --source-vpce vpce-"
				if c.policy == endpoint {
					wayOut += "0a1b2c3d"
				}
			}
			if note := strings.Contains(r.stderr.String()+out, wayOut); note != strings.Contains(
				out,
				"does not allow this machine",
			) {
				t.Errorf("the output has the fix: %v:\n%s%s", note, out, r.stderr.String())
			}
		})
	}
}
