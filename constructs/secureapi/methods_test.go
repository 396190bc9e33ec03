package secureapi_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// resourcesOf synthesizes the stack, also a second time, and returns the template's resources.
func resourcesOf(stack awscdk.Stack) map[string]any {
	template := stack.Node().Root().(awscdk.App).Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}).
		GetStackByName(jsii.String("Shop")).
		Template()
	return template.(map[string]any)["Resources"].(map[string]any)
}

// The methods of a function share resolved tokens during a synthesis. A change of one method, before a synthesis or
// between two, must not reach the others.
func TestChangeOfOneMethod(t *testing.T) {
	stack := newStack()
	api := shop(stack, func(p *secureapi.Props) {
		for _, verb := range []string{"DELETE", "PATCH", "POST", "PUT"} {
			route := secureapi.Handle(verb+" /orders", p.Routes[0].Function, secureapi.AnyScope("orders:write"))
			p.Routes = append(p.Routes, route)
		}
	})
	idOf := func(pattern string) string { return stack.Resolve(api.Method(pattern).LogicalId()).(string) }
	patch, post, put, remove := idOf("PATCH /orders"), idOf("POST /orders"), idOf("PUT /orders"), idOf("DELETE /orders")
	properties := func(resources map[string]any, id string) map[string]any {
		return resources[id].(map[string]any)["Properties"].(map[string]any)
	}
	name := awscdk.Token_AsString(map[string]any{"Fn::ToJsonString": map[string]any{"of": "both"}}, nil)
	api.Method("PATCH /orders").SetOperationName(name)
	api.Method("POST /orders").SetOperationName(name)
	before := resourcesOf(stack)

	api.Method("POST /orders").AddPropertyOverride(jsii.String("OperationName.Fn::ToJsonString.of"), "one")
	api.Method("PUT /orders").SetOperationName(jsii.String("Replace"))
	api.Method("DELETE /orders").OverrideLogicalId(jsii.String("Mine"))
	after := resourcesOf(stack)

	if got, want := properties(after, patch), properties(before, patch); !reflect.DeepEqual(got, want) {
		t.Errorf("PATCH /orders, which did not change: got %v, want %v", got, want)
	}
	for id, name := range map[string]any{
		post: map[string]any{"Fn::ToJsonString": map[string]any{"of": "one"}},
		put:  "Replace",
	} {
		want := maps.Clone(properties(before, id))
		want["OperationName"] = name
		if got := properties(after, id); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	if _, there := after[remove]; there || !reflect.DeepEqual(properties(after, "Mine"), properties(before, remove)) {
		t.Errorf("DELETE /orders: want the logical ID Mine in %q", slices.Sorted(maps.Keys(after)))
	}
}

// All methods of a function have the same resolved tokens. CDK's L2 makes the first method and
// resolves its tokens. The others share the resolved values.
func TestMethodsShareResolvedTokens(t *testing.T) {
	for _, test := range []struct {
		name string
		make func(app awscdk.App) (api, function awscdk.Stack)
	}{
		{"one stack", func(app awscdk.App) (api, function awscdk.Stack) {
			stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
			return stack, stack
		}},
		{"the function in another stack, which imports are made for", func(app awscdk.App) (api, function awscdk.Stack) {
			return awscdk.NewStack(app, jsii.String("Shop"), nil), awscdk.NewStack(app, jsii.String("Functions"), nil)
		}},
		{"the API in a nested stack, which CDK writes before others", func(app awscdk.App) (api, function awscdk.Stack) {
			stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
			return awscdk.NewNestedStack(stack, jsii.String("Nested"), nil), stack
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack, at := test.make(newApp())
			f := backend(at, "Function")
			shop(stack, func(p *secureapi.Props) {
				p.Authorizer = secureapi.TokenAuthorizer{Function: backend(stack, "Decide"),
					ValidationExpression: secureapi.BearerJWT}
				p.Routes = []secureapi.Route{
					secureapi.Handle("GET /orders", f),
					secureapi.Handle("PUT /orders", f),
					secureapi.Handle("GET /health", f, secureapi.Public("probe")),
				}
			})
			var uris []string
			for range 2 {
				methods := resources(stack, "AWS::ApiGateway::Method")
				if len(methods) != 3 {
					t.Fatalf("got %d methods, want 3", len(methods))
				}
				var first map[string]any
				for _, name := range slices.Sorted(maps.Keys(methods)) {
					m := methods[name]
					if first == nil {
						first = m
						uris = append(uris, fmt.Sprint(m["Integration"]))
					}
					for _, property := range []string{"Integration", "RestApiId"} {
						if diff := cmp.Diff(first[property], m[property]); diff != "" || m[property] == nil {
							t.Errorf("%s: %s differs from the first method (-want +got):\n%s", name, property, diff)
						}
					}
				}
				if at == stack { // CDK locks the ids of what it exports
					f.Node().DefaultChild().(awslambda.CfnFunction).OverrideLogicalId(jsii.String("Renamed"))
				}
				again(stack)
			}
			if at == stack && uris[0] == uris[1] {
				t.Errorf("renamed function: got methods that invoke %s", uris[0])
			}
		})
	}
}
