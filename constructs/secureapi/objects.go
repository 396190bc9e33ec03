package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Method returns the AWS::ApiGateway::Method of a route by its pattern in the table, such as "GET /toys". A login's
// routes have methods too. Synthesis refuses a change to who may call the method, to its API key, to the checks of its
// requests, to its cache keys, and to a call that it makes.
//
// A change to the method does not affect the logical ID of the deployment, and a stage serves it only after the next
// deployment. Call api.RestAPI.LatestDeployment().AddToLogicalId to deploy the change.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
//
// It panics if the table has no such pattern.
func (a *API) Method(pattern string) awsapigateway.CfnMethod {
	var patterns []string
	for r := range a.plan.Sorted() {
		if r.Pattern.String() == pattern {
			resource := a.RestAPI.Root().ResourceForPath(jsii.String(r.Pattern.Path()))
			return l1(resource.Node().FindChild(&r.Pattern.Verb)).(awsapigateway.CfnMethod)
		}
		patterns = append(patterns, r.Pattern.String())
	}
	a.fail("Method", "the table has no route %q: it has %s", pattern, strings.Join(patterns, ", "))
	return nil
}

// Authorizer returns CDK's authorizer object for a name in [Props.Authorizers], or, for "", that of Props.Authorizer.
// The object is CDK's TokenAuthorizer, RequestAuthorizer or CognitoUserPoolsAuthorizer, which you can pass to a method
// that you make by hand.
//
// It panics if there is no such authorizer, and for an [IAMAuthorizer] or a [JWTAuthorizer], for which CDK has no such
// object. [API.CfnAuthorizer] returns the resource of a JWTAuthorizer.
func (a *API) Authorizer(name string) awsapigateway.IAuthorizer {
	const method = "Authorizer"
	g, at := a.attachedTo(method, name)
	if at.authorizer == nil {
		a.fail(method, "CDK has no L2 authorizer for %s: CfnAuthorizer returns its resource", g)
	}
	return at.authorizer
}

// CfnAuthorizer returns the AWS::ApiGateway::Authorizer for a name in [Props.Authorizers], or, for "", that of
// Props.Authorizer. Use it to set properties that this package does not have. Synthesis refuses changes to what Props
// declare. As with [API.Method], a change does not affect the logical ID of the deployment.
//
// It panics if there is no such authorizer, and for an [IAMAuthorizer], which has no resource.
func (a *API) CfnAuthorizer(name string) awsapigateway.CfnAuthorizer {
	_, at := a.attachedTo("CfnAuthorizer", name)
	if at.resource != nil {
		return at.resource.(awsapigateway.CfnAuthorizer)
	}
	return l1(at.authorizer.(awsapigateway.Authorizer)).(awsapigateway.CfnAuthorizer)
}

// attachedTo returns a guard that has an authorizer in the template.
func (a *API) attachedTo(method, name string) (*plan.Guard, attached) {
	g := a.plan.Guard(name)
	switch {
	case g == nil && a.plan.Unnamed():
		a.fail(method, "neither Props.Authorizer nor Authorizers is set, so that the API has no authorizer: set one, or "+
			"leave the call out")
	case g == nil && name == "":
		a.fail(method, `there is no Props.Authorizer, or it guards no route: name one of Authorizers instead of "": %s`,
			a.plan.Names())
	case g == nil:
		a.fail(method, "there is no authorizer %q in Authorizers: %s", name, a.plan.Names())
	}
	at := a.authorizers[g]
	if at.authorizer == nil && at.resource == nil {
		a.fail(method, "%s has no authorizer in API Gateway, which checks signatures itself: a method that is made by hand "+
			"takes AuthorizationType_IAM", g)
	}
	return g, at
}

// AuthorizerAlias returns the alias that API Gateway invokes for a name in [Props.Authorizers], or, for "", for
// Props.Authorizer.
//
// It panics if there is no such authorizer, or if it has no [Release].
func (a *API) AuthorizerAlias(name string) awslambda.Alias {
	const method = "AuthorizerAlias"
	g, at := a.attachedTo(method, name)
	if at.included.alias == nil {
		a.fail(method, "%s has no alias: set Release of its JWT, or of a SessionAuthorizer", g)
	}
	return at.included.alias
}
