package apigateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/login"
)

// addLogin adds a login with its function, two of its routes, and these settings.
func addLogin(resources object, settings string) {
	config := `{"issuer":{"url":"https://idp.example.com","audiences":["orders"]},"clientId":"shop"` + settings + `}`
	f := function()
	f["Properties"].(object)["Environment"] = object{"Variables": object{login.Variable: config}}
	resources["LoginFn"] = f
	addRoute(resources, "GET /auth/login", proxy("LoginFn"))
	addRoute(resources, "POST /auth/logout", proxy("LoginFn"))
}

// at sends a request to another name of this machine.
func (s *site) at(t *testing.T, host, target string, headers ...string) reply {
	t.Helper()
	r := s.request(t, target, "", headers...)
	_, port, _ := strings.Cut(s.address, ":")
	r.Host = strings.ReplaceAll(host, "PORT", port)
	return s.do(t, r)
}

// seen has the parts of the address that a function receives.
type seen struct {
	Path           string `json:"path"`
	RequestContext struct {
		Path, Stage, DomainName, DomainPrefix, ResourcePath string
	} `json:"requestContext"`
}

// seen is the address in a function's event.
func (r reply) seen(t *testing.T) string {
	t.Helper()
	var e seen
	if err := json.Unmarshal([]byte(r.body), &e); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	_, port, _ := strings.Cut(r.site.address, ":")
	c := e.RequestContext
	c.DomainName = strings.ReplaceAll(c.DomainName, port, "PORT")
	if c.DomainPrefix == r.site.apiID {
		c.DomainPrefix = "ID"
	}
	return fmt.Sprint(e.Path, " ", c.Path, " ", c.ResourcePath, " ", c.Stage, " ", c.DomainName, " ", c.DomainPrefix)
}

