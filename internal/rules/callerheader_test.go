package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// TestForgeableHeaders checks an API with a method that tells its backend the caller, and another method.
func TestForgeableHeaders(t *testing.T) {
	const (
		url     = `"http://orders.example.com/orders"`
		told    = `,"RequestParameters":{"integration.request.header.X-Caller":"context.authorizer.principalId"}`
		passes  = "the method POST / passes the client's header x-caller on, and the backend learns from it who calls GET /"
		proxy   = "HTTP_PROXY"
		other   = `"http://other.example.com/orders"`
		dns     = `{"Fn::Join":["",["http://",{"Fn::GetAtt":["Balancer","DNSName"]},":80/a"]]}`
		target  = `,"IntegrationTarget":{"Ref":"Balancer"}`
		another = `,"IntegrationTarget":{"Ref":"Second"}`
	)
	mapping := func(name, from string) string {
		return fmt.Sprintf(`,"RequestParameters":{"integration.request.header.%s":%s}`, name, from)
	}
	for _, tt := range []struct {
		name                string
		firstURI, first     string // of a GET that a Lambda authorizer guards
		kind, authorization string // of a POST
		secondURI, second   string
		want                string
	}{
		{"both tell the caller", url, told, proxy, "CUSTOM", url, told, ""},
		{"a public method of the backend", url, told, proxy, "NONE", url, "", passes},
		{"a guarded method of the backend", url, told, proxy, "CUSTOM", url, "", passes},
		{"at another path", url, told, proxy, "NONE", `"http://ORDERS.example.com?a=b/c"`, "", passes},
		{"of another backend", url, told, proxy, "NONE", other, "", ""},
		{"of another port", url, told, proxy, "NONE", `"http://orders.example.com:8080/orders"`, "", ""},
		{"at the port of http", url, told, proxy, "NONE", `"http://orders.example.com:80/orders"`, "", passes},
		{"at the port of https", `"https://orders.example.com:443/"`, told, proxy, "NONE", `"HTTPS://orders.example.com"`, "",
			passes},
		{"at the port of https by http", url, told, proxy, "NONE", `"http://orders.example.com:443/orders"`, "", ""},
		{"a load balancer of the app", dns, told + target, proxy, "NONE", dns, target, passes},
		{"another load balancer with its name", dns, told + target, proxy, "NONE", dns, another, ""},
		{"a fixed text", url, told, proxy, "NONE", url, mapping("x-caller", `"'not given'"`), ""},
		{"a text that the deployment gives", url, told, proxy, "NONE", url,
			mapping("X-Caller", `{"Fn::ImportValue":"x"}`), ""},
		{"what the client writes", url, told, proxy, "CUSTOM", url, mapping("x-caller", `"method.request.header.X-User"`),
			"the method POST / maps the header x-caller from method.request.header.X-User, which the client writes, and the " +
				"backend learns from it who calls GET /"},
		{"a fixed text, and what the client writes", url, told, proxy, "CUSTOM", url,
			`,"RequestParameters":{"integration.request.header.X-Caller":"'not given'",` +
				`"integration.request.header.x-caller":"method.request.header.X-User"}`,
			"the method POST / maps the header x-caller from method.request.header.X-User, which the client writes, and the " +
				"backend learns from it who calls GET /"},
		{"what no authorizer returns", url, told, proxy, "NONE", url, told,
			"the method POST / maps the header x-caller from context.authorizer.principalId, and has no authorizer that " +
				"returns it, and the backend learns from it who calls GET /"},
		{"the IAM identity", url, told, proxy, "AWS_IAM", url, mapping("X-Caller", `"context.identity.userArn"`), ""},
		{"only mapped headers are sent", url, told, "HTTP", "NONE", url, `,"IntegrationResponses":[]`, ""},
		{"parameters that the deployment gives", url, told, proxy, "NONE", url, `,"RequestParameters":{"Ref":"P"}`, ""},
		{"a host that the request names", `"http://{host}/"`, told, proxy, "NONE", `"http://{host}/"`, "", ""},
		{"a token of the caller, which the backend verifies", url,
			mapping("Authorization", `"context.authorizer.accessToken"`), proxy, "NONE", url, "", ""},
		{"a header that says nothing of the caller", url, mapping("X-Caller", `"context.stage"`), proxy, "NONE", url, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := func(verb, authorization, kind, uri, more string) string {
				return `{"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"` + verb + `","AuthorizationType":"` +
					authorization + `","RestApiId":{"Ref":"API"},"ResourceId":{"Fn::GetAtt":["API","RootResourceId"]},` +
					`"AuthorizerId":"a","Integration":{"Type":"` + kind + `","IntegrationHttpMethod":"GET","Uri":` + uri + more + `}}}`
			}
			a, err := cloudassembly.Parse("Shop", []byte(`{"Parameters":{"P":{"Type":"String"}},"Resources":{`+
				`"API":{"Type":"AWS::ApiGateway::RestApi"},`+
				`"Balancer":{"Type":"AWS::ElasticLoadBalancingV2::LoadBalancer"},`+
				`"Second":{"Type":"AWS::ElasticLoadBalancingV2::LoadBalancer"},`+
				`"First":`+method("GET", "CUSTOM", "HTTP_PROXY", tt.firstURI, tt.first)+
				`,"Second2":`+method("POST", tt.authorization, tt.kind, tt.secondURI, tt.second)+`}}`))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rules.Check(a, rules.Options{}) {
				if f.Rule == "forgeable-header" {
					got = append(got, f.Message)
					if f.Severity != rules.Warning {
						t.Errorf("%+v: want a warning for an API that Gatehouse did not build", f)
					}
				}
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("found\n\t%q\nwant\n\t%q", got, tt.want)
			}
		})
	}
}
