package tryout

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// authorizer is the folder of the included authorizer, built for this machine.
var authorizer = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-tryout-")
	if err != nil {
		return "", err
	}
	return dir, functest.Build(filepath.Join(dir, "bootstrap"), "../../../authorizer-fn", functest.HostTag)
})

func program(t *testing.T) (dir string) {
	t.Helper()
	dir, err := authorizer()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// developmentKeys are made once, in the folder of the authorizer, because making keys takes longest.
var developmentKeys = sync.OnceValues(func() (*devissuer.KeyStore, error) {
	dir, err := authorizer()
	if err != nil {
		return nil, err
	}
	return devissuer.OpenKeys(devissuer.KeyOptions{Dir: dir + "-keys"})
})

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, err := authorizer(); err == nil {
		os.RemoveAll(dir)
		os.RemoveAll(dir + "-keys")
	}
	os.Exit(status)
}

// resources returns the resources of a template.
type resources = map[string]map[string]any

// options has a gateway that serves an assembly, with changes of its template. Its functions are the included
// authorizer.
func options(t *testing.T, name string, changes ...func(resources)) Options {
	t.Helper()
	dir := withAssets(t, filepath.Join("../testdata", name))
	templates, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil || len(templates) != 1 {
		t.Fatalf("the templates %v: %v", templates, err)
	}
	text, err := os.ReadFile(templates[0])
	if err != nil {
		t.Fatal(err)
	}
	template := map[string]any{}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	properties := resources{}
	for id, r := range template["Resources"].(map[string]any) {
		properties[id] = r.(map[string]any)
	}
	for _, change := range append(changes, withStages) {
		change(properties)
	}
	template["Resources"] = properties
	if text, err = json.Marshal(template); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(templates[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
	return optionsOf(t, dir)
}

// withStages adds the stage v1 to each API without a stage.
func withStages(all resources) {
	for id, r := range maps.Clone(all) {
		ref := map[string]any{"Ref": id}
		staged := false
		for _, other := range all {
			if other["Type"] == "AWS::ApiGateway::Stage" {
				staged = staged || reflect.DeepEqual(properties(other)["RestApiId"], ref)
			}
		}
		if r["Type"] != "AWS::ApiGateway::RestApi" || staged {
			continue
		}
		all[id+"Depl"] = map[string]any{
			"Type":       "AWS::ApiGateway::Deployment",
			"Properties": map[string]any{"RestApiId": ref},
		}
		all[id+"Stage"] = map[string]any{"Type": "AWS::ApiGateway::Stage", "Properties": map[string]any{
			"RestApiId": ref, "DeploymentId": map[string]any{"Ref": id + "Depl"}, "StageName": "v1"}}
	}
}

func properties(resource map[string]any) map[string]any {
	p, _ := resource["Properties"].(map[string]any)
	return p
}

func optionsOf(t *testing.T, dir string) Options {
	t.Helper()
	keys, err := developmentKeys()
	if err != nil {
		t.Fatal(err)
	}
	var provider atomic.Pointer[devissuer.Provider]
	site := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.Load().ServeHTTP(w, r) }),
	)
	t.Cleanup(site.Close)
	gateway, err := apigateway.New(apigateway.Options{
		Assembly: dir,
		Issuer: func(i []devissuer.Issuer) (*devissuer.Provider, error) {
			p, err := devissuer.New(keys, i, devissuer.Options{BaseURL: site.URL})
			provider.Store(p)
			return p, err
		},
		Functions: lambdaruntime.Options{Log: func(l lambdaruntime.LogLine) { t.Log(l.Text) }},
		SourceIP:  "203.0.113.7", // which the example's resource policy allows
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	m, _ := matrix.Of(gateway.Model(), "")
	return Options{URL: "http://127.0.0.1:3000", Gateway: gateway, Matrix: m, Now: time.Now}
}

// withAssets copies an assembly and adds the included authorizer's program to its functions, because testdata does not
// have their folders.
func withAssets(t *testing.T, assembly string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(assembly)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.assets.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var assets struct {
			Files map[string]struct {
				Source struct{ Path, Packaging string }
			}
		}
		if err := json.Unmarshal(text, &assets); err != nil {
			t.Fatal(err)
		}
		for _, a := range assets.Files {
			if a.Source.Packaging == "zip" {
				if err := os.CopyFS(filepath.Join(dir, a.Source.Path), os.DirFS(program(t))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

// shown is an example with its credentials in words.
func shown(t *testing.T, e Example) string {
	t.Helper()
	out := fmt.Sprint(e.Status, " ", e.Verb, " ", e.URL)
	if e.Key != nil {
		out += " signed by " + e.Key.ID[:4] + " for " + e.Region
	}
	for _, h := range e.Headers {
		name, value, _ := strings.Cut(h, ": ")
		if token, ok := strings.CutPrefix(value, "Bearer "); ok {
			claims := jwt.MapClaims{}
			if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
				t.Fatal(err)
			}
			value = fmt.Sprint(claims["token_use"], " token, scope ", claims["scope"])
		}
		out += ", " + name + ": " + value
	}
	return out
}

func TestMake(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"token", []string{
			"200 GET http://127.0.0.1:3000/prod/health",
			"200 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders",
			"403 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope <nil>",
		}},
		{"request", []string{
			"200 GET http://127.0.0.1:3000/prod/health",
			"200 GET http://127.0.0.1:3000/prod/orders, Authorization: <nil> token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders",
			"403 GET http://127.0.0.1:3000/prod/orders, Authorization: <nil> token, scope <nil>",
		}},
		{"cognito", []string{
			"200 GET http://127.0.0.1:3000/prod/health",
			"200 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders",
			"401 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope <nil>",
		}},
		{"iam", []string{
			"200 GET http://127.0.0.1:3000/prod/health",
			"200 GET http://127.0.0.1:3000/prod/orders signed by AKIA for us-east-1",
			"403 GET http://127.0.0.1:3000/prod/orders",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			examples, notes := Make(t.Context(), options(t, tt.name))
			var got []string
			for _, e := range examples {
				got = append(got, shown(t, e))
			}
			if !slices.Equal(got, tt.want) || notes != nil {
				t.Errorf("got\n%s\nwant\n%s\nnotes %q", strings.Join(got, "\n"), strings.Join(tt.want, "\n"), notes)
			}
		})
	}
}

// TestClients checks that tokens are for a client that the authorizer accepts, even one outside of the assembly. If no
// client can pass, a note says so.
func TestClients(t *testing.T) {
	change := func(scopes []string) func(resources) {
		return func(all resources) {
			for _, r := range all {
				switch p := properties(r); r["Type"] {
				case "AWS::ApiGateway::Authorizer":
					p["IdentityValidationExpression"] = "^(outside)$"
				case "AWS::ApiGateway::Method":
					if p["AuthorizationType"] == "COGNITO_USER_POOLS" {
						p["AuthorizationScopes"] = scopes
					}
				}
			}
		}
	}
	examples, notes := Make(t.Context(), options(t, "cognito", change(nil)))
	claims := jwt.MapClaims{}
	if len(examples) != 3 || notes != nil {
		t.Fatalf("got %+v and the notes %q, want a public request, one with a token and one without", examples, notes)
	}
	token := strings.TrimPrefix(examples[1].Headers[0], "Authorization: Bearer ")
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil || claims["aud"] != "outside" ||
		examples[1].Status != 200 {
		t.Errorf("status %d with aud %v, want 200 with outside: %v", examples[1].Status, claims["aud"], err)
	}
	if _, notes := Make(t.Context(), options(t, "cognito", change([]string{"orders/read"}))); len(notes) == 0 ||
		!strings.Contains(notes[0], "compares aud, and access tokens of Amazon Cognito have none") {
		t.Errorf("got the notes %q", notes)
	}
}

// TestJWTAuthorizer has the Cognito example with a JWT authorizer.
func TestJWTAuthorizer(t *testing.T) {
	change := func(all resources) {
		ref := func(kind string) string {
			for id, r := range all {
				if r["Type"] == kind {
					return id
				}
			}
			t.Fatalf("there is no %s", kind)
			return ""
		}
		issuer := map[string]any{
			"Issuer":    map[string]any{"Fn::GetAtt": []any{ref("AWS::Cognito::UserPool"), "ProviderURL"}},
			"Audiences": []any{map[string]any{"Ref": ref("AWS::Cognito::UserPoolClient")}},
			"AdditionalClaims": []any{map[string]any{
				"ClaimName": "token_use", "Format": "SINGLE_STRING", "ExpectedValues": []any{"access"}, "Required": true,
			}},
		}
		for _, r := range all {
			switch p := properties(r); r["Type"] {
			case "AWS::ApiGateway::Authorizer":
				delete(p, "ProviderARNs")
				p["Type"] = "JWT"
				p["JwtConfiguration"] = map[string]any{"DefaultAlgorithms": []any{"RS256"}, "Issuers": []any{issuer}}
			case "AWS::ApiGateway::Method":
				if p["AuthorizationType"] == "COGNITO_USER_POOLS" {
					p["AuthorizationType"] = "JWT"
				}
			}
		}
	}
	examples, notes := Make(t.Context(), options(t, "cognito", change))
	var got []string
	for _, e := range examples {
		got = append(got, shown(t, e))
	}
	want := []string{
		"200 GET http://127.0.0.1:3000/prod/health",
		"200 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope orders/read",
		"401 GET http://127.0.0.1:3000/prod/orders",
		"403 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope <nil>",
	}
	if !slices.Equal(got, want) || notes != nil {
		t.Errorf("got\n%s\nwant\n%s\nnotes %q", strings.Join(got, "\n"), strings.Join(want, "\n"), notes)
	}
}

// TestRequestValidator checks that the parameters that a method's validator requires are added, and that credentials
// are not invented.
func TestRequestValidator(t *testing.T) {
	for _, tt := range []struct {
		name       string
		validator  map[string]any
		properties map[string]any // of the methods
		want       []string
	}{
		{"parameters", map[string]any{"ValidateRequestParameters": true}, map[string]any{"RequestParameters": map[string]any{
			"method.request.header.authorization": true,
			"method.request.header.X-Tenant":      true,
			"method.request.querystring.q":        true,
		}}, []string{
			"0 GET http://127.0.0.1:3000/prod/health?q=1, X-Tenant: 1, authorization: 1",
			"0 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1",
			"403 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1, Authorization: access token, scope <nil>",
		}},
		{"a body", map[string]any{"ValidateRequestBody": true}, map[string]any{"RequestModels": map[string]any{
			"application/json": map[string]any{"Ref": "Order"},
		}}, []string{
			"0 GET http://127.0.0.1:3000/prod/health",
			"0 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders",
			"403 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope <nil>",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			examples, _ := Make(t.Context(), options(t, "token", func(all resources) {
				var api any
				for _, r := range all {
					p := properties(r)
					if p["HttpMethod"] != "GET" {
						continue
					}
					api = p["RestApiId"]
					p["RequestValidatorId"] = map[string]any{"Ref": "Valid"}
					maps.Copy(p, tt.properties)
				}
				tt.validator["RestApiId"] = api
				all["Valid"] = map[string]any{"Type": "AWS::ApiGateway::RequestValidator", "Properties": tt.validator}
				all["Order"] = map[string]any{"Type": "AWS::ApiGateway::Model", "Properties": map[string]any{
					"RestApiId": api, "Name": "Order", "ContentType": "application/json", "Schema": map[string]any{"type": "object"}}}
			}))
			var got []string
			for _, e := range examples {
				got = append(got, shown(t, e))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// TestMakeShop has features that the example lacks: stages of several APIs, keys, and a function of the app.
func TestMakeShop(t *testing.T) {
	o := options(t, "shop", func(all resources) { // its functions have no code that runs here, and no permissions
		for id, r := range maps.Clone(all) {
			if r["Type"] == "AWS::Lambda::Function" {
				properties(r)["Code"] = map[string]any{"S3Bucket": "assets", "S3Key": "x.zip"}
				r["Metadata"] = map[string]any{"aws:asset:path": program(t)}
				all[id+"Permission"] = map[string]any{"Type": "AWS::Lambda::Permission", "Properties": map[string]any{
					"Action":       "lambda:InvokeFunction",
					"FunctionName": map[string]any{"Ref": id},
					"Principal":    "apigateway.amazonaws.com",
				}}
			}
		}
	})
	examples, notes := Make(t.Context(), o)
	for _, e := range examples {
		if e.Status == 200 && strings.ContainsAny(e.URL, "{}") {
			t.Errorf("a part of the path is not filled in: %s", e.URL)
		}
	}
	if !slices.ContainsFunc(
		notes,
		func(n string) bool { return strings.Contains(n, "ShopOwn") || strings.Contains(n, "OwnGuard") },
	) {
		t.Errorf("the notes do not say that routes behind the app's own authorizer have no example: %q", notes)
	}
}

// TestIssuer checks that the selected issuer is used if the authorizer accepts it, and otherwise the authorizer's own.
func TestIssuer(t *testing.T) {
	o := options(t, "token")
	known := o.Gateway.Issuer().Issuers()
	o.Issuer = known[len(known)-1].URL
	examples, _ := Make(t.Context(), o)
	claims := jwt.MapClaims{}
	token := strings.TrimPrefix(examples[1].Headers[0], "Authorization: Bearer ")
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil || claims["iss"] != o.Issuer {
		t.Errorf("iss %v, want %s: %v", claims["iss"], o.Issuer, err)
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || time.Until(expires.Time) < 55*time.Minute {
		t.Errorf("it expires at %v: %v", expires, err)
	}
}

func TestCurl(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   Example
		want string
	}{
		{"plain", Example{Verb: "GET", URL: "http://127.0.0.1:3000/prod/"}, "curl -i http://127.0.0.1:3000/prod/"},
		{
			"a body that looks like a file's name",
			Example{Verb: "PUT", URL: "http://h/p", Body: "@/etc/passwd"},
			`curl -i -X PUT -H 'Content-Type: application/json' --data-raw @/etc/passwd http://h/p`,
		},
		{"brackets", Example{Verb: "HEAD", URL: "http://h/p?a[1-3]=x"}, `curl -i -g -I 'http://h/p?a[1-3]=x'`},
		{
			"body",
			Example{Verb: "POST", URL: "http://h/p?a=b&c=d", Headers: []string{"A: it's"}, Body: "{}"},
			`curl -i -X POST -H 'A: it'\''s' -H 'Content-Type: application/json' -d '{}' 'http://h/p?a=b&c=d'`,
		},
		{
			"signed with temporary credentials",
			Example{
				Verb:   "GET",
				URL:    "http://h/p",
				Key:    &checks.AccessKey{ID: "ASIA", Secret: "s", SessionToken: "t+/="},
				Region: "eu-west-1",
			},
			"curl -i --aws-sigv4 aws:amz:eu-west-1:execute-api --user ASIA:s -H 'X-Amz-Security-Token: t+/=' http://h/p",
		},
		{
			"signed",
			Example{Verb: "GET", URL: "http://h/p", Key: &checks.AccessKey{ID: "AKIA", Secret: "s+/="}, Region: "eu-west-1"},
			"curl -i --aws-sigv4 aws:amz:eu-west-1:execute-api --user AKIA:s+/= http://h/p",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.Curl(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"https://idp.example.com/": "https://idp.example.com/",
		"":                         "''",
		"a b":                      "'a b'",
		"it's":                     `'it'\''s'`,
		"$HOME":                    "'$HOME'",
		"~":                        "'~'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}
