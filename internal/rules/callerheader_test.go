package rules_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
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
	const (
		unsure = "it cannot be told whether clients of the method POST / can name the caller of GET / by the header " +
			"x-caller: "
		maybe    = unsure + "their backends are known only at deployment, and may be the same"
		paths    = `{"Fn::Join":["",["http://",{"Ref":"P"},"/a"]]}`
		noCaller = `{"Ref":"AWS::NoValue"}`
		teller   = `"context.authorizer.principalId"`
		given    = `,"RequestParameters":{"Ref":"P"}`
	)
	mapping := func(name, from string) string {
		return fmt.Sprintf(`,"RequestParameters":{"integration.request.header.%s":%s}`, name, from)
	}
	inJSON := func(text string) string { // of a text that is a call of a function, or a name
		if strings.ContainsAny(text, `{"`) {
			return text
		}
		return `"` + text + `"`
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
			mapping("X-Caller", `{"Fn::ImportValue":"x"}`), unsure + `it maps the header from {"Fn::ImportValue":"x"}`},
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
		{"parameters that the deployment gives", url, told, proxy, "NONE", url, given,
			unsure + "its RequestParameters are known only at deployment"},
		{"a host that the request names", `"http://{host}/"`, told, proxy, "NONE", `"http://{host}/"`, "", maybe},
		{"a port of such a host", `"http://{host}:8080/"`, told, proxy, "NONE", `"http://{host}:80/"`, "", ""},
		{"the host of a parameter", paths, told, proxy, "NONE", `{"Fn::Sub":"http://${P}:80/b"}`, "", passes},
		{"the hosts of two parameters", paths, told, proxy, "NONE", `{"Fn::Sub":"http://${Q}/a"}`, "", maybe},
		{"a parameter and a known host", paths, told, proxy, "NONE", url, "", maybe},
		{"a parameter and a known host by another scheme", paths, told, proxy, "NONE", `"https://orders.example.com"`, "",
			""},
		{"hosts of two parameters in other domains", `{"Fn::Sub":"http://${P}.a.example.com"}`, told, proxy, "NONE",
			`{"Fn::Sub":["http://${H}.b.example.com",{"H":{"Ref":"Q"}}]}`, "", ""},
		{"hosts of two parameters with other names", `{"Fn::Sub":"http://orders-${P}"}`, told, proxy, "NONE",
			`{"Fn::Sub":"http://stock-${Q}"}`, "", ""},
		{"the address of a parameter", `{"Fn::Sub":"${P}/a"}`, told, proxy, "NONE", `{"Fn::Sub":"${P}/b?c"}`, "", passes},
		{"the addresses of two parameters", `{"Ref":"P"}`, told, proxy, "NONE", `{"Fn::Sub":"${Q}/b"}`, "", maybe},
		{"an address and a host", `{"Ref":"P"}`, told, proxy, "NONE", url, "", maybe},
		{"an imported host", `{"Fn::Sub":["http://${H}",{"H":{"Fn::ImportValue":"x"}}]}`, told, proxy, "NONE",
			`{"Fn::Join":["",["http://",{"Fn::ImportValue":"x"},"/"]]}`, "", passes},
		{"the host of a resource", `{"Fn::Sub":"http://${Own.Endpoint.Address}"}`, told, proxy, "NONE",
			`{"Fn::Join":["",["http://",{"Fn::GetAtt":["Own","Endpoint.Address"]},"/"]]}`, "", passes},
		{"the host of a stage variable", `"http://${stageVariables.host}/a"`, told, proxy, "NONE",
			`{"Fn::Sub":"http://${!stageVariables.host}"}`, "", passes},
		{"the hosts of two stage variables", `"http://${stageVariables.host}/a"`, told, proxy, "NONE",
			`"http://${stageVariables.other}/a"`, "", maybe},
		{"the host of a stored parameter", `"http://{{resolve:ssm:/host}}/a"`, told, proxy, "NONE",
			`{"Fn::Sub":"http://{{resolve:ssm:/host}}/${P}"}`, "", passes},
		{"a host by a condition", `{"Fn::If":["C",` + url + `,` + other + `]}`, told, proxy, "NONE", url, "", passes},
		{"never the same host", `{"Fn::If":["C",` + url + `,` + other + `]}`, told, proxy, "NONE",
			`{"Fn::If":["C",` + other + `,` + url + `]}`, "", ""},
		{"the load balancer of a parameter", dns, told + `,"IntegrationTarget":{"Ref":"P"}`, proxy, "NONE", dns,
			`,"IntegrationTarget":{"Ref":"P"}`, passes},
		{"the load balancer of a parameter, and a known one", dns, told + `,"IntegrationTarget":{"Ref":"P"}`, proxy, "NONE",
			dns, target, maybe},
		{"the load balancer of a parameter, and none", dns, told + `,"IntegrationTarget":{"Ref":"P"}`, proxy, "NONE", dns, "",
			""},
		{"a fixed text with a parameter", url, told, proxy, "NONE", url, mapping("X-Caller", `{"Fn::Sub":"'${P}'"}`), ""},
		{"a variable of the guard, by a parameter", url, told, proxy, "CUSTOM", url,
			mapping("X-Caller", `{"Fn::Sub":"context.authorizer.${P}"}`), ""},
		{"a header by a parameter", url, told, proxy, "CUSTOM", url,
			mapping("X-Caller", `{"Fn::Sub":"method.request.header.${P}"}`), "the method POST / maps the header x-caller from " +
				`{"Fn::Sub":"method.request.header.${P}"}, which the client writes, and the backend learns from it who ` +
				"calls GET /"},
		{"a stage variable by a parameter", url, told, proxy, "NONE", url,
			mapping("X-Caller", `{"Fn::Sub":"stageVariables.${P}"}`), ""},
		{"one of some fixed texts", url, told, proxy, "NONE", url, mapping("X-Caller", `{"Ref":"Fixed"}`), ""},
		{"one of some values, with the client's", url, told, proxy, "NONE", url, mapping("X-Caller", `{"Ref":"Chosen"}`),
			"the method POST / maps the header x-caller from method.request.header.User, which the client writes, and the " +
				"backend learns from it who calls GET /"},
		{"a guard that the deployment decides", url, told, proxy, `{"Fn::If":["C","NONE","CUSTOM"]}`, url, told,
			unsure + "which authorizer returns context.authorizer.principalId is known only at deployment"},
		{"the ARN of a principal, without IAM", url, told, proxy, "NONE", url,
			mapping("X-Caller", `"context.identity.userArn"`), "the method POST / maps the header x-caller from " +
				"context.identity.userArn, and has no authorizer that returns it, and the backend learns from it who calls GET /"},
		{"a type that the deployment decides", url, told, `{"Ref":"P"}`, "NONE", url, "",
			unsure + "its Type is known only at deployment"},
		{"an integration that the deployment decides", url, told, "", "NONE", url, "",
			unsure + "its Integration is known only at deployment"},
		{"a type by a condition", url, told, `{"Fn::If":["C","HTTP","HTTP_PROXY"]}`, "NONE", url, "", passes},
		{"both headers by a condition", url, mapping("X-Caller", `{"Fn::If":["C",`+teller+`,`+noCaller+`]}`), proxy, "CUSTOM",
			url, mapping("X-Caller", `{"Fn::If":["C",`+teller+`,`+noCaller+`]}`), ""},
		{"one header by a condition", url, mapping("X-Caller", `{"Fn::If":["C",`+teller+`,`+noCaller+`]}`), proxy, "CUSTOM",
			url, "", passes},
		{"the other header by a condition", url, told, proxy, "CUSTOM", url,
			`,"RequestParameters":{"Fn::If":["C",{"integration.request.header.X-Caller":` + teller + `},` + noCaller + `]}`,
			passes},
		{"a mapping that may tell the caller", url, mapping("X-Caller", `{"Ref":"P"}`), proxy, "NONE", url, "",
			unsure + "what GET / maps it from is known only at deployment"},
		{"a fixed text, which is of no caller", url, mapping("X-Caller", `{"Fn::Sub":"'${P}'"}`), proxy, "NONE", url, "", ""},
		{"mappings that may tell the caller", url, given, proxy, "NONE", url, "",
			"it cannot be told whether the method GET / names its caller by a header that clients of POST / can set: " +
				"its RequestParameters are known only at deployment"},
		{"mappings that may tell the caller to another backend", url, given, proxy, "NONE", other, "", ""},
		{"a token of the caller, which the backend verifies", url,
			mapping("Authorization", `"context.authorizer.accessToken"`), proxy, "NONE", url, "", ""},
		{"a header that says nothing of the caller", url, mapping("X-Caller", `"context.stage"`), proxy, "NONE", url, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := func(verb, authorization, kind, uri, more string) string {
				integration := `{"IntegrationHttpMethod":"GET","Uri":` + uri + more + `,"Type":` + inJSON(kind) + `}`
				if kind == "" {
					integration = `{"Fn::ImportValue":"x"}`
				}
				return `{"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"` + verb + `","AuthorizationType":` +
					inJSON(authorization) + `,"RestApiId":{"Ref":"API"},"ResourceId":{"Fn::GetAtt":["API","RootResourceId"]},` +
					`"AuthorizerId":"a","Integration":` + integration + `}}`
			}
			a, err := cloudassembly.Parse("Shop", []byte(`{"Parameters":{"P":{"Type":"String"},"Q":{"Type":"String"},`+
				`"Fixed":{"Type":"String","AllowedValues":["'a'","'b'"]},`+
				`"Chosen":{"Type":"String","AllowedValues":["'a'","method.request.header.User"]}},`+
				`"Conditions":{"C":{"Fn::Equals":[{"Ref":"P"},"x"]}},"Resources":{`+
				`"API":{"Type":"AWS::ApiGateway::RestApi"},`+
				`"Own":{"Type":"Custom::Backend"},`+
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

// TestHowSevereForgeableHeadersAre changes what the public method of an API that Gatehouse built does. What the
// deployment decides about a method is an error, as if it were decided the worst way. Whether two hosts are the same is
// a warning.
func TestHowSevereForgeableHeadersAre(t *testing.T) {
	text, err := os.ReadFile("testdata/holes/forgeable-header.json")
	if err != nil {
		t.Fatal(err)
	}
	const header = "integration.request.header.x-caller"
	for _, tt := range []struct {
		name   string
		change func(integration map[string]any)
		want   rules.Severity
	}{
		{"as it is", func(map[string]any) {}, rules.Error},
		{"the type by a parameter", func(i map[string]any) { i["Type"] = map[string]any{"Ref": "P"} }, rules.Error},
		{"the mappings by a parameter", func(i map[string]any) { i["RequestParameters"] = map[string]any{"Ref": "P"} },
			rules.Error},
		{"a mapping by a parameter", func(i map[string]any) {
			i["RequestParameters"] = map[string]any{header: map[string]any{"Ref": "P"}}
		}, rules.Error},
		{"the host by a parameter", func(i map[string]any) { i["Uri"] = map[string]any{"Ref": "P"} }, rules.Warning},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var template map[string]any
			if err := json.Unmarshal(text, &template); err != nil {
				t.Fatal(err)
			}
			template["Parameters"] = map[string]any{"P": map[string]any{"Type": "String"}}
			at := template["Resources"].(map[string]any)["GetHealth"].(map[string]any)["Properties"].(map[string]any)
			tt.change(at["Integration"].(map[string]any))
			changed, err := json.Marshal(template)
			if err != nil {
				t.Fatal(err)
			}
			a, err := cloudassembly.Parse("Shop", changed)
			if err != nil {
				t.Fatal(err)
			}
			var got []rules.Severity
			for _, f := range rules.Check(a, rules.Options{}) {
				if f.Rule == "forgeable-header" && f.LogicalID == "GetHealth" {
					got = append(got, f.Severity)
				}
			}
			if !slices.Equal(got, []rules.Severity{tt.want}) {
				t.Errorf("found %q, want one %s", got, tt.want)
			}
		})
	}
}
