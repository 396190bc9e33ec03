package apigateway

import (
	"slices"
	"strings"
	"testing"
)

// TestChosenAPI has two APIs with a JWT authorizer and a method that is not served. The issuers and the problems are
// those of the API that the options select.
func TestChosenAPI(t *testing.T) {
	const otherIssuer = "https://other.example.com"
	r := bare()
	addJWT(r, "Auth", nil)
	addRoute(r, "GET /orders", mock("orders"), object{"AuthorizationType": "JWT", "AuthorizerId": ref("Auth")})
	addRoute(r, "GET /far", httpTo("HTTP_PROXY", "GET", "http://192.0.2.1/"))
	addJWT(r, "OtherAuth", object{
		"Issuers": []any{object{"Issuer": otherIssuer, "Audiences": []any{"other"}}},
	})
	r["OtherAuth"].(object)["Properties"].(object)["RestApiId"] = ref("Other")
	root := object{"Fn::GetAtt": []any{"Other", "RootResourceId"}}
	r["Other"] = resource("ApiGateway::RestApi", object{"Name": "other"})
	r["OtherStage"] = resource("ApiGateway::Stage", object{"RestApiId": ref("Other"), "StageName": "other"})
	r["OtherGet"] = resource("ApiGateway::Method", object{
		"RestApiId": ref("Other"), "ResourceId": root, "HttpMethod": "GET", "AuthorizationType": "JWT",
		"AuthorizerId": ref("OtherAuth"), "Integration": httpTo("HTTP_PROXY", "GET", "http://192.0.2.2/"),
	})
	r["OtherPut"] = resource("ApiGateway::Method", object{
		"RestApiId": ref("Other"), "ResourceId": root, "HttpMethod": "PUT", "AuthorizationType": "NONE",
	})
	for _, c := range []struct {
		api      string
		issuers  []string
		problems []string // parts of problems
		lacks    []string
	}{
		{"bare", []string{jwtIssuer, goldOnly}, []string{"192.0.2.1"}, []string{"192.0.2.2", "OtherPut"}},
		{"other", []string{otherIssuer}, []string{"192.0.2.2", "OtherPut"}, []string{"192.0.2.1"}},
		{"", []string{jwtIssuer, goldOnly, otherIssuer}, []string{"192.0.2.1", "192.0.2.2", "OtherPut"}, nil},
	} {
		t.Run("the API "+c.api, func(t *testing.T) {
			s := serve(t, r, func(o *Options) { o.API = c.api })
			var issuers []string
			for _, i := range s.Issuer().Issuers() {
				issuers = append(issuers, i.URL)
			}
			slices.Sort(issuers)
			slices.Sort(c.issuers)
			if !slices.Equal(issuers, c.issuers) {
				t.Errorf("the issuers are %q, want %q", issuers, c.issuers)
			}
			problems := strings.Join(s.Problems(), "\n")
			for _, want := range c.problems {
				if !strings.Contains(problems, want) {
					t.Errorf("no problem has %s:\n%s", want, problems)
				}
			}
			for _, other := range c.lacks {
				if strings.Contains(problems, other) {
					t.Errorf("a problem of another API has %s:\n%s", other, problems)
				}
			}
		})
	}
}
