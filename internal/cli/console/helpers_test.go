package console

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

const (
	address = "127.0.0.1:3000"
	base    = "http://" + address
)

type object = map[string]any

// These write the resources of a template.
var ref, resource, path = assemblytest.Ref, assemblytest.Resource, assemblytest.Path

func invocation(function string) object { return assemblytest.Invocation("us-east-1", function) }

// method is answered by API Gateway itself, and so needs no function.
func method(path, verb, authorization string, changes ...object) object {
	p := object{
		"RestApiId":         ref("Api"),
		"ResourceId":        ref(path),
		"HttpMethod":        verb,
		"AuthorizationType": authorization,
		"Integration": object{
			"Type":                 "MOCK",
			"RequestTemplates":     object{"application/json": `{"statusCode": 200}`},
			"IntegrationResponses": []any{object{"StatusCode": "200"}},
		},
		"MethodResponses": []any{object{"StatusCode": "200"}},
	}
	for _, change := range changes {
		for name, value := range change {
			p[name] = value
		}
	}
	return resource("ApiGateway::Method", p)
}

// included is the configuration of an included authorizer function that reads its token from this place.
func included(kind, name string) object {
	settings := `{"issuers":[{"url":"https://idp.example.com","audiences":["shop"]}],` +
		`"tokenSources":[{"kind":"` + kind + `","name":"` + name + `"}]}`
	f := resource(
		"Lambda::Function",
		object{"Runtime": "provided.al2023", "Handler": "bootstrap", "Code": object{"S3Bucket": "b", "S3Key": "k"},
			"Environment": object{"Variables": object{"GATEHOUSE_AUTHORIZER": settings}}},
	)
	f["Metadata"] = object{"aws:asset:path": "code"}
	return f
}

// shop is an API with a route of each kind, in the stage prod.
func shop() object {
	pool := object{"AuthorizerId": ref("PoolAuth")}
	out := object{
		"Api":        resource("ApiGateway::RestApi", object{"Name": "shop"}),
		"Deployment": resource("ApiGateway::Deployment", object{"RestApiId": ref("Api")}),
		"Stage": resource(
			"ApiGateway::Stage",
			object{"RestApiId": ref("Api"), "StageName": "prod", "DeploymentId": ref("Deployment")},
		),

		"Pool":   resource("Cognito::UserPool", object{}),
		"Client": resource("Cognito::UserPoolClient", object{"UserPoolId": ref("Pool")}),
		"PoolAuth": resource(
			"ApiGateway::Authorizer",
			object{
				"RestApiId":      ref("Api"),
				"Name":           "pool",
				"Type":           "COGNITO_USER_POOLS",
				"IdentitySource": "method.request.header.X-Shop",
				"ProviderARNs":   []any{object{"Fn::GetAtt": []any{"Pool", "Arn"}}},
			},
		),

		"Open": path("", "open"), "GetOpen": method("Open", "GET", "NONE"),
		"Orders":    path("", "orders"),
		"GetOrders": method("Orders", "GET", "COGNITO_USER_POOLS", pool, object{"AuthorizationScopes": []any{"orders/read"}}),
		"Order":     path("Orders", "{id}"), "GetOrder": method("Order", "GET", "COGNITO_USER_POOLS", pool),
		"Files": path("", "files"), "File": path("Files", "{name+}"), "AnyFile": method("File", "ANY", "NONE"),
		"Signed": path("", "signed"), "GetSigned": method("Signed", "GET", "AWS_IAM"),
		"Keyed": path("", "keyed"), "PostKeyed": method("Keyed", "POST", "NONE", object{"ApiKeyRequired": true}),
		"Key": resource("ApiGateway::ApiKey", object{"Enabled": true, "Value": "a-key-of-twenty-signs"}),
		"Plan": resource(
			"ApiGateway::UsagePlan",
			object{"ApiStages": []any{object{"ApiId": ref("Api"), "Stage": ref("Stage")}}},
		),
		"Link": resource(
			"ApiGateway::UsagePlanKey",
			object{"KeyId": ref("Key"), "KeyType": "API_KEY", "UsagePlanId": ref("Plan")},
		),
		"Far": path("", "far"), "GetFar": method("Far", "GET", "NONE", object{"Integration": object{
			"Type":                  "HTTP_PROXY",
			"IntegrationHttpMethod": "GET",
			"Uri":                   "https://example.com",
		}}),
	}
	for id, source := range map[string][2]string{"Cookie": {"cookie", "session-of"}, "Query": {"querystring", "access"}} {
		out[id+"Fn"] = included(source[0], source[1])
		out[id+"Auth"] = resource(
			"ApiGateway::Authorizer",
			object{
				"RestApiId":                    ref("Api"),
				"Name":                         id,
				"Type":                         "REQUEST",
				"AuthorizerUri":                invocation(id + "Fn"),
				"AuthorizerResultTtlInSeconds": 0,
			},
		)
		out[id+"Path"] = path("", strings.ToLower(id))
		out[id+"Get"] = method(id+"Path", "GET", "CUSTOM", object{"AuthorizerId": ref(id + "Auth")})
	}
	return out
}

