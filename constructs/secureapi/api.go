package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// API is a guarded REST API. It is a construct, so other constructs can be created inside it.
type API struct {
	constructs.Construct

	// RestAPI is CDK's own object, for what this package does not cover. Synthesis checks the finished templates and
	// refuses additions and changes that undermine the table. docs/checking.md lists the rules, which "gatehouse check"
	// runs too; [Accept] accepts a finding.
	RestAPI awsapigateway.RestApi

	plan        *plan.Plan
	condition   awscdk.CfnCondition // may be nil
	authorizers map[*plan.Guard]attached
	functions   map[*plan.Guard]awslambda.Function // the included functions
	logins      []awslambda.Function               // in the order of the plan's logins
	corsHeaders map[string]string                  // for gateway responses; nil without CORS
	loginPage   bool                               // whether the response UNAUTHORIZED is created
	domain      awsapigateway.IDomainName          // may be nil
	responses   map[string]bool                    // the types of Props.GatewayResponses

	privateDomain awsapigateway.CfnDomainNameV2 // may be nil

	explains bool // whether the response BAD_REQUEST_BODY is created

	usagePlans map[string]awsapigateway.UsagePlan // by name
	keys       map[string]awsapigateway.ApiKey    // the keys that the stack creates, by name

	alarms []awscloudwatch.Alarm // nil before Alarms is called
}

// URL returns the address of the deployed stage, with a trailing slash. Use it in outputs and for resources outside the
// API. Do not put it into the environment of a function behind the API: CloudFormation creates the stage after those
// functions and refuses the circular reference. URL panics if this construct does not deploy the API
// (RestApiProps.Deploy is false).
func (a *API) URL() string {
	if a.plan.Stage == "" {
		panic(fmt.Errorf("secureapi: %s: URL: the API has no stage, as RestApiProps.Deploy is false", *a.Node().Path()))
	}
	return *a.RestAPI.Url()
}

// AuthorizerFunction returns the included function of [Props.Authorizer], for grants to its hook and for alarms.
//
// It panics if Props.Authorizer is not set or has no JWT.
func (a *API) AuthorizerFunction() awslambda.Function {
	const method = "AuthorizerFunction"
	g := a.plan.Guard("")
	if g == nil && a.plan.Unnamed() {
		a.fail(method, "neither Props.Authorizer nor Authorizers is set, so that no function decides: set one with JWT, or "+
			"leave the call out")
	}
	if g == nil {
		a.fail(method, "Props.Authorizer is not set: use NamedAuthorizerFunction with one of Authorizers: %s", a.plan.Names())
	}
	return a.functionOf(method, g)
}

// NamedAuthorizerFunction returns the included function of the authorizer with this name in [Props.Authorizers].
//
// It panics if there is no authorizer of that name, or if it has no JWT.
func (a *API) NamedAuthorizerFunction(name string) awslambda.Function {
	const method = "NamedAuthorizerFunction"
	if name == "" {
		a.fail(method, "the name is empty: use AuthorizerFunction for Props.Authorizer, or one of Authorizers: %s",
			a.plan.Names())
	}
	g := a.plan.Guard(name)
	if g == nil {
		a.fail(method, "there is no authorizer %q in Authorizers: %s", name, a.plan.Names())
	}
	return a.functionOf(method, g)
}

func (a *API) functionOf(method string, g *plan.Guard) awslambda.Function {
	f := a.functions[g]
	if f == nil {
		a.fail(method, "%s has no included function: it has one with JWT", g)
	}
	return f
}

// fail panics with an error of a method.
func (a *API) fail(method, format string, args ...any) {
	panic(fmt.Errorf("secureapi: %s: %s: %w", *a.Node().Path(), method, fmt.Errorf(format, args...)))
}
