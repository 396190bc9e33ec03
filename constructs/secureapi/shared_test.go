package secureapi_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// again synthesizes once more, as an app does after a change.
func again(stack awscdk.Stack) {
	stack.Node().Root().(awscdk.App).Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)})
}

// TestMethodsReferToWhatIsFinal checks that all methods have the same resolved tokens. CDK's L2 makes the first method
// of a function and resolves its tokens by itself. The others share what their tokens resolve to.
func TestMethodsReferToWhatIsFinal(t *testing.T) {
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
							t.Errorf("%s: %s is not that of the first method:\n%s", name, property, diff)
						}
					}
				}
				if at == stack { // CDK locks the ids of what it exports
					f.Node().DefaultChild().(awslambda.CfnFunction).OverrideLogicalId(jsii.String("Renamed"))
				}
				again(stack)
			}
			if at == stack && uris[0] == uris[1] {
				t.Errorf("the function is renamed, and the methods still invoke %s", uris[0])
			}
		})
	}
}

// TestTheDeploymentWaitsForItsMethods checks that the deployment depends once on each method, those of the table and
// those that an app adds, unless the app sets the dependencies itself.
func TestTheDeploymentWaitsForItsMethods(t *testing.T) {
	dependsOn := func(stack awscdk.Stack) (ids []string) {
		t.Helper()
		found := *assertions.Template_FromStack(stack, nil).FindResources(jsii.String("AWS::ApiGateway::Deployment"), nil)
		for _, r := range found {
			list, _ := (*r)["DependsOn"].([]any)
			for _, id := range list {
				ids = append(ids, id.(string))
			}
		}
		return ids
	}
	stack := newStack()
	const shared = "PUT /orders" // the L2 makes the other methods, the first of the function and of the authorizer
	api := shop(stack, func(p *secureapi.Props) {
		p.Routes = append(p.Routes, secureapi.Handle(shared, p.Routes[0].Function, secureapi.AnyScope("orders:write")))
	})
	deployment := api.RestAPI.LatestDeployment()
	deployment.Node().AddDependency(api.Method(shared), stack.Node().FindChild(jsii.String("Orders")))
	got := dependsOn(stack)
	want := slices.Sorted(maps.Keys(resources(stack, "AWS::ApiGateway::Method")))
	want = append(want, slices.Sorted(maps.Keys(resources(stack, "AWS::ApiGateway::Authorizer")))...)
	for id := range resources(stack, "AWS::Lambda::Function") {
		if id[:6] == "Orders" {
			want = append(want, id)
		}
	}
	for _, id := range want {
		if n := len(slices.DeleteFunc(slices.Clone(got), func(x string) bool { return x != id })); n != 1 {
			t.Errorf("the deployment waits %d times for %s, want 1: %q", n, id, got)
		}
	}
	deployment.Node().DefaultChild().(awsapigateway.CfnDeployment).AddOverride(
		jsii.String("DependsOn"),
		jsii.Strings(want[0]),
	)
	again(stack)
	if got := dependsOn(stack); !slices.Equal(got, want[:1]) {
		t.Errorf("got %q, want what the app has overridden it with, %q", got, want[:1])
	}
}
