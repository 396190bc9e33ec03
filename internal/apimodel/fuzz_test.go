package apimodel

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly/assemblytest"
)

// slow is much longer than any valid template takes, and much shorter than a template that multiplies itself would
// take.
const slow = time.Minute

// FuzzModel reads any template. Reading must end, and a method must not become public unless the template says so.
func FuzzModel(f *testing.F) {
	f.Add([]byte(assemblytest.Template))
	f.Add([]byte(api()))
	f.Add([]byte(api("Method", open(`{"Type": "MOCK", "RequestTemplates": {"application/json": "{ statusCode: 200 }"}}`))))
	f.Add([]byte(api(
		"Fn",
		`{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": {"Ref": "Nope"}}, "Environment": {"Variables": `+
			`{"A": {"Fn::GetAtt": ["Thing", "X"]}}}}}`,
	)))
	f.Add([]byte(api("P", permit(`{"Ref": "Fn"}`, gatewayPrincipal, source("*/GET/*")), "Q",
		permit(unresolvable, "*", `"SourceAccount": {"Ref": "AWS::AccountId"}`))))
	f.Add([]byte(api(
		"Method",
		open(strings.Replace(proxy("Fn"), "${Fn.Arn}", "${Fn.Arn}:${!stageVariables.alias}", 1)),
		"Stage",
		`{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1", "Variables": `+
			`{"alias": "live"}}}`,
	)))
	f.Add([]byte(api("Nested", `{"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}`)))
	for _, file := range []string{"More.template.json", "MoreRoutesC01D27F4.nested.template.json"} {
		data, err := os.ReadFile(shop + "/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := cloudassembly.Parse("Shop", data)
		if err != nil {
			return
		}
		start := time.Now()
		m := Read(a, cloudassembly.Options{})
		if d := time.Since(start); d > slow {
			t.Errorf("it took %s", d)
		}
		for _, p := range m.Problems {
			if p.What == "" {
				t.Errorf("a problem of %s has no text", p.ID)
			}
		}
		for _, api := range m.APIs {
			for _, method := range api.Methods {
				for _, stage := range append([]*Stage{nil}, api.Stages...) {
					if len(m.Blocking(api, stage, method)) == 0 {
						checkServed(t, method, stage)
					}
				}
			}
			for _, note := range m.PermissionNotes(api) {
				if !strings.Contains(note, "API Gateway") {
					t.Errorf("a note says %q", note)
				}
			}
		}
	})
}

// checkServed checks that a method that is not blocked has everything that decides who may call it and what answers.
func checkServed(t *testing.T, m *Method, on *Stage) {
	switch m.Authorization {
	case AuthorizationNone, AuthorizationIAM:
	case AuthorizationCustom:
		a := m.Authorizer
		if a == nil {
			t.Fatalf("%s is served without its authorizer", m.ID)
		}
		if f, _ := a.FunctionOn(on); f == nil || a.Type == TokenAuthorizer && len(a.IdentitySources) != 1 {
			t.Errorf("%s is served with the authorizer %+v", m.ID, a)
		}
	case AuthorizationCognito:
		if a := m.Authorizer; a == nil || len(a.UserPools) == 0 || len(a.IdentitySources) != 1 {
			t.Errorf("%s is served with the authorizer %+v", m.ID, a)
		}
	default:
		t.Errorf("%s is served, and its authorization is %q", m.ID, m.Authorization)
	}
	i := &m.Integration
	if f, _ := i.FunctionOn(on); i.Type != IntegrationMock && (i.Type != IntegrationProxy || f == nil) {
		t.Errorf("%s is served by the integration %+v", m.ID, i)
	}
}
