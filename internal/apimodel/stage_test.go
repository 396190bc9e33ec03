package apimodel

import (
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

func TestGatewayResponses(t *testing.T) {
	for _, c := range []struct {
		name, status string
		want         int
	}{
		{"the default of its type", `null`, 0},
		{"a status", `"418"`, 418},
		{"as a number", `418`, 418},
		{"none that HTTP has", `"999"`, 0},
		{"no number", `"teapot"`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, api("Response", `{"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {
				"RestApiId": {"Ref": "Api"}, "ResponseType": "UNAUTHORIZED",
				"ResponseTemplates": {"text/plain": null}, "StatusCode": `+c.status+`}}`)), cloudassembly.Options{})
			g := m.APIs[0].GatewayResponses[0]
			if g.StatusCode != c.want || g.Type != "UNAUTHORIZED" {
				t.Errorf("got %+v, want the status %d", g, c.want)
			}
			if v, ok := g.Templates["text/plain"]; !ok || v != "" {
				t.Errorf("got templates %v, want an empty one", g.Templates)
			}
		})
	}
}

// TestStageVariables checks that a stage with unknown variables is not served.
func TestStageVariables(t *testing.T) {
	m := Read(parse(t, api("Stage", `{"Type": "AWS::ApiGateway::Stage", "Properties": {
		"RestApiId": {"Ref": "Api"}, "StageName": "v1", "Variables": {"a": `+unresolvable+`}}}`)), cloudassembly.Options{})
	a := m.APIs[0]
	if got := m.Blocking(a, a.Stages[0], a.Methods[0]); len(got) != 1 {
		t.Errorf("got %v, want the stage blocked", got)
	}
	if got := m.Blocking(a, nil, a.Methods[0]); len(got) != 0 {
		t.Errorf("got %v, want other stages served", got)
	}
}

// TestStageOfADeployment checks the short form, in which a deployment makes its stage.
func TestStageOfADeployment(t *testing.T) {
	m := Read(parse(t, api(
		"Stage",
		"",
		"Deployment",
		`{"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "short", `+
			`"StageDescription": {"Variables": {"a": "b"}}}}`,
	)),
		cloudassembly.Options{})
	stages := m.APIs[0].Stages
	if len(stages) != 1 || stages[0].Name != "short" || stages[0].Variables["a"] != "b" ||
		stages[0].DeploymentID != "5evuqm" {
		t.Fatalf("got %+v, %v", stages, m.Problems)
	}
}

func TestSettingPath(t *testing.T) {
	for in, want := range map[string]string{"/*": "*", "*": "*", "/": "/", "/~1": "/", "/~1orders~1{id}": "/orders/{id}",
		"/orders~1{id}": "/orders/{id}", "": "/"} {
		if got := settingPath(in); got != want {
			t.Errorf("settingPath(%q) = %q, want %q", in, got, want)
		}
	}
}
