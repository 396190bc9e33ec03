package localgateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// shopAssembly writes what "cdk synth" would write for an API with an open route, one for signed requests, and one that
// is not supported. It returns a function that removes the folder.
func shopAssembly() (dir string, remove func()) {
	const (
		manifest = `{"version": "54.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
			"environment": "aws://123456789012/eu-central-1", "properties": {"templateFile": "Shop.template.json"}}}}`
		part = `{"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": {"Ref": "Api"},
			"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"PathPart": %q}}`
		method = `{"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "Api"}, "ResourceId": {"Ref": %q},
			"HttpMethod": "GET", "AuthorizationType": %q, "Integration": %s, "MethodResponses": [{"StatusCode": "200"}]}}`
		mock = `{"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"},
			"IntegrationResponses": [{"StatusCode": "200"}]}`
		far = `{"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "https://example.com"}`
	)
	template := `{"Resources": {
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
		"Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}}},
		"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"},
			"StageName": "prod", "DeploymentId": {"Ref": "Deployment"}}},
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

// In a test, Start serves an assembly on loopback. The folder is one that "GATEHOUSE_HOST_BUILD=1 cdk synth" wrote, or
// one into which the test itself synthesizes the stack, as the tests in examples/ do.
func ExampleStart() {
	_ = func(t *testing.T) { // func TestReaders(t *testing.T)
		api := localgateway.Start(t, "cdk.out", localgateway.Options{})

		r, err := http.NewRequest("GET", api.URL+"/prod/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		token := api.Token(localgateway.TokenRequest{Scopes: []string{"orders:read"}})
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %s for a reader", answer.Status)
		}
	}
}

// A gateway is an http.Handler: a test can call it without a listener, from any address.
func ExampleGateway_ServeHTTP() {
	dir, remove := shopAssembly()
	defer remove()

	gateway, err := localgateway.New(dir, localgateway.Options{
		Record: func(r *localgateway.Record) {
			fmt.Println(r.SourceIP, r.Route, r.Status, "guarded by", r.Authorizer)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateway.Close()

	for _, path := range []string{"/prod/health", "/prod/orders"} {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "203.0.113.7:40000"
		w := httptest.NewRecorder()
		gateway.ServeHTTP(w, r)
		fmt.Printf("%s %d %q\n", path, w.Code, w.Body)
	}
	// Output:
	// 203.0.113.7 GET /health 200 guarded by none
	// /prod/health 200 ""
	// 203.0.113.7 GET /orders 403 guarded by AWS_IAM
	// /prod/orders 403 "{\"message\":\"Missing Authentication Token\"}"
}

// A record says why a request was denied: which check failed, and what it found.
func ExampleRecord() {
	dir, remove := shopAssembly()
	defer remove()

	gateway, err := localgateway.New(dir, localgateway.Options{
		Record: func(r *localgateway.Record) {
			for _, c := range r.Checks {
				fmt.Println(c.Name, c.Passed)
			}
			fmt.Println(r.Reason)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateway.Close()
	gateway.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/prod/orders", nil))
	// Output:
	// signature false
	// Missing Authentication Token: neither an Authorization header nor X-Amz-Algorithm in the query
}

// A route that the gateway cannot serve as API Gateway would answers 501.
func ExampleGateway_Routes() {
	dir, remove := shopAssembly()
	defer remove()

	gateway, err := localgateway.New(dir, localgateway.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gateway.Close()
	for _, r := range gateway.Routes() {
		fmt.Println(r.Stage, r.Method, r.Path, r.State)
	}
	// Output:
	// prod GET /far unsupported
	// prod GET /health served
	// prod GET /orders served
}
