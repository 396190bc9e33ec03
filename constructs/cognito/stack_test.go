package cognito_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
)

const origin = "https://notes.example.com"

// newApp is an app whose functions are not built, since these tests look at templates only.
func newApp() awscdk.App {
	context := map[string]any{"aws:cdk:bundling-stacks": []string{}}
	return awscdk.NewApp(&awscdk.AppProps{Context: &context})
}

func newStack() awscdk.Stack { return awscdk.NewStack(newApp(), jsii.String("Shop"), nil) }

// backend is a function without a build.
func backend(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
	})
}

// notes is a table whose scopes are of one resource server.
func notes(f awslambda.IFunction) []secureapi.Route {
	return []secureapi.Route{
		secureapi.Handle("GET /", f, secureapi.Public("the page")),
		secureapi.Handle("GET /notes", f, secureapi.AnyScope("notes/read")),
		secureapi.Handle("POST /notes", f, secureapi.AnyScope("notes/write")),
		secureapi.Handle("DELETE /notes/{id}", f, secureapi.AnyScope("notes/write"), secureapi.AnyGroup("editors")),
	}
}

// good are props that nothing is wrong with, but for a change.
func good(change func(*cognito.Props)) *cognito.Props {
	p := &cognito.Props{Routes: notes(nil), Origin: origin, DomainPrefix: "notes-example"}
	if change != nil {
		change(p)
	}
	return p
}

// resource is a resource of a finished template.
type resource struct {
	properties map[string]any
	dependsOn  []string
	policy     any // DeletionPolicy
}

// resources are those of a type, by logical id.
func resources(t *testing.T, stack awscdk.Stack, kind string) map[string]resource {
	t.Helper()
	out := map[string]resource{}
	for id, r := range snapshot.Template(t, stack)["Resources"].(map[string]any) {
		r := r.(map[string]any)
		if r["Type"] != kind {
			continue
		}
		of := resource{policy: r["DeletionPolicy"]}
		of.properties, _ = r["Properties"].(map[string]any)
		list, _ := r["DependsOn"].([]any)
		for _, d := range list {
			of.dependsOn = append(of.dependsOn, d.(string))
		}
		out[id] = of
	}
	return out
}

// only is the one resource of a type.
func only(t *testing.T, stack awscdk.Stack, kind string) resource {
	t.Helper()
	all := resources(t, stack, kind)
	if len(all) != 1 {
		t.Fatalf("%d resources of type %s, want one", len(all), kind)
	}
	for _, r := range all {
		return r
	}
	return resource{}
}

// refused runs f, which must panic with an error that holds all of these parts.
func refused(t *testing.T, f func(), want ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		got, is := recover().(error)
		if !is {
			t.Fatalf("no panic with an error, want one with %q", want)
		}
		for _, w := range want {
			if !strings.Contains(got.Error(), w) {
				t.Errorf("panic\n\t%s\ndoes not hold\n\t%s", got, w)
			}
		}
	}()
	f()
}

// secret is one of AWS Secrets Manager.
func secret(scope constructs.Construct, name string) awssecretsmanager.ISecret {
	return awssecretsmanager.Secret_FromSecretNameV2(scope, jsii.String("Secret-"+name), &name)
}

func mapping() *awscognito.AttributeMapping {
	return &awscognito.AttributeMapping{Email: awscognito.ProviderAttribute_Other(jsii.String("mail"))}
}

// texts are a list of a template.
func texts(of any) (out []string) {
	list, _ := of.([]any)
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}
