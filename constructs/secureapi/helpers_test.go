package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// newApp returns an app that does not build functions. These tests only read templates.
func newApp(context ...any) awscdk.App {
	values := map[string]any{"aws:cdk:bundling-stacks": []string{}}
	for i := 0; i < len(context); i += 2 {
		values[context[i].(string)] = context[i+1]
	}
	return awscdk.NewApp(&awscdk.AppProps{Context: &values, TreeMetadata: jsii.Bool(false)})
}

func newStack(context ...any) awscdk.Stack {
	return awscdk.NewStack(newApp(context...), jsii.String("Shop"), nil)
}

// backend returns a function that needs no build.
func backend(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
	})
}

func tokens() secureapi.TokenAuthorizer {
	return secureapi.TokenAuthorizer{JWT: &secureapi.JWT{Issuers: []secureapi.Issuer{
		{URL: "https://idp.example.com/", Audiences: []string{"orders"}},
	}}}
}

// shop returns a small API, after a change.
func shop(stack awscdk.Stack, change func(*secureapi.Props)) *secureapi.API {
	f := backend(stack, "Orders")
	props := &secureapi.Props{
		Authorizer: tokens(),
		Routes: []secureapi.Route{
			secureapi.Handle("GET /orders", f, secureapi.AnyScope("orders:read")),
			secureapi.Handle("GET /health", f, secureapi.Public("probe")),
		},
	}
	if change != nil {
		change(props)
	}
	return secureapi.New(stack, "Api", props)
}

// resources returns the properties of a template's resources of a type, by logical ID.
func resources(stack awscdk.Stack, kind string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for id, r := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(kind), nil) {
		props, _ := (*r)["Properties"].(map[string]any)
		out[id] = props
	}
	return out
}

// resourceMetadata returns the metadata of the single resource of a type.
func resourceMetadata(stack awscdk.Stack, kind string) map[string]any {
	for _, r := range *assertions.Template_FromStack(stack, nil).FindResources(jsii.String(kind), nil) {
		metadata, _ := (*r)["Metadata"].(map[string]any)
		return metadata
	}
	return nil
}

func only(t *testing.T, stack awscdk.Stack, kind string) map[string]any {
	t.Helper()
	all := resources(stack, kind)
	if len(all) != 1 {
		t.Fatalf("got %d resources of type %s, want one", len(all), kind)
	}
	for _, props := range all {
		return props
	}
	return nil
}

// refused checks that f panics with a message that contains all of want.
func refused(t *testing.T, f func(), want ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		got := recover()
		if got == nil {
			t.Fatalf("got no panic, want one with %q", want)
		}
		for _, w := range want {
			if text := fmt.Sprint(got); !strings.Contains(text, w) {
				t.Errorf("got the panic\n\t%s\nwant in it\n\t%s", text, w)
			}
		}
	}()
	f()
}

func deployment(t *testing.T, change func(*secureapi.Props), context ...any) string {
	t.Helper()
	stack := newStack(context...)
	shop(stack, change)
	for id := range resources(stack, "AWS::ApiGateway::Deployment") {
		return id
	}
	t.Fatal("the template has no deployment")
	return ""
}

func iamOnly(p *secureapi.Props) {
	p.Authorizer = secureapi.IAMAuthorizer{}
	p.Routes[0].Access = nil
}

func denyAll() awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewStarPrincipal()},
		Actions:    jsii.Strings("execute-api:Invoke"),
		Resources:  jsii.Strings("execute-api:/*"),
	})
}

// again synthesizes the app again, after a change.
func again(stack awscdk.Stack) {
	stack.Node().Root().(awscdk.App).Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)})
}
