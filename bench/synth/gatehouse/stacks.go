package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/program"
	"github.com/gatehouse-cdk/gatehouse/bench/synth/internal/shape"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// backendPackage is the package of the backend if the included authorizer guards the routes.
const backendPackage = "github.com/gatehouse-cdk/gatehouse/backend-fn"

// newStacks makes the stacks of a shape with Gatehouse.
func newStacks(app constructs.Construct, spec shape.Shape) {
	table := spec.Table()
	for i := range spec.Each() {
		stack := awscdk.NewStack(app, jsii.String(shape.StackID(i)), nil)
		backends := make([]awslambda.IFunction, spec.Functions)
		for n := range backends {
			if spec.Builds() {
				backends[n] = gofunction.New(stack, shape.BackendID(n), &gofunction.Props{Package: backendPackage})
			} else {
				backends[n] = program.NewInline(stack, shape.BackendID(n), nil)
			}
		}
		props := &secureapi.Props{}
		switch spec.Authorizer {
		case shape.Included:
			props.Authorizer = secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: shape.Issuer, Audiences: []string{shape.Audience}}},
			}}
		case shape.Cognito:
			props.Authorizer = secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{program.NewPool(stack)}}
		case shape.Own:
			props.Authorizer = secureapi.TokenAuthorizer{
				Function:             program.NewInline(stack, "Decide", nil),
				ValidationExpression: secureapi.BearerJWT,
			}
		}
		for n, r := range table {
			route := secureapi.Handle(r.Verb+" "+r.Path, backends[n%len(backends)])
			switch {
			case r.Scope == "":
				route.Access = []secureapi.Access{secureapi.Public("load balancers look here")}
			case spec.Authorizer != shape.Own:
				route.Access = []secureapi.Access{secureapi.AnyScope(r.Scope)}
			}
			props.Routes = append(props.Routes, route)
		}
		if spec.CORS {
			props.CORS = &secureapi.CORS{AllowOrigins: shape.Origins()}
		}
		secureapi.New(stack, "Api", props)
	}
}
