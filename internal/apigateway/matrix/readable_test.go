package matrix

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/lambdahttp/cors"
)

// TestReadableByPages has a function with the CORS settings of one API behind two. The other API answers no preflights,
// so pages there read only answers to requests that a browser sends without asking.
func TestReadableByPages(t *testing.T) {
	shared := &apimodel.Function{Environment: cors.Config{
		AllowOrigins: []string{"https://shop.example.com"}, AllowMethods: []string{"GET"},
	}.Environment()}
	header := func(kind, name string) *apimodel.Authorizer {
		return &apimodel.Authorizer{Type: kind, IdentitySources: []apimodel.IdentitySource{{In: "header", Name: name}}}
	}
	method := func(verb, path string, a *apimodel.Authorizer, key bool) *apimodel.Method {
		return &apimodel.Method{
			Verb: verb, Path: path, Authorizer: a, APIKeyRequired: key, Integration: apimodel.Integration{Function: shared},
		}
	}
	methods := []*apimodel.Method{
		method("GET", "/public", nil, false),
		method("POST", "/public", nil, false),
		method("DELETE", "/public", nil, false),
		method("GET", "/keyed", nil, true),
		method("GET", "/token", header(apimodel.TokenAuthorizer, "Authorization"), false),
		method("GET", "/cookie", header(apimodel.TokenAuthorizer, "Cookie"), false),
		method("GET", "/session", header(apimodel.RequestAuthorizer, "X-Session"), false),
		method("GET", "/pool", header(apimodel.CognitoAuthorizer, "Authorization"), false),
	}
	preflight := &apimodel.Method{Verb: "OPTIONS", Path: "/public", Integration: apimodel.Integration{Type: "MOCK"}}
	for _, c := range []struct {
		name string
		api  *apimodel.API
		want []string
	}{
		{"the API with CORS", &apimodel.API{Methods: append([]*apimodel.Method{preflight}, methods...)}, []string{
			"GET /public", "POST /public", "DELETE /public", "GET /keyed", "GET /token", "GET /cookie", "GET /session",
			"GET /pool",
		}},
		{"the other API", &apimodel.API{Methods: methods, APIKeySource: "HEADER"}, []string{
			"GET /public", "POST /public", "GET /cookie", "GET /session",
		}},
		{
			"its keys by the authorizer", &apimodel.API{Methods: methods[3:4], APIKeySource: "AUTHORIZER"},
			[]string{"GET /keyed"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := []Readable{{Origin: "https://shop.example.com", Routes: c.want}}
			if diff := cmp.Diff(want, readablePages(&apimodel.Model{}, c.api)); diff != "" {
				t.Error(fmt.Sprint("(-want +got):\n", diff))
			}
		})
	}
}
