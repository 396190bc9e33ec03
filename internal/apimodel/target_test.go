package apimodel

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestFunctionsByStageVariable has functions that stage variables name.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
func TestFunctionsByStageVariable(t *testing.T) {
	uri := func(arn string) string {
		return `{"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/` +
			`arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:` + arn + `/invocations"}`
	}
	integration := func(arn string) string {
		return open(`{"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": ` + uri(arn) + `}`)
	}
	stage := func(name, variables string) string {
		return `{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "` + name +
			`", "DeploymentId": {"Ref": "Deployment"}, "Variables": {` + variables + `}}}`
	}
	byName := integration("${!stageVariables.fn}")
	for _, c := range []struct {
		name    string
		changes []string
		v1, v2  string // the function with its qualifier, or part of the reason why it is not known
	}{
		{"the function", []string{"Method", byName, "Stage", stage("v1", `"fn": {"Ref": "Fn"}`), "Two",
			stage("v2", `"fn": {"Ref": "AuthFn"}`)}, "Shop/Fn", "Shop/AuthFn"},
		{"the function with its alias",
			[]string{"Method", byName, "Stage", stage("v1", `"fn": {"Fn::Sub": "${Fn}:live"}`), "Two",
				stage("v2", `"fn": {"Ref": "Fn"}`)}, "Shop/Fn:live", "Shop/Fn"},
		{"the alias", []string{"Method", integration("${Fn}:${!stageVariables.alias}"), "Stage",
			stage("v1", `"alias": "live"`), "Two", stage("v2", `"alias": "beta"`)}, "Shop/Fn:live", "Shop/Fn:beta"},
		{"two variables", []string{"Method", integration("${!stageVariables.fn}:${!stageVariables.alias}"), "Stage",
			stage("v1", `"alias": "live", "fn": {"Ref": "Fn"}`), "Two", stage("v2", "")},
			"Shop/Fn:live", "by the stage variable fn, alias, which the stage v2 does not have: set it"},
		{"a function that is not in the assembly",
			[]string{"Method", byName, "Stage", stage("v1", `"fn": "other"`), "Two", stage("v2", `"fn": {"Ref": "Fn"}`)},
			"on the stage v1 the function arn:aws:lambda:us-east-1:123456789012:function:other is not in the assembly",
			"Shop/Fn"},
		{"a name that none can have",
			[]string{"Method", integration("${!stageVariables.f-n}"), "Stage", stage("v1", ""), "Two", stage("v2", "")},
			"want ${stageVariables.NAME}", "want ${stageVariables.NAME}"},
		{"an authorizer's", []string{"Auth",
			authorizer(`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": ` +
				uri("${AuthFn}:${!stageVariables.alias}")),
			"Stage", stage("v1", `"alias": "live"`), "Two", stage("v2", "")}, "Shop/Fn",
			"Shop/Auth: Properties.AuthorizerUri names the function by the stage variable alias"},
		{"an authorizer's, of different functions",
			[]string{"Auth",
				authorizer(`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerUri": ` +
					uri("${!stageVariables.fn}")),
				"Stage", stage("v1", `"fn": {"Ref": "Fn"}`), "Two", stage("v2", `"fn": {"Ref": "AuthFn"}`)},
			"its stages name different functions", "its stages name different functions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api(c.changes...)), cloudassembly.Options{})
			for i, want := range []string{c.v1, c.v2} {
				a := m.APIs[0]
				got := ""
				for _, p := range m.Blocking(a, a.Stages[i], a.Methods[0]) {
					got += p.String() + "; "
				}
				if got == "" {
					f, qualifier := a.Methods[0].Integration.FunctionOn(a.Stages[i])
					got = Invocation{Function: f, Qualifier: qualifier}.name()
				}
				if strings.HasPrefix(want, "Shop/Fn") || strings.HasPrefix(want, "Shop/AuthFn") {
					if got != want {
						t.Errorf("%s: got %q, want %q", a.Stages[i].Name, got, want)
					}
				} else if !strings.Contains(got, want) {
					t.Errorf("%s: got %q, want %q in it", a.Stages[i].Name, got, want)
				}
			}
		})
	}
}
