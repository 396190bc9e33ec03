package apimodel

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// twoAPIs has two APIs with a function of their own, one that both invoke, and one that neither invokes. Each function
// is a container image, which is a problem. Each API also has a method without a path and an authorizer of no type.
func twoAPIs() string {
	var out []string
	add := func(id, kind, properties string) {
		out = append(out, fmt.Sprintf(`%q: {"Type": "AWS::%s", "Properties": {%s}}`, id, kind, properties))
	}
	for _, id := range []string{"OneFn", "TwoFn", "BothFn", "CronFn"} {
		add(id, "Lambda::Function", `"PackageType": "Image", "Code": {"ImageUri": "i"}, "Role": "r"`)
	}
	for _, api := range []string{"One", "Two"} {
		of := fmt.Sprintf(`"RestApiId": {"Ref": %q}`, api)
		add(api, "ApiGateway::RestApi", fmt.Sprintf(`"Name": %q`, strings.ToLower(api)))
		add(api+"Depl", "ApiGateway::Deployment", of)
		add(api+"Stage", "ApiGateway::Stage", of+fmt.Sprintf(`, "StageName": "v1", "DeploymentId": {"Ref": "%sDepl"}`, api))
		add(api+"Auth", "ApiGateway::Authorizer", of+`, "Name": "a", "Type": "NEW"`)
		add(api+"Lost", "ApiGateway::Method", of+`, "HttpMethod": "PUT", "ResourceId": "lost", "AuthorizationType": "NONE"`)
		for verb, function := range map[string]string{"GET": api + "Fn", "POST": "BothFn"} {
			add(api+verb, "ApiGateway::Method", of+fmt.Sprintf(`, "HttpMethod": %q, "AuthorizationType": "NONE", "ResourceId": `+
				`{"Fn::GetAtt": [%q, "RootResourceId"]}, "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", `+
				`"Uri": {"Fn::Sub": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${%s.Arn}/invocations"}}`,
				verb, api, function))
		}
	}
	return `{"Resources": {` + strings.Join(out, ",\n") + `}}`
}

func TestPart(t *testing.T) {
	m := Read(parse(t, twoAPIs()), cloudassembly.Options{})
	for _, c := range []struct {
		name        string
		of          []string
		with, lacks []string // the IDs of problems
		functions   []string
	}{
		{"one API", []string{"One"}, []string{"One", "OneAuth", "OneLost", "OneFn", "BothFn", "CronFn"},
			[]string{"Two", "TwoAuth", "TwoLost", "TwoFn"}, []string{"BothFn", "CronFn", "OneFn"}},
		{"the other", []string{"Two"}, []string{"Two", "TwoAuth", "TwoLost", "TwoFn", "BothFn", "CronFn"},
			[]string{"One", "OneAuth", "OneLost", "OneFn"}, []string{"BothFn", "CronFn", "TwoFn"}},
		{"both", []string{"One", "Two"}, []string{"One", "OneAuth", "OneLost", "OneFn", "Two", "TwoAuth", "TwoLost", "TwoFn",
			"BothFn", "CronFn"}, nil, []string{"BothFn", "CronFn", "OneFn", "TwoFn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var apis []*API
			for _, api := range m.APIs {
				if slices.Contains(c.of, api.LogicalID) {
					apis = append(apis, api)
				}
			}
			part := m.Part(apis)
			for want, ids := range map[bool][]string{true: c.with, false: c.lacks} {
				for _, id := range ids {
					if has := len(part.ProblemsOf(ID{"Shop", id})) > 0; has != want {
						t.Errorf("it has a problem of %s: %v, want %v in %v", id, has, want, part.Problems)
					}
				}
			}
			var functions []string
			for _, f := range part.Functions {
				functions = append(functions, f.LogicalID)
			}
			slices.Sort(functions)
			if !slices.Equal(functions, c.functions) {
				t.Errorf("it has the functions %q, want %q", functions, c.functions)
			}
			if !slices.Equal(part.APIs, apis) {
				t.Errorf("it has the APIs %v", part.APIs)
			}
		})
	}
	if len(m.APIs) != 2 || len(m.Functions) != 4 || len(m.ProblemsOf(ID{"Shop", "TwoFn"})) == 0 {
		t.Errorf("the model has changed: %+v", m)
	}
}