// TestApp serves an API with a login at the root of localhost, as behind a custom domain.
func TestApp(t *testing.T) {
	for _, c := range []struct{ name, config, host, path, want string }{
		{
			"by its stage", ``, "127.0.0.1:PORT", "/prod/auth/login",
			"/auth/login /prod/auth/login /auth/login prod 127.0.0.1:PORT ID",
		},
		{
			"by its stage on localhost", ``, "localhost:PORT", "/prod/auth/login",
			"/auth/login /prod/auth/login /auth/login prod localhost:PORT ID",
		},
		{
			"at the root", ``, "localhost:PORT", "/auth/login",
			"/auth/login /auth/login /auth/login prod localhost:PORT ID",
		},
		{
			"of a name in capitals", ``, "LocalHost:PORT", "/auth/login",
			"/auth/login /auth/login /auth/login prod LocalHost:PORT ID",
		},
		{
			"of a proxy's port", ``, "localhost:5173", "/auth/login",
			"/auth/login /auth/login /auth/login prod localhost:5173 ID",
		},
		{
			"with more slashes", ``, "localhost:PORT", "//auth/login",
			"/auth/login //auth/login /auth/login prod localhost:PORT ID",
		},
		{
			"below a base path", `,"basePath":"/v1"`, "localhost:PORT", "/v1/auth/login",
			"/v1/auth/login /v1/auth/login /auth/login prod localhost:PORT ID",
		},
		{
			"below the stage", `,"basePath":"/prod"`, "localhost:PORT", "/prod/auth/login",
			"/auth/login /prod/auth/login /auth/login prod localhost:PORT ID",
		},
		{"not at the root of an address", ``, "127.0.0.1:PORT", "/auth/login", ""},
		{"not at the root of another name", ``, "localhost.example.com:PORT", "/auth/login", ""},
		{"with a base path", `,"basePath":"/v1"`, "localhost:PORT", "/auth/login", ""},
		{"not by a part of a base path", `,"basePath":"/v1"`, "localhost:PORT", "/v10/auth/login", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := bare()
			addLogin(r, c.config)
			s := serve(t, r)
			got := s.at(t, c.host, "GET "+c.path)
			if c.want == "" {
				if got.status != 403 || got.body != `{"message":"Forbidden"}` {
					t.Errorf("got %s, want 403 Forbidden, as of a stage that does not exist", got)
				}
				return
			}
			if diff := cmp.Diff(c.want, got.seen(t)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A path that the API does not have is the API's to answer, also where other paths of this machine would have a page.
func TestAppHasAll(t *testing.T) {
	r := bare()
	addLogin(r, ``)
	s := serve(t, r)
	for _, path := range []string{"/", "/~/apis", "/~/issuers/a/jwks", "/nothing"} {
		request := &exchange.Request{Verb: "GET", RawPath: path, Host: "localhost:3000"}
		if !s.ForApp(request) {
			t.Errorf("%s is not for the app", path)
		}
		got := s.DryRun(t.Context(), request)
		if got.Status != 403 || !strings.Contains(got.Reason, "no route matches GET "+path) {
			t.Errorf("%s: got %+v", path, got)
		}
		request.Host = "127.0.0.1:3000"
		if s.ForApp(request) {
			t.Errorf("%s of 127.0.0.1 is for the app", path)
		}
	}
}

// TestApps checks that the first of several APIs with a login is at the root, and that all are at their stages.
func TestApps(t *testing.T) {
	r := bare()
	addLogin(r, `,"path":"/signin"`)
	r["Two"] = resource("ApiGateway::RestApi", object{"Name": "two"})
	r["TwoDeployment"] = resource("ApiGateway::Deployment", object{"RestApiId": ref("Two")})
	r["TwoStage"] = resource("ApiGateway::Stage",
		object{"RestApiId": ref("Two"), "StageName": "prod", "DeploymentId": ref("TwoDeployment")})
	r["TwoPart"] = resource("ApiGateway::Resource",
		object{"RestApiId": ref("Two"), "ParentId": object{"Fn::GetAtt": []any{"Two", "RootResourceId"}}, "PathPart": "two"})
	r["GetTwo"] = newMethod("TwoPart", "GET", proxy("LoginFn"), object{"RestApiId": ref("Two")})
	r["DevStage"] = resource("ApiGateway::Stage",
		object{"RestApiId": ref("Api"), "StageName": "dev", "DeploymentId": ref("Deployment")})
	s := serve(t, r)
	var got []string
	for _, a := range s.Apps() {
		got = append(got, fmt.Sprint(a.API.LogicalID, " ", a.Stage, " ", a.Base, a.Login, " ", a.Root))
	}
	want := []string{"Api dev /signin true", "Two prod-two /signin false"} // stages are in the order of their logical ids
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	second := s.at(t, "localhost:PORT", "GET /prod-two/two").seen(t)
	if !strings.HasPrefix(second, "/two /prod/two /two prod ") {
		t.Errorf("the second API: %s", second)
	}
	if got := s.at(t, "localhost:PORT", "GET /two"); got.status != 403 {
		t.Errorf("the second API at the root: %s", got)
	}
}

// Without a login, localhost is a name as any other.
func TestNoApp(t *testing.T) {
	s := serve(t, shop())
	if s.Apps() != nil || s.ForApp(&exchange.Request{Host: "localhost:3000"}) {
		t.Errorf("got the apps %+v", s.Apps())
	}
	if got := s.at(t, "localhost:PORT", "GET /"); got.status != 403 || got.body != `{"message":"Forbidden"}` {
		t.Errorf("got %s", got)
	}
}

func TestAppOrigin(t *testing.T) {
	for gateway, want := range map[string]string{
		"http://127.0.0.1:3000": "http://localhost:3000",
		"http://127.0.0.1:80":   "http://localhost",
		"http://127.0.0.1":      "http://localhost",
	} {
		if got := AppOrigin(gateway); got != want {
			t.Errorf("%s: got %s, want %s", gateway, got, want)
		}
	}
}
