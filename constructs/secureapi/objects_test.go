package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// guards returns an API with a route for each kind of authorizer, and two for some kinds.
func guards(stack awscdk.Stack) *secureapi.API {
	f := backend(stack, "Orders")
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	return secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: tokens(),
		Authorizers: map[string]secureapi.Authorizer{
			"iam":  secureapi.IAMAuthorizer{},
			"jwt":  secureapi.JWTAuthorizer{Issuers: tokens().JWT.Issuers},
			"pool": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /toys", f, secureapi.AnyScope("toys:read")),
			secureapi.Handle("PUT /toys", f, secureapi.AnyScope("toys:write")),
			secureapi.Handle("GET /toys/{id}", f, secureapi.GuardedBy("pool"), secureapi.AnyScope("toys:read")),
			secureapi.Handle("PUT /toys/{id}", f, secureapi.GuardedBy("pool"), secureapi.AnyScope("toys:write")),
			secureapi.Handle("GET /dolls", f, secureapi.GuardedBy("jwt"), secureapi.AnyScope("dolls:read")),
			secureapi.Handle("PUT /dolls", f, secureapi.GuardedBy("jwt")),
			secureapi.Handle("ANY /machines", f, secureapi.GuardedBy("iam")),
			secureapi.Handle("GET /", f, secureapi.Public("the shop's window")),
		},
	})
}

// A method has the path that CDK's L2 gives it, also if the L2 did not make it.
func TestMethodsHaveCDKPaths(t *testing.T) {
	stack := newStack()
	api := guards(stack)
	for pattern, want := range map[string][2]string{
		"GET /toys":      {"Api/RestApi/Default/toys/GET/Resource", "CUSTOM"},
		"PUT /toys":      {"Api/RestApi/Default/toys/PUT/Resource", "CUSTOM"},
		"PUT /toys/{id}": {"Api/RestApi/Default/toys/{id}/PUT/Resource", "COGNITO_USER_POOLS"},
		"GET /dolls":     {"Api/RestApi/Default/dolls/GET/Resource", "JWT"},
		"PUT /dolls":     {"Api/RestApi/Default/dolls/PUT/Resource", "JWT"},
		"ANY /machines":  {"Api/RestApi/Default/machines/ANY/Resource", "AWS_IAM"},
		"GET /":          {"Api/RestApi/Default/GET/Resource", "NONE"},
	} {
		m := api.Method(pattern)
		if got := strings.TrimPrefix(*m.Node().Path(), "Shop/"); got != want[0] {
			t.Errorf("method of %q: got the path %s, want %s", pattern, got, want[0])
		}
		if got := *m.AuthorizationType(); got != want[1] {
			t.Errorf("method of %q: got the AuthorizationType %s, want %s", pattern, got, want[1])
		}
	}
	toys := api.RestAPI.Root().GetResource(jsii.String("toys"))
	if toys == nil || toys.GetResource(jsii.String("{id}")) == nil {
		t.Fatal("GetResource: got nil for a path of the table")
	}
	for _, verb := range []string{"GET", "PUT"} {
		refused(t, func() { toys.AddMethod(&verb, nil, nil) }, "There is already a Construct with name '"+verb+"'")
	}
	if again := api.RestAPI.Root().ResourceForPath(jsii.String("/toys/{id}")); *again.Path() != "/toys/{id}" {
		t.Errorf("AddResource again: got %s", *again.Path())
	}

	api.Method("PUT /toys").SetOperationName(jsii.String("RenameToy"))
	api.CfnAuthorizer("").SetName(jsii.String("the-shops-own"))
	methods := resources(stack, "AWS::ApiGateway::Method")
	if got := methods["ApiRestApitoysPUT6CD19645"]["OperationName"]; got != "RenameToy" {
		t.Errorf("changed method: got %v in the template, of %v", got, methods)
	}
	if got := resources(stack, "AWS::ApiGateway::Authorizer")["ApiAuthorizer787544C1"]["Name"]; got != "the-shops-own" {
		t.Errorf("changed authorizer: got the name %v in the template", got)
	}
}

