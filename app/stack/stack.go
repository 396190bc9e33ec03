// Package stack is the example: an orders API over DynamoDB, guarded in any of five ways.
//
// Deploy it unchanged with "npx cdk deploy", or import it. It does not set up a custom domain, alarms or a pipeline.
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

// The scopes that callers need, in the form of Amazon Cognito: the resource server, a slash, the scope.
const (
	readScope  = "orders/read"
	writeScope = "orders/write"
	adminScope = "orders/admin"
	adminGroup = "admins"
)

// Orders is the stack and its parts.
type Orders struct {
	Stack   awscdk.Stack
	API     *secureapi.API
	Backend awslambda.Function
}

// New creates the stack. It panics if the settings are invalid.
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

// routes returns the access table. It requires only what the kind of authorizer can compare: Cognito and a JWT
// authorizer compare scopes but not groups, and IAM only knows the caller's policies.
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

// authorizer returns the authorizer that the settings ask for, with the issuer that they name or the stack's own user
// pool.
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

// addCaller creates a role that may call everything except the deletion of orders. A principal that may assume it in
// the account can call the API with its credentials.
func (o *Orders) addCaller() {
	role := awsiam.NewRole(o.Stack, jsii.String("OrdersCaller"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewAccountRootPrincipal(),
		Description: jsii.String("Reads and creates orders through the API"),
	})
	o.API.GrantInvoke(role, "GET /orders", "POST /orders", "GET /orders/{id}")
	awscdk.NewCfnOutput(o.Stack, jsii.String("OrdersCallerArn"), &awscdk.CfnOutputProps{Value: role.RoleArn()})
}
