package apigateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

// shopAssembly is what "cdk synth" would write for an API with an open route, one for signed requests, and one that is
// not run here. It returns a function that removes the folder.
func shopAssembly() (dir string, remove func()) {
	const (
		manifest = `{"version": "54.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
			"environment": "aws://123456789012/eu-central-1", "properties": {"templateFile": "Shop.template.json"}}}}`
		part   = `{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"}, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": %q}}`
		method = `{"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": %q},
			"HttpMethod": "GET", "AuthorizationType": %q, "Integration": %s, "MethodResponses": [{"StatusCode": "200"}]}}`
		mock = `{"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"}, "IntegrationResponses": [{"StatusCode": "200"}]}`
		far  = `{"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "https://example.com"}`
	)
	template := `{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
		"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "prod", "DeploymentId": {"Ref": "Deployment"}}},
		"Health": ` + fmt.Sprintf(part, "health") + `, "GetHealth": ` + fmt.Sprintf(method, "Health", "NONE", mock) + `,
		"Orders": ` + fmt.Sprintf(part, "orders") + `, "GetOrders": ` + fmt.Sprintf(method, "Orders", "AWS_IAM", mock) + `,
		"Far": ` + fmt.Sprintf(part, "far") + `, "GetFar": ` + fmt.Sprintf(method, "Far", "NONE", far) + `}}`
	dir, err := os.MkdirTemp("", "example-")
	if err != nil {
		panic(err)
	}
	for name, text := range map[string]string{"manifest.json": manifest, "Shop.template.json": template} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	return dir, func() { os.RemoveAll(dir) }
}

// The gateway is an http.Handler: it serves on any listener, and a test can ask it without one.
func ExampleNew() {
	dir, remove := shopAssembly()
	defer remove()

	gateway, err := apigateway.New(apigateway.Options{
		Assembly: dir, // most often "cdk.out"
		Record: func(r *apigateway.Record) {
			fmt.Println(r.Answer.Status, r.Route, "guarded by", r.Verdict.Authorizer)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateway.Close()

	for _, path := range []string{"/prod/health", "/prod/orders"} {
		w := httptest.NewRecorder()
		gateway.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Printf("%s %d %q\n", path, w.Code, w.Body)
	}
	// Output:
	// 200 GET /health guarded by none
	// /prod/health 200 ""
	// 403 GET /orders guarded by AWS_IAM
	// /prod/orders 403 "{\"message\":\"Missing Authentication Token\"}"
}

// What cannot be honoured here is said, and answered by 501 for that route alone.
func ExampleGateway_Routes() {
	dir, remove := shopAssembly()
	defer remove()

	gateway, err := apigateway.New(apigateway.Options{Assembly: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateway.Close()
	for _, r := range gateway.Routes() {
		fmt.Println(r.Stage, r.Method.Verb, r.Method.Path, "served:", r.Why == "")
	}
	// Output:
	// prod GET /far served: false
	// prod GET /health served: true
	// prod GET /orders served: true
}

// In a test: with tokens in the form of the issuers that the API's authorizers trust. The folder is one that
// "GATEHOUSE_HOST_BUILD=1 cdk synth" wrote, or that the test has the app's stack synthesized into, as those of examples/ do.
func ExampleStart() {
	_ = func(t *testing.T) { // func TestReaders(t *testing.T)
		api := apigateway.Start(t, "cdk.out", apigateway.Options{})

		r, err := http.NewRequest("GET", api.URL+"/prod/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+api.Token(devissuer.TokenRequest{Scopes: []string{"orders:read"}}))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("a reader got %s", answer.Status)
		}
	}
}
