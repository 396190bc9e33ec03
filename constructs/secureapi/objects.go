package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// Method returns the AWS::ApiGateway::Method of a route, by the pattern that the table has it under, such as
// "GET /toys". A login's routes have one too. A change of who may call it, of its key, of what checks its requests, of
// what its answers are kept by, or of a call that it makes is refused at synth, as any other.
//
// What is changed in it is not part of the logical id of the deployment, and a stage serves the change with the next
// deployment: say so with api.RestAPI.LatestDeployment().AddToLogicalId.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
//
// It panics if the table has no such pattern.
func (a *API) Method(pattern string) awsapigateway.CfnMethod {
	var patterns []string
	for _, r := range a.plan.Sorted() {
		if r.Pattern.String() == pattern {
			resource := a.RestAPI.Root().ResourceForPath(jsii.String(r.Pattern.Path()))
			return l1(resource.Node().FindChild(&r.Pattern.Verb)).(awsapigateway.CfnMethod)
		}
		patterns = append(patterns, r.Pattern.String())
	}
	a.fail("Method", "the table has no route %q: it has %s", pattern, strings.Join(patterns, ", "))
	return nil
}

// Authorizer returns CDK's authorizer of one of Props.Authorizers, by its name there, or with "" that of
// Props.Authorizer: a TokenAuthorizer, RequestAuthorizer or CognitoUserPoolsAuthorizer of CDK's, as a method that is
// made by hand takes it.
//
// It panics if there is no such authorizer, and for those that CDK has no such object of: an [IAMAuthorizer], and a
// [JWTAuthorizer], of which [API.CfnAuthorizer] is the resource.
func (a *API) Authorizer(name string) awsapigateway.IAuthorizer {
	const method = "Authorizer"
	g, at := a.attachedTo(method, name)
	if at.authorizer == nil {
		a.fail(method, "CDK has no L2 authorizer for %s: CfnAuthorizer returns its resource", g)
	}
	return at.authorizer
}

// CfnAuthorizer returns the AWS::ApiGateway::Authorizer of one of Props.Authorizers, by its name there, or with "" that
// of Props.Authorizer, for properties that have no word here. A change of what Props say is refused at synth. As with
// [API.Method], a change is not part of the logical id of the deployment.
//
// It panics if there is no such authorizer, and for an [IAMAuthorizer], which has no resource.
func (a *API) CfnAuthorizer(name string) awsapigateway.CfnAuthorizer {
	_, at := a.attachedTo("CfnAuthorizer", name)
	if at.resource != nil {
		return at.resource.(awsapigateway.CfnAuthorizer)
	}
	return l1(at.authorizer.(awsapigateway.Authorizer)).(awsapigateway.CfnAuthorizer)
}

// attachedTo finds a guard that has an authorizer in the template.
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

// AuthorizerAlias returns the alias that API Gateway invokes for one of Props.Authorizers, by its name there, or with
// "" for Props.Authorizer.
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