// TestAuthorizersAreCDKObjects also uses an authorizer for a method that the app adds.
func TestAuthorizersAreCDKObjects(t *testing.T) {
	api := guards(newStack())
	for name, want := range map[string]string{"": "TOKEN", "pool": "COGNITO_USER_POOLS", "jwt": "JWT"} {
		if got := *api.CfnAuthorizer(name).Type(); got != want {
			t.Errorf("authorizer %q: got the type %s, want %s", name, got, want)
		}
	}
	if api.Authorizer("").(awsapigateway.TokenAuthorizer).AuthorizerId() == nil {
		t.Error("authorizer of the API: got no ID")
	}
	made := api.RestAPI.Root().AddMethod(jsii.String("PUT"), nil, &awsapigateway.MethodOptions{
		Authorizer: api.Authorizer("pool"), AuthorizationType: awsapigateway.AuthorizationType_COGNITO,
	})
	if got := *made.Node().DefaultChild().(awsapigateway.CfnMethod).AuthorizerId(); got !=
		*api.Authorizer("pool").AuthorizerId() {
		t.Errorf("got the authorizer %s", got)
	}
	for _, tt := range []struct {
		name string
		call func()
		want string
	}{
		{"unknown route", func() { api.Method("GET /dogs") }, `secureapi: Shop/Api: Method: the table has no route ` +
			`"GET /dogs": it has GET /, GET /dolls, PUT /dolls, ANY /machines, GET /toys`},
		{"unknown authorizer", func() { api.Authorizer("y") }, `secureapi: Shop/Api: Authorizer: there is no authorizer ` +
			`"y" in Authorizers: they are "iam", "jwt", "pool"`},
		{"IAM", func() { api.Authorizer("iam") }, "has no authorizer in API Gateway, which checks signatures itself"},
		{"IAM's resource", func() { api.CfnAuthorizer("iam") }, "has no authorizer in API Gateway"},
		{"JWT", func() { api.Authorizer("jwt") }, "CDK has no L2 authorizer for "},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.call, tt.want) })
	}
	public := shop(newStack(), func(p *secureapi.Props) { p.Authorizer, p.Routes = nil, p.Routes[1:] })
	refused(t, func() { public.CfnAuthorizer("") }, "secureapi: Shop/Api: CfnAuthorizer: neither Props.Authorizer nor "+
		"Authorizers is set, so that the API has no authorizer: set one, or leave the call out")
	named := shop(newStack(), func(p *secureapi.Props) {
		p.Authorizer, p.Authorizers = nil, map[string]secureapi.Authorizer{"users": tokens()}
		p.Routes[0].Access = append(p.Routes[0].Access, secureapi.GuardedBy("users"))
	})
	refused(t, func() { named.CfnAuthorizer("") }, `there is no Props.Authorizer, or it guards no route: name one of `+
		`Authorizers instead of "": they are "users"`)
	refused(t, func() { named.AuthorizerFunction() }, `AuthorizerFunction: Props.Authorizer is not set: use `+
		`NamedAuthorizerFunction with one of Authorizers: they are "users"`)
}

// Each property of a method is part of the deployment's ID, also if CDK's L2 did not make the method or does not have
// the property.
func TestMethodChangesDeployment(t *testing.T) {
	of := func(authorizer secureapi.Authorizer, second string, options *awsapigateway.MethodOptions) string {
		return deployment(t, func(p *secureapi.Props) {
			p.Authorizer = authorizer
			f := p.Routes[0].Function
			p.Routes = append(p.Routes, secureapi.Handle("PUT /orders", f, secureapi.AnyScope(second)))
			p.Routes[2].MethodOptions = options
		})
	}
	pool := func() secureapi.Authorizer {
		stack := newStack()
		return secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{
			awscognito.UserPool_FromUserPoolArn(stack, jsii.String("Pool"),
				jsii.String("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc")),
		}}
	}
	native := secureapi.JWTAuthorizer{Issuers: tokens().JWT.Issuers}
	named := &awsapigateway.MethodOptions{OperationName: jsii.String("Rename")}
	seen := map[string]string{}
	for _, tt := range []struct {
		name string
		id   string
	}{
		{"a scope of a user pool", of(pool(), "orders:write", nil)},
		{"another", of(pool(), "orders:admin", nil)},
		{"a scope of a JWT", of(native, "orders:write", nil)},
		{"another of a JWT", of(native, "orders:admin", nil)},
		{"a scope of a JWT, with options", of(native, "orders:write", named)},
		{"another of a JWT, with options", of(native, "orders:admin", named)},
	} {
		if other, same := seen[tt.id]; same {
			t.Errorf("%q and %q: got the same deployment %s", tt.name, other, tt.id)
		}
		seen[tt.id] = tt.name
	}
	if again := of(native, "orders:admin", named); seen[again] == "" {
		t.Errorf("the same API twice: got the deployments %s and %s", fmt.Sprint(seen), again)
	}
}
