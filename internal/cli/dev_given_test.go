package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDevGiven sets values that only a deployment knows: a variable with another resource's attribute, one with a
// dynamic reference, and a parameter without a default, which names the stage here.
func TestDevGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"manifest.json": `{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
			"environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "Shop.template.json"}}}}`,
		"Shop.template.json": `{"Parameters": {"Stage": {"Type": "String"}}, "Resources": {
			"Db": {"Type": "AWS::RDS::DBCluster"},
			"F": {"Type": "AWS::Lambda::Function", "Properties": {
				"Runtime": "provided.al2023", "Code": {"ZipFile": "x"}, "Environment": {"Variables": {
				"DB": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}, "KEY": "{{resolve:ssm:/key}}"}}}},
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
			"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
				"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
				"HttpMethod": "GET", "AuthorizationType": "NONE", "Integration": {"Type": "MOCK"}}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
			"Live": {"Type": "AWS::ApiGateway::Stage", "Properties": {
				"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "live"}},
			"Other": {"Type": "AWS::ApiGateway::Stage", "Properties": {
				"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": {"Ref": "Stage"}}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ways := []string{"--env DB=VALUE", "--env KEY=VALUE", "--parameters Shop:Stage=VALUE"}
	r, _ := start(t, dir, "--assembly", ".")
	for _, way := range ways {
		if out := r.stdout.String(); !strings.Contains(out, way) {
			t.Errorf("the output does not have %q:\n%s", way, out)
		}
	}
	r.stop(t)
	r, _ = start(t, dir, "--assembly", ".", "--env", "DB=127.0.0.1", "--env", "KEY=k", "--parameters",
		"Shop:Stage=blue", "--parameters", "Shop:Stag=blue", "--parameters", "Stage=red")
	out := r.stdout.String()
	if note := r.stderr.String(); !strings.Contains(note, "no template has the parameter Shop:Stag of --parameters") ||
		strings.Count(note, "--parameters") != 1 {
		t.Errorf("of the parameter that is misspelt, and of no other, want a note, got %q", note)
	}
	for _, way := range ways {
		if strings.Contains(out, way) {
			t.Errorf("the output has %q, although the value was given:\n%s", way, out)
		}
	}
	if !strings.Contains(out, r.url+"/blue") {
		t.Errorf("the output does not have the stage of the parameter:\n%s", out)
	}
	if got := get(t, r.url+"/blue/").StatusCode; got != 500 { // the MOCK has no template; a stage that is not known is 403
		t.Errorf("status %d", got)
	}
}

// TestDevWithoutPermission has a function that API Gateway may not invoke: its route is named at the start.
func TestDevWithoutPermission(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(permission string) {
		writeFile(
			t,
			filepath.Join(dir, "manifest.json"),
			`{"version": "48.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
			"environment": "aws://unknown-account/unknown-region", "properties": {"templateFile": "Shop.template.json"}}}}`,
		)
		writeFile(t, filepath.Join(dir, "Shop.template.json"), `{"Resources": {`+permission+`
			"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "provided.al2023", "Code": {"ZipFile": "x"}}},
			"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
			"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
				"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
				"HttpMethod": "GET", "AuthorizationType": "NONE",
				"Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST",
				"Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}}}},
			"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
			"Live": {"Type": "AWS::ApiGateway::Stage", "Properties": {
				"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "live"}}}}`)
	}
	const note = "no AWS::Lambda::Permission of the assembly lets API Gateway invoke Shop/F: " +
		"GET / of the stage live answers 500, here as on AWS"
	const allows = `"P": {"Type": "AWS::Lambda::Permission", "Properties": {
		"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "F"}, "Principal": "apigateway.amazonaws.com"}},`
	for permission, want := range map[string]bool{"": true, allows: false} {
		write(permission)
		r, _ := start(t, dir, "--assembly", ".")
		if got := strings.Contains(r.stdout.String()+r.stderr.String(), note); got != want {
			t.Errorf("with the permission %q the output has the note: %v, want %v\n%s", permission, got, want, r.stderr.String())
		}
		r.stop(t)
	}
}
