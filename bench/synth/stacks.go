package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// backendPackage is the function behind the routes that the included authorizer guards.
const backendPackage = "github.com/gatehouse-cdk/gatehouse/backend-fn"

// newStacks makes the stacks of a shape with Gatehouse.
func newStacks(app constructs.Construct, of shape) {
	table := of.table()
	for i := range of.each() {
		stack := awscdk.NewStack(app, jsii.String(fmt.Sprintf("Shop%03d", i)), nil)
		backends := make([]awslambda.IFunction, of.functions)
		for n := range backends {
			if of.builds() {
				backends[n] = gofunction.New(stack, backendID(n), &gofunction.Props{Package: backendPackage})
			} else {
				backends[n] = newInline(stack, backendID(n), nil)
			}
		}
		props := &secureapi.Props{}
		switch of.authorizer {
		case included:
			props.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}},
			}}
		case cognito:
			props.Authorizer = secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{newPool(stack)}}
		case own:
			props.Authorizer = secureapi.TokenAuthorizer{
				Function:             newInline(stack, "Decide", nil),
				ValidationExpression: secureapi.BearerJWT,
			}
		}
		for n, r := range table {
			route := secureapi.Handle(r.verb+" "+r.path, backends[n%len(backends)])
			switch {
			case r.scope == "":
				route.Access = []secureapi.Access{secureapi.Public("load balancers look here")}
			case of.authorizer != own:
				route.Access = []secureapi.Access{secureapi.AnyScope(r.scope)}
			}
			props.Routes = append(props.Routes, route)
		}
		if of.cors {
			props.CORS = &secureapi.CORS{AllowOrigins: settings.Origins}
		}
		secureapi.New(stack, "Api", props)
	}
}

func backendID(n int) string {
	if n == 0 {
		return "Backend"
	}
	return fmt.Sprintf("Backend%d", n)
}

// newInline is a function without a bundle, the same on both sides.
func newInline(scope constructs.Construct, id string, environment *map[string]*string) awslambda.Function {
	return awslambda.NewFunction(scope, &id, &awslambda.FunctionProps{
		Runtime:     awslambda.Runtime_NODEJS_22_X(),
		Handler:     jsii.String("index.handler"),
		Code:        awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({statusCode: 200})")),
		Environment: environment,
	})
}

// newPool is a user pool, the same on both sides.
func newPool(scope constructs.Construct) awscognito.UserPool {
	return awscognito.NewUserPool(scope, jsii.String("Pool"), &awscognito.UserPoolProps{
		SelfSignUpEnabled: jsii.Bool(false),
	})
}
