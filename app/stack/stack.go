// Package stack is the example: an orders API over DynamoDB, guarded in any of five ways.
//
// It is deployed as it is by "npx cdk deploy", and it can be imported. It does not set up a custom domain, alarms or a
// pipeline.
package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

// The scopes that callers need, as Amazon Cognito writes them: the resource server, a slash, the scope.
const (
	readScope  = "orders/read"
	writeScope = "orders/write"
	adminScope = "orders/admin"
	adminGroup = "admins"
)

// Orders is the stack with what it is made of.
type Orders struct {
	Stack   awscdk.Stack
	API     *secureapi.API
	Backend awslambda.Function
}

// New makes the stack. It panics if the settings are wrong.
func New(scope constructs.Construct, id string, settings Settings) *Orders {
	o := &Orders{Stack: awscdk.NewStack(scope, &id, &settings.StackProps)}
	o.Backend = newBackend(o)
	o.API = secureapi.New(o.Stack, "Api", &secureapi.Props{
		Authorizer:     o.authorizer(settings),
		Routes:         routes(settings.Authorizer, o.Backend),
		CORS:           settings.cors(),
		ResourcePolicy: settings.resourcePolicy(),
		RestApiProps:   &awsapigateway.RestApiProps{CloudWatchRole: &settings.CloudWatchRole},
	})
	if settings.Authorizer == IAM {
		o.addCaller()
	}
	return o
}

// routes are the access table. What a kind of authorizer cannot look at is left to what it can: Cognito and a JWT
// authorizer know scopes and no groups, IAM knows the caller's policies alone.
func routes(kind string, backend awslambda.IFunction) []secureapi.Route {
	read := []secureapi.Access{secureapi.AnyScope(readScope)}
	write := []secureapi.Access{secureapi.AnyScope(writeScope)}
	remove := []secureapi.Access{secureapi.AnyScope(writeScope), secureapi.AnyGroup(adminGroup)}
	switch kind {
	case Cognito, JWT:
		remove = []secureapi.Access{secureapi.AnyScope(adminScope)}
	case IAM:
		read, write, remove = nil, nil, nil
	}
	return []secureapi.Route{
		secureapi.Handle("GET /health", backend, secureapi.Public("load balancers and monitors look here; it tells "+
			"nothing about orders")),
		secureapi.Handle("GET /orders", backend, read...),
		secureapi.Handle("POST /orders", backend, write...),
		secureapi.Handle("GET /orders/{id}", backend, read...),
		secureapi.Handle("DELETE /orders/{id}", backend, remove...),
	}
}

// authorizer is the one that the settings ask for, with the issuer they name or else with the stack's own user pool.
func (o *Orders) authorizer(settings Settings) secureapi.Authorizer {
	switch settings.Authorizer {
	case IAM:
		return secureapi.IAMAuthorizer{}
	case Cognito:
		return secureapi.CognitoAuthorizer{UserPools: o.userPool(settings).pools(), CacheTTL: settings.CacheTTL}
	}
	issuers := []secureapi.Issuer{{URL: settings.Issuer, Audiences: []string{settings.Audience}}}
	if settings.Issuer == "" {
		pool := o.userPool(settings)
		issuers = []secureapi.Issuer{secureapi.CognitoIssuer(pool.pool, pool.client)}
	}
	jwt := &secureapi.JWT{Issuers: issuers}
	switch settings.Authorizer {
	case JWT:
		return secureapi.JWTAuthorizer{Issuers: issuers}
	case Request:
		return secureapi.RequestAuthorizer{JWT: jwt, CacheTTL: settings.CacheTTL}
	}
	return secureapi.TokenAuthorizer{JWT: jwt, CacheTTL: settings.CacheTTL}
}

// addCaller makes a role that may call everything but the deletion of orders; who may assume it in the account
// calls the API with its credentials.
func (o *Orders) addCaller() {
	role := awsiam.NewRole(o.Stack, jsii.String("OrdersCaller"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewAccountRootPrincipal(),
		Description: jsii.String("Reads and creates orders through the API"),
	})
	o.API.GrantInvoke(role, "GET /orders", "POST /orders", "GET /orders/{id}")
	awscdk.NewCfnOutput(o.Stack, jsii.String("OrdersCallerArn"), &awscdk.CfnOutputProps{Value: role.RoleArn()})
}
