package matrix

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestPolicyNote checks that the note claims that a policy refuses requests only if it may.
func TestPolicyNote(t *testing.T) {
	const all = `{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*"}`
	const may, not = "has a resource policy, which may refuse requests to its routes.",
		"allows every caller every route, so it refuses no request"
	for _, tt := range []struct{ name, statements, want string }{
		{"everything", all, not},
		{"everything, in other words", `{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}`, not},
		{
			"by the API's ARN",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:*",` +
				`"Resource":"arn:aws:execute-api:us-east-1:123456789012:abc/*"}`,
			not,
		},
		{
			"and a further statement",
			all +
				`,{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"execute-api:Invoke","Resource":"execute-api:/*"}`,
			not,
		},
		{
			"and a Deny",
			all + `,{"Effect":"Deny","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/prod/GET/a"}`,
			may,
		},
		{
			"under a condition",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*",` +
				`"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`,
			may,
		},
		{
			"an account",
			`{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"execute-api:Invoke","Resource":"execute-api:/*"}`,
			may,
		},
		{
			"one verb",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*/GET/*"}`,
			may,
		},
		{
			"names of one length",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/?/?/?"}`,
			may,
		},
		{
			"all but one",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","NotResource":"execute-api:/prod/GET/a"}`,
			may,
		},
		{
			"another action",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:ManageConnections","Resource":"execute-api:/*"}`,
			may,
		},
		{
			"another API",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke",` +
				`"Resource":"arn:aws:execute-api:us-east-1:123456789012:other/*"}`,
			may,
		},
		{
			"an unknown element",
			`{"Effect":"Allow","Principal":"*","Action":"execute-api:Invoke","Resource":"execute-api:/*",` +
				`"Condition":{"Magic":{"a":"b"}}}`,
			may,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := guarded(t, `{"version":1,"routes":[{"route":"GET /orders"}]}`)
			api := model.APIs[0]
			api.Partition, api.Region, api.Account, api.APIID = "aws", "us-east-1", "123456789012", "abc"
			api.Policy = json.RawMessage(`{"Version":"2012-10-17","Statement":[` + tt.statements + `]}`)
			m, err := Of(model, "")
			if err != nil {
				t.Fatal(err)
			}
			text := string(m.Routes())
			if !strings.Contains(text, tt.want) || strings.Contains(text, "limits") {
				t.Errorf("want %s\n got %s", tt.want, text)
			}
			if admits := strings.Contains(
				text,
				"and admits those that an authorizer's or IAM's policy neither allows nor denies.",
			); admits != (tt.want == not) {
				t.Errorf("it says that the policy admits requests: %v\n%s", admits, text)
			}
		})
	}
}

// TestPolicyNoteOfPublicRoutes checks that an Allow does not add access if there is no other policy.
func TestPolicyNoteOfPublicRoutes(t *testing.T) {
	m := Matrix{
		APIs: []API{
			{
				Stack:  "Shop",
				Name:   "Api",
				Policy: AllowsAll,
				Routes: []Route{{Verb: "GET", Path: "/", Kind: None}},
			},
		},
	}
	if text := string(m.Routes()); !strings.HasSuffix(
		text,
		"Shop/Api has a resource policy that allows every caller every route, so it refuses no request.\n",
	) {
		t.Error(text)
	}
}

func TestVariables(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        []Variable
	}{
		{"a text", "strict", []Variable{{"V", "strict"}}},
		{"nothing", "", []Variable{{"V", ""}}},
		{"a reference", "${Table}", []Variable{{"V", "${Table}"}}},
		{"a function without a notation", `${{"Fn::If":["A","b","c"]}}`, []Variable{{"V", `${{"Fn::If":["A","b","c"]}}`}}},
		{"an object", `{"b":{"c":[1,"${T}",{"d":null}]},"a":1e2,"e":{},"f":[],"g":true}`, []Variable{
			{"V.a", "1e2"},
			{"V.b.c[0]", "1"},
			{"V.b.c[1]", "${T}"},
			{"V.b.c[2].d", "null"},
			{"V.e", "{}"},
			{"V.f", "[]"},
			{"V.g", "true"},
		}},
		{"functions in texts", `{"a":["${{"Fn::ImportValue":"x\"y"}}/${{"Fn::Select":[0,["b"]]}}"],"c":"${T}"}`, []Variable{
			{"V.a[0]", `${{"Fn::ImportValue":"x\"y"}}/${{"Fn::Select":[0,["b"]]}}`},
			{"V.c", "${T}"},
		}},
		{"a function in place of a list", `{"a":${{"Fn::Split":[",","b"]}}}`,
			[]Variable{{"V", `{"a":${{"Fn::Split":[",","b"]}}}`}}},
		{"an empty object", "{}", []Variable{{"V", "{}"}}},
		{"a list", `["a"]`, []Variable{{"V", `["a"]`}}},
		{"an object and more", `{"a":1} x`, []Variable{{"V", `{"a":1} x`}}},
		{"an object that a reference breaks", `{"a":${N}}`, []Variable{{"V", `{"a":${N}}`}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, flatten("V", tt.value)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// template is the model of an API with one method, GET /, and other resources.
func template(t *testing.T, authorizer string, resources ...string) *apimodel.Model {
	t.Helper()
	text := `{"Parameters": {"Choice": {"Type": "String"}}, "Resources": {
		"Fn": {"Type": "AWS::Lambda::Function", "Properties": {}},
		"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Api"}},
		"Auth": {"Type": "AWS::ApiGateway::Authorizer", "Properties": {
			"RestApiId": {"Ref": "Api"}, "Name": "Guard", ` + authorizer + `}},
		"Get": {"Type": "AWS::ApiGateway::Method", "Properties": {
			"RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
			"HttpMethod": "GET", "AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "Auth"},
			"Integration": {"Type": "AWS", "IntegrationHttpMethod": "POST", "Uri": ` + invocation + `}}}` + strings.Join(
		append([]string{""}, resources...),
		",",
	) + `}}`
	a, err := cloudassembly.Parse("Shop", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return apimodel.Read(a, cloudassembly.Options{})
}

const (
	invocation = `{"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations"}`
	token      = `"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": ` + invocation
)

// TestAuthorizerThatIsNotKnown checks that an unresolved value is not read as the default.
func TestAuthorizerThatIsNotKnown(t *testing.T) {
	for _, tt := range []struct{ name, authorizer, property, row string }{
		{
			"how long answers are kept",
			token + `, "AuthorizerResultTtlInSeconds": {"Ref": "Choice"}`,
			"AuthorizerResultTtlInSeconds",
			"token Guard: answers cached for an unknown time",
		},
		{
			"what the caller is identified by",
			`"Type": "TOKEN", "IdentitySource": {"Ref": "Choice"}, "AuthorizerUri": ` + invocation,
			"IdentitySource",
			"token Guard: answers cached for 5m by the token",
		},
		{
			"which function decides",
			`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": {"Ref": "Choice"}`,
			"AuthorizerUri",
			"token Guard: decided by what is not in the assembly",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Of(template(t, tt.authorizer), "")
			if !errors.Is(err, ErrUnknown) || !strings.Contains(fmt.Sprint(err), "Shop/Auth") ||
				!strings.Contains(fmt.Sprint(err), tt.property) {
				t.Errorf("want an ErrUnknown that names %s\n got %v", tt.property, err)
			}
			if got := strings.Join(strings.Fields(string(m.Text())), " "); !strings.Contains(got, tt.row) {
				t.Errorf("want %s in\n%s", tt.row, got)
			}
		})
	}
}

func TestFunctionURLs(t *testing.T) {
	url := func(properties string) string {
		return `"Url": {"Type": "AWS::Lambda::Url", "Properties": {` + properties + `}}`
	}
	for _, tt := range []struct{ name, url, want string }{
		{"for everyone", url(`"AuthType": "NONE", "TargetFunctionArn": {"Ref": "Fn"}`), "of Shop/Fn, past the API: anyone\n"},
		{
			"signed, of an alias",
			url(`"AuthType": "AWS_IAM", "TargetFunctionArn": {"Ref": "Fn"}, "Qualifier": "live"`),
			"of Shop/Fn:live, past the API: whom IAM allows lambda:InvokeFunctionUrl\n",
		},
		{
			"of a type that is not known",
			url(`"AuthType": {"Ref": "Choice"}, "TargetFunctionArn": {"Ref": "Fn"}`),
			"of Shop/Fn, past the API: not known\n",
		},
		{"of a function behind no route", url(`"AuthType": "NONE", "TargetFunctionArn": "other"`), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Of(template(t, token, tt.url), "")
			if err != nil {
				t.Fatal(err)
			}
			_, got, found := strings.Cut(string(m.Text()), "function URL ")
			if got != tt.want || found != (tt.want != "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if strings.Contains(string(m.Routes()), "function URL") {
				t.Error("only the routes have function URLs")
			}
		})
	}
}

func TestKeptAnswers(t *testing.T) {
	m, err := Of(
		template(
			t,
			token,
			`"Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "prod",
		"CacheClusterEnabled": true, "MethodSettings": [
			{"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": true, "CacheTtlInSeconds": 90}]}}`,
		),
		"",
	)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Kept{{Stage: "prod", Route: "GET /", For: 90 * time.Second}}, m.APIs[0].Kept); diff != "" {
		t.Error(diff)
	}
}
