package tryout

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/matrix"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/devissuer"
)

func options(t *testing.T, name string, changes ...func(*apimodel.Model)) Options {
	t.Helper()
	a, err := cloudassembly.Read(withAssets(t, filepath.Join("../testdata", name)))
	if err != nil {
		t.Fatal(err)
	}
	model := apimodel.Read(a, cloudassembly.Options{})
	for _, api := range model.APIs {
		if api.Stages == nil {
			api.Stages = []*apimodel.Stage{{Name: "v1"}}
		}
	}
	for _, change := range changes {
		change(model)
	}
	m, _ := matrix.Of(model, "")
	issuers, err := devissuer.FromModel(model)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := devissuer.OpenKeys(devissuer.KeyOptions{Dir: t.TempDir() + "/keys"})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := devissuer.New(keys, issuers, devissuer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		URL: "http://127.0.0.1:3000", Model: model, Matrix: m, Tokens: tokens,
		Keys: []checks.AccessKey{{ID: "AKIAEXAMPLE", Secret: "a+secret/="}},
	}
}

// withAssets copies an assembly and makes the folders of its functions, which testdata leaves out.
func withAssets(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
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
				if err := os.MkdirAll(filepath.Join(dir, a.Source.Path), 0o700); err != nil {
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
		out += " signed by " + e.Key.ID + " for " + e.Region
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
			"200 GET http://127.0.0.1:3000/prod/orders signed by AKIAEXAMPLE for us-east-1",
			"403 GET http://127.0.0.1:3000/prod/orders",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			examples, notes := Make(options(t, tt.name))
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

// TestClients: tokens are for a client that the authorizer takes, also for one outside of the assembly. Where none can pass,
// that is said instead.
func TestClients(t *testing.T) {
	change := func(scopes []string) func(*apimodel.Model) {
		return func(m *apimodel.Model) {
			m.APIs[0].Authorizers[0].Validation = "^(outside)$"
			for _, method := range m.APIs[0].Methods {
				method.Scopes = scopes
			}
		}
	}
	examples, notes := Make(options(t, "cognito", change(nil)))
	claims := jwt.MapClaims{}
	if len(examples) != 3 || notes != nil {
		t.Fatalf("got %+v and the notes %q, want a public request, one with a token and one without", examples, notes)
	}
	token := strings.TrimPrefix(examples[1].Headers[0], "Authorization: Bearer ")
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil || claims["aud"] != "outside" || examples[1].Status != 200 {
		t.Errorf("status %d with aud %v, want 200 with outside: %v", examples[1].Status, claims["aud"], err)
	}
	if _, notes := Make(options(t, "cognito", change([]string{"orders/read"}))); len(notes) == 0 || !strings.Contains(notes[0], "compares aud, and access tokens of Amazon Cognito have none") {
		t.Errorf("got the notes %q", notes)
	}
}

// TestRequestValidator: what the validator of a method wants is added where it is not there, and credentials are not made up.
func TestRequestValidator(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*apimodel.Method)
		want   []string
	}{
		{"parameters", func(m *apimodel.Method) {
			m.Validator = &apimodel.Validator{Parameters: true}
			m.RequestParameters = map[string]bool{"method.request.header.authorization": true, "method.request.header.X-Tenant": true, "method.request.querystring.q": true}
		}, []string{
			"0 GET http://127.0.0.1:3000/prod/health?q=1, X-Tenant: 1, authorization: 1",
			"0 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1",
			"403 GET http://127.0.0.1:3000/prod/orders?q=1, X-Tenant: 1, Authorization: access token, scope <nil>",
		}},
		{"a body", func(m *apimodel.Method) {
			m.Validator, m.RequestSchemas = &apimodel.Validator{Body: true}, map[string]*apimodel.Schema{"application/json": {Name: "Order"}}
		}, []string{
			"0 GET http://127.0.0.1:3000/prod/health",
			"0 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope orders/read",
			"401 GET http://127.0.0.1:3000/prod/orders",
			"403 GET http://127.0.0.1:3000/prod/orders, Authorization: access token, scope <nil>",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options(t, "token")
			for _, m := range o.Model.APIs[0].Methods {
				if m.Verb == "GET" && (m.Path == "/health" || m.Path == "/orders") {
					tt.change(m)
				}
			}
			examples, _ := Make(o)
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

// TestMakeShop has what the example has not: stages of several APIs, keys, a function of the app's own.
func TestMakeShop(t *testing.T) {
	o := options(t, "shop")
	examples, notes := Make(o)
	for _, e := range examples {
		if e.Status == 200 && strings.ContainsAny(e.URL, "{}") {
			t.Errorf("a part of the path is not filled in: %s", e.URL)
		}
	}
	if !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "ShopOwn") || strings.Contains(n, "OwnGuard") }) {
		t.Errorf("nothing says that the routes behind the app's own authorizer cannot be tried: %q", notes)
	}
}

// TestIssuer: the one that was asked for is taken where the authorizer takes it, and its own elsewhere.
func TestIssuer(t *testing.T) {
	o := options(t, "token")
	known := o.Tokens.Issuers()
	o.Issuer = known[len(known)-1].URL
	examples, _ := Make(o)
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
		{"a body that looks like a file's name", Example{Verb: "PUT", URL: "http://h/p", Body: "@/etc/passwd"}, `curl -i -X PUT -H 'Content-Type: application/json' --data-raw @/etc/passwd http://h/p`},
		{"brackets", Example{Verb: "HEAD", URL: "http://h/p?a[1-3]=x"}, `curl -i -g -I 'http://h/p?a[1-3]=x'`},
		{"body", Example{Verb: "POST", URL: "http://h/p?a=b&c=d", Headers: []string{"A: it's"}, Body: "{}"}, `curl -i -X POST -H 'A: it'\''s' -H 'Content-Type: application/json' -d '{}' 'http://h/p?a=b&c=d'`},
		{"signed with temporary credentials", Example{Verb: "GET", URL: "http://h/p", Key: &checks.AccessKey{ID: "ASIA", Secret: "s", SessionToken: "t+/="}, Region: "eu-west-1"},
			"curl -i --aws-sigv4 aws:amz:eu-west-1:execute-api --user ASIA:s -H 'X-Amz-Security-Token: t+/=' http://h/p"},
		{"signed", Example{Verb: "GET", URL: "http://h/p", Key: &checks.AccessKey{ID: "AKIA", Secret: "s+/="}, Region: "eu-west-1"}, "curl -i --aws-sigv4 aws:amz:eu-west-1:execute-api --user AKIA:s+/= http://h/p"},
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
		"https://idp.example.com/": "https://idp.example.com/", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "~": "'~'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}
