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

// newApp returns an app that does not build functions. These tests only read templates.
func newApp() awscdk.App {
	context := map[string]any{"aws:cdk:bundling-stacks": []string{}}
	return awscdk.NewApp(&awscdk.AppProps{Context: &context})
}

func newStack() awscdk.Stack { return awscdk.NewStack(newApp(), jsii.String("Shop"), nil) }

// backend returns a function that needs no build.
func backend(scope constructs.Construct, id string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
	})
}

// notes returns a table whose scopes belong to one resource server.
func notes(f awslambda.IFunction) []secureapi.Route {
	return []secureapi.Route{
		secureapi.Handle("GET /", f, secureapi.Public("the page")),
		secureapi.Handle("GET /notes", f, secureapi.AnyScope("notes/read")),
		secureapi.Handle("POST /notes", f, secureapi.AnyScope("notes/write")),
		secureapi.Handle("DELETE /notes/{id}", f, secureapi.AnyScope("notes/write"), secureapi.AnyGroup("editors")),
	}
}

// good returns valid props with a change.
func good(change func(*cognito.Props)) *cognito.Props {
	p := &cognito.Props{Routes: notes(nil), Origin: origin, DomainPrefix: "notes-example"}
	if change != nil {
		change(p)
	}
	return p
}

// resource is a resource of a template.
type resource struct {
	properties map[string]any
	dependsOn  []string
	policy     any // DeletionPolicy
}

// resources returns the resources of a type by logical ID.
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

// only returns the single resource of a type.
func only(t *testing.T, stack awscdk.Stack, kind string) resource {
	t.Helper()
	all := resources(t, stack, kind)
	if len(all) != 1 {
		t.Fatalf("got %d resources of type %s, want one", len(all), kind)
	}
	for _, r := range all {
		return r
	}
	return resource{}
}

// refused checks that f panics with an error that contains all these parts.
func refused(t *testing.T, f func(), want ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		got, is := recover().(error)
		if !is {
			t.Fatalf("got no panic with an error, want one with %q", want)
		}
		for _, w := range want {
			if !strings.Contains(got.Error(), w) {
				t.Errorf("got the panic\n\t%s\nwant in it\n\t%s", got, w)
			}
		}
	}()
	f()
}

// secret returns a secret of AWS Secrets Manager.
func secret(scope constructs.Construct, name string) awssecretsmanager.ISecret {
	return awssecretsmanager.Secret_FromSecretNameV2(scope, jsii.String("Secret-"+name), &name)
}

func mapping() *awscognito.AttributeMapping {
	return &awscognito.AttributeMapping{Email: awscognito.ProviderAttribute_Other(jsii.String("mail"))}
}

// texts returns a list of a template as strings.
func texts(of any) (out []string) {
	list, _ := of.([]any)
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}
