package secureapi

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/plan"
	"github.com/gatehouse-cdk/gatehouse/internal/resourcepolicy"
)

// GrantInvoke allows a principal to call the routes with these patterns, which an [IAMAuthorizer] must guard. It panics
// if a route does not exist, is public or has another guard; if the grantee is nil, cannot have a policy (an account or
// a service), or is in another account; and if RestApiProps.Deploy is false.
//
// The policy refers to the API only, and contains the stage by name. So the grantee may be a function behind the API:
// CloudFormation creates the API first, then the policy and the function, and the stage last. Synthesis fails if the
// API itself refers to that function, for example with a token of it in Stage.Name or a statement of the resource
// policy. The function cannot be in another stack than the API.
//
// In a policy, the * that stands for a parameter also matches slashes. A grant of "GET /orders/{id}" would therefore
// cover "GET /orders/{id}/items" too. If a grant would cover a route that the call does not name, GrantInvoke panics
// and names the route. If it would cover a method that was added outside the table, synthesis fails.
//
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
//
// If the API has a Condition that does not hold, the policy allows nothing. The grantee then has to be in the API's
// stack.
func (a *API) GrantInvoke(grantee awsiam.IGrantable, patterns ...string) awsiam.Grant {
	const method = "GrantInvoke"
	if grantee == nil {
		a.fail(method, "the grantee is nil: give it a role, a user or a function")
	}
	routes, err := a.plan.Grantable(patterns)
	if err != nil {
		a.fail(method, "%w", err)
	}
	if a.plan.Stage == "" {
		// A * for the stage would cross slashes and so match other routes.
		a.fail(method, "the API has no stage to grant, as RestApiProps.Deploy is false")
	}
	stack, elsewhere := awscdk.Stack_Of(a), a.condition != nil // the policy may be where the API is not
	if account := grantee.GrantPrincipal().PrincipalAccount(); account != nil {
		if of, here, is := differ(*account, *stack.Account()); is { // CDK creates no policy then, and reports success
			a.fail(method, "the grantee is of account %s and the API of %s, from where it gets no policy: callers of another "+
				"account are let in by ResourcePolicy.AllowAccounts and by that account's own policies", of, here)
		}
	}
	if c, ok := grantee.GrantPrincipal().(constructs.IConstruct); ok && a.condition != nil {
		if other := *awscdk.Stack_Of(c).Node().Path(); other != *stack.Node().Path() {
			a.fail(method, "the grantee %s is in the stack %s, and the API has a Condition, which that stack does not: make "+
				"the grantee in the stack of the API", *c.Node().Path(), other)
		}
		elsewhere = !strings.HasPrefix(*c.Node().Path(), *a.Node().Path()+"/") // what belongs to the API has its condition
	}
	var arns []*string
	for _, r := range routes {
		path := r.Pattern.Wildcard()
		for _, verb := range plan.Verbs(r.Pattern) {
			arn := a.RestAPI.ArnForExecuteApi(jsii.String(verb), jsii.String(path), &a.plan.Stage)
			if elsewhere {
				arn = a.whereMade(stack, arn, a.plan.Stage+"/"+verb+path)
			}
			arns = append(arns, arn)
		}
	}
	grant := awsiam.Grant_AddToPrincipal(&awsiam.GrantOnPrincipalOptions{
		Grantee:      grantee,
		Actions:      jsii.Strings(resourcepolicy.Invoke),
		ResourceArns: &arns,
	})
	if !*grant.Success() {
		a.fail(method, "the grantee takes no policy, as an account or a service does: grant a role or a user; callers "+
			"of another account are let in by ResourcePolicy.AllowAccounts and by that account's own policies")
	}
	return grant
}

// whereMade returns the ARN of a route if the API's condition holds, and otherwise the ARN of no API. A reference to
// the API would be refused then, and so would a statement without a resource.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
func (a *API) whereMade(stack awscdk.Stack, arn *string, route string) *string {
	none := stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("execute-api"), Resource: jsii.String("-"), ResourceName: &route,
	})
	return awscdk.Token_AsString(awscdk.Fn_ConditionIf(a.condition.LogicalId(), arn, none), nil)
}
