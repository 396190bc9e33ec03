package secureapi_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// resourcesOf synthesizes the stack, again if it was synthesized before, and returns the resources of the template.
func resourcesOf(stack awscdk.Stack) map[string]any {
	template := stack.Node().Root().(awscdk.App).Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)}).
		GetStackByName(jsii.String("Shop")).
		Template()
	return template.(map[string]any)["Resources"].(map[string]any)
}

// TestAMethodIsChangedAlone changes one method before a synthesis and between two. The methods share resolved tokens
// for one synthesis, but a change to one must not reach the others.
func TestAMethodIsChangedAlone(t *testing.T) {
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
		t.Errorf("nothing changed PATCH /orders, and it has %v, want %v", got, want)
	}
	for id, name := range map[string]any{
		post: map[string]any{"Fn::ToJsonString": map[string]any{"of": "one"}},
		put:  "Replace",
	} {
		want := maps.Clone(properties(before, id))
		want["OperationName"] = name
		if got := properties(after, id); !reflect.DeepEqual(got, want) {
			t.Errorf("%s has %v, want %v", id, got, want)
		}
	}
	if _, there := after[remove]; there || !reflect.DeepEqual(properties(after, "Mine"), properties(before, remove)) {
		t.Errorf("DELETE /orders is not named Mine: the resources are %q", slices.Sorted(maps.Keys(after)))
	}
}