// write makes an assembly of one stack of these resources.
func write(t *testing.T, dir string, resources object) {
	t.Helper()
	template, err := json.Marshal(object{"Resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "code"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "code", "bootstrap"), []byte("#!/bin/false\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	const manifest = `{"version": "54.0.0", "artifacts": {"Shop": {"type": "aws:cloudformation:stack",
		"environment": "aws://123456789012/eu-west-1", "properties": {"templateFile": "Shop.template.json"}}}}`
	for name, content := range map[string][]byte{"manifest.json": []byte(manifest), "Shop.template.json": template} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tested is a console with its gateway. A test calls it without a server.
type tested struct {
	*Console
	gateway *apigateway.Gateway
	dir     string // of the assembly
}

func newConsole(t *testing.T, resources object) *tested {
	t.Helper()
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: t.TempDir() + "/keys", Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	var issuer atomic.Pointer[devissuer.Provider]
	site := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { issuer.Load().ServeHTTP(w, r) }),
	)
	t.Cleanup(site.Close)
	out := &tested{dir: t.TempDir()}
	write(t, out.dir, resources)
	out.gateway, err = apigateway.New(apigateway.Options{
		Assembly: out.dir,
		Issuer: func(issuers []devissuer.Issuer) (*devissuer.Provider, error) {
			p, err := devissuer.New(keys, issuers, devissuer.Options{BaseURL: site.URL})
			issuer.Store(p)
			return p, err
		},
		Record: func(r *apigateway.Record) { out.Record(r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.gateway.Close)
	out.Console = New(Options{URL: base, Gateway: out.gateway, Now: time.Now})
	return out
}

// request is one of this machine, "GET /prod/open?a=b", with headers "Name: value".
func request(target string, headers ...string) *exchange.Request {
	verb, path, _ := strings.Cut(target, " ")
	r := &exchange.Request{
		Verb:     verb,
		Host:     address,
		Protocol: "HTTP/1.1",
		SourceIP: "127.0.0.1",
		Headers:  exchange.Headers{{Name: "Host", Value: address}},
	}
	r.RawPath, r.RawQuery, _ = strings.Cut(path, "?")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Headers = append(r.Headers, exchange.Header{Name: name, Value: value})
	}
	return r
}

// call makes a request to the gateway.
func (c *tested) call(t *testing.T, target string, headers ...string) exchange.Answer {
	t.Helper()
	return c.gateway.Serve(t.Context(), request(target, headers...))
}

// get requests data from the console.
func get[T any](t *testing.T, c *tested, path string) (out T) {
	t.Helper()
	a := c.Serve(t.Context(), request("GET "+path))
	if a.Status != http.StatusOK {
		t.Fatalf("%s: %d: %s", path, a.Status, a.Body)
	}
	if err := json.Unmarshal(a.Body, &out); err != nil {
		t.Fatalf("%s: %v: %s", path, err, a.Body)
	}
	return out
}

// post sends the form.
func (c *tested) post(t *testing.T, form any) exchange.Answer {
	t.Helper()
	text, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	r := request("POST /~/prepare", "Content-Type: application/json", "Origin: "+base, "Sec-Fetch-Site: same-origin")
	r.Body = text
	return c.Serve(t.Context(), r)
}
