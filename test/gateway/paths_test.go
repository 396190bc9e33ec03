package gateway

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestEscapedPaths sends escaped paths through the gateway to two built functions, one with a lambdahttp.Mux and one
// with an http.ServeMux. The literal routes have stricter requirements. Only the second function gets a warning at
// synth.
func TestEscapedPaths(t *testing.T) {
	t.Parallel()
	warnings := map[string]string{}
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Paths"), nil)
		for _, router := range []string{"mux", "servemux"} {
			f := gofunction.New(stack, "Fn"+router, &gofunction.Props{Package: "./testdata/routers/" + router})
			api := secureapi.New(stack, "Api"+router, &secureapi.Props{
				Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{
					{URL: "https://idp.example.com", Audiences: []string{"paths"}},
				}}},
				Routes: []secureapi.Route{
					secureapi.Handle("GET /admin", f, secureapi.AnyScope("admin")),
					secureapi.Handle("GET /users/me", f, secureapi.AnyScope("admin")),
					secureapi.Handle("GET /users/{id}", f),
					secureapi.Handle("ANY /{proxy+}", f),
				},
				Stage: secureapi.Stage{Name: router},
			})
			for _, entry := range *api.Node().Metadata() {
				if text, ok := entry.Data.(string); ok && *entry.Type == "aws:cdk:warning" {
					warnings[router] += text
				}
			}
		}
	})
	if w := warnings["mux"]; w != "" {
		t.Errorf("a function with a lambdahttp.Mux gets a warning: %s", w)
	}
	if w := warnings["servemux"]; !strings.Contains(w, secureapi.SiblingsWarning) || !strings.Contains(w,
		"lambdahttp.NewMux") {
		t.Errorf("a function without a lambdahttp.Mux does not get a warning: %q", w)
	}

	s := running(t, dir, "mux", localgateway.Options{})
	plain := s
	plain.url = strings.TrimSuffix(s.url, "mux") + "servemux"
	anyone := s.Token(localgateway.TokenRequest{Subject: "user-1"})
	admin := s.Token(localgateway.TokenRequest{Subject: "user-2", Scopes: []string{"admin"}})
	const notFound = `{"message":"Not Found"}`
	for _, tt := range []struct {
		verb, path, token string
		status            int
		mux               string
		plainStatus       int
		plain             string
	}{
		{"GET", "/admin", admin, 200, "GET /admin", 200, "GET /admin"},
		{"GET", "/admin", anyone, 403, "", 403, ""},
		{"GET", "/%61dmin", anyone, 200, "ANY /{proxy+} id= proxy=admin", 404, notFound},
		{"GET", "/%61dmin", admin, 200, "ANY /{proxy+} id= proxy=admin", 404, notFound},
		{"GET", "/users/%6De", anyone, 200, "GET /users/{id} id=me", 404, notFound},
		{"GET", "/users/%6de", anyone, 200, "GET /users/{id} id=me", 404, notFound},
		{"GET", "/users/a%2Fb", anyone, 200, "GET /users/{id} id=a/b", 404, notFound},
		{"GET", "/users/Ann%20Lee", anyone, 200, "GET /users/{id} id=Ann Lee", 200, "GET /users/{id} id=Ann Lee"},
		{"GET", "/users/Andr%C3%A9", anyone, 200, "GET /users/{id} id=André", 200, "GET /users/{id} id=André"},
		{"GET", "/users/me/", anyone, 403, "", 403, ""},
		{"GET", "/users/me/", admin, 200, "GET /users/me", 200, "GET /users/me"},
		{"HEAD", "/admin", anyone, 200, "", 404, ""},
		{"POST", "/x/..%2Fadmin", anyone, 200, "ANY /{proxy+} id= proxy=x/../admin", 404, notFound},
	} {
		s.call(t, tt.verb, tt.path, tt.token, "", tt.status, tt.mux)
		plain.call(t, tt.verb, tt.path, tt.token, "", tt.plainStatus, tt.plain)
	}
}
