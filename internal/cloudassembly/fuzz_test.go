package cloudassembly

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// slow is far more than any input takes here, and far less than a template that multiplies itself would.
const slow = 5 * time.Second

// FuzzEvaluate evaluates any value in a template that has one of everything. It must end, and an error must say what and
// where.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		`{"Ref": "Env"}`, `{"Fn::GetAtt": ["Fn", "Arn"]}`, `{"Fn::Sub": "${Env}-${Fn.Arn}-${!x}"}`, `{"Fn::Sub": ["${a}", {"a": {"Ref": "Size"}}]}`,
		`{"Fn::Join": ["", ["a", {"Ref": "AWS::Region"}]]}`, `{"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}`, `{"Fn::If": ["Both", 1, {"Ref": "AWS::NoValue"}]}`,
		`{"Fn::If": ["Loop", 1, 2]}`, `{"Ref": "Chicken"}`, `{"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "code", {"DefaultValue": 1}]}`,
		`{"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}:X"}}`, `{"Fn::GetStackOutput": {"StackName": "Shop", "OutputName": "X"}}`,
		`{"Fn::ToJsonString": {"a": [1, true, null]}}`, `{"Fn::Length": {"Ref": "Zones"}}`, `{"Fn::Base64": "x"}`, `[[[{"Fn::Join": 1}]]]`, `{"Fn::": 1}`, `{"Fn::Join": ["", []], "x": 1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v any
		if json.Unmarshal([]byte(text), &v) != nil {
			return
		}
		a := parse(t, evaluated)
		start := time.Now()
		e := a.Evaluator(Options{})
		got, err := e.Evaluate(a.stacks[0], "It", "Properties.X", v)
		var u *UnresolvedError
		switch {
		case err != nil && (!errors.As(err, &u) || u.Intrinsic == "" || u.Reason == "" || u.Stack != "Shop" || u.LogicalID != "It"):
			t.Errorf("%s: the error %#v does not say what and where", text, err)
		case err == nil && hasIntrinsic(got):
			t.Errorf("%s: got %v, in which a function is left", text, got)
		}
		again, err2 := e.Evaluate(a.stacks[0], "It", "Properties.X", v)
		if (err == nil) != (err2 == nil) || encode(t, got) != encode(t, again) {
			t.Errorf("%s: got %v, %v, and then %v, %v", text, got, err, again, err2)
		}
		if d := time.Since(start); d > slow {
			t.Errorf("%s took %s", text, d)
		}
	})
}

// hasIntrinsic tells whether a value still holds a call. A Ref may be left, of a map that had more members.
func hasIntrinsic(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if strings.HasPrefix(name, "Fn::") || hasIntrinsic(member) {
				return true
			}
		}
	case []any:
		for _, entry := range v {
			if hasIntrinsic(entry) {
				return true
			}
		}
	}
	return false
}

// FuzzModel reads any template. It must end, and no method may come out of it as open that the template does not say is.
func FuzzModel(f *testing.F) {
	f.Add([]byte(evaluated))
	f.Add([]byte(api()))
	f.Add([]byte(api("Method", open(`{"Type": "MOCK", "RequestTemplates": {"application/json": "{ statusCode: 200 }"}}`))))
	f.Add([]byte(api("Fn", `{"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": {"Ref": "Nope"}}, "Environment": {"Variables": {"A": {"Fn::GetAtt": ["Thing", "X"]}}}}}`)))
	f.Add([]byte(api("P", permit(`{"Ref": "Fn"}`, gatewayPrincipal, source("*/GET/*")), "Q", permit(unresolvable, "*", `"SourceAccount": {"Ref": "AWS::AccountId"}`))))
	f.Add([]byte(api("Method", open(strings.Replace(proxy("Fn"), "${Fn.Arn}", "${Fn.Arn}:${!stageVariables.alias}", 1)),
		"Stage", `{"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1", "Variables": {"alias": "live"}}}`)))
	f.Add([]byte(api("Nested", `{"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}`)))
	for _, file := range []string{"More.template.json", "MoreRoutesC01D27F4.nested.template.json"} {
		data, err := os.ReadFile("testdata/shop/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Parse("Shop", data)
		if err != nil {
			return
		}
		start := time.Now()
		m := a.Model(Options{})
		if d := time.Since(start); d > slow {
			t.Errorf("it took %s", d)
		}
		for _, p := range m.Problems {
			if p.What == "" {
				t.Errorf("a problem of %s says nothing", p.ID)
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

// checkServed checks that a method which is not blocked has all that decides who may call it and what answers.
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
