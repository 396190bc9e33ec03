package secureapi

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/internal/batch"
	"github.com/gatehouse-cdk/gatehouse/internal/plan"
)

// noteConditions makes the deployment's logical ID depend on which routes have which condition.
func (b *builder) noteConditions() {
	for r := range b.plan.Sorted() {
		if r.OnlyIf != nil {
			b.described.add("only if " + r.OnlyIf.Path + ": " + r.Pattern.String())
		}
	}
}

// addConditions sets the conditions of methods, of their functions' permissions, and of the API as a whole.
func (b *builder) addConditions() {
	whole, joined := b.props.Condition, map[string]awscdk.CfnCondition{}
	if whole != nil {
		b.checkCondition("Props.Condition", whole)
	}
	of := func(o *plan.OnlyIf) awscdk.CfnCondition {
		if joined[o.Path] == nil {
			own := o.Condition.(awscdk.CfnCondition)
			b.checkCondition("OnlyIf", own)
			if joined[o.Path] = own; whole != nil {
				id := fmt.Sprintf("OnlyIf%s", *awscdk.Names_NodeUniqueId(own.Node()))
				joined[o.Path] = awscdk.NewCfnCondition(b.api, &id, &awscdk.CfnConditionProps{
					Expression: awscdk.Fn_ConditionAnd(whole, own),
				})
			}
		}
		return joined[o.Path]
	}
	for r := range b.plan.Sorted() {
		if r.OnlyIf == nil {
			continue
		}
		made := b.resource(r.Pattern.Path()).Node().FindChild(jsii.String(r.Pattern.Verb))
		l1(made).CfnOptions().SetCondition(of(r.OnlyIf))
	}
	if len(joined) > 0 {
		batch.Conditional(b.rest)
	}
	for i, f := range b.functions {
		if one := b.plan.OneCondition(i + 1); one != nil {
			b.setConditionOfPermission(f, of(one))
		}
	}
	if whole == nil {
		return
	}
	batch.Only(b.api, whole)
	for _, at := range b.attached { // a permission of an authorizer is below its function
		if at.own != nil && at.authorizer != nil {
			id := *awscdk.Names_UniqueId(at.authorizer.(constructs.IConstruct)) + ":Permissions"
			if made := at.own.Node().TryFindChild(&id); made != nil {
				made.(awscdk.CfnResource).CfnOptions().SetCondition(whole)
			}
		}
	}
}

// checkCondition requires a condition of the API's stack, because a template contains only its own conditions.
func (b *builder) checkCondition(what string, c awscdk.CfnCondition) {
	if of := *c.Stack().Node().Path(); of != *b.stack.Node().Path() {
		b.fail("%s: the condition %s belongs to the stack %s, and the API to %s: make one in the API's stack", what,
			*c.Node().Path(), of, *b.stack.Node().Path())
	}
}

// setConditionOfPermission sets the condition of the permission that lets the API invoke a function. The permission is
// below CDK's API: see [newIntegration].
func (b *builder) setConditionOfPermission(f awslambda.IFunction, condition awscdk.CfnCondition) {
	want := fmt.Sprint(b.stack.Resolve(f.FunctionArn()))
	for _, c := range *b.rest.Node().Children() {
		p, is := c.(awslambda.CfnPermission)
		if is && fmt.Sprint(b.stack.Resolve(p.FunctionName())) == want {
			p.CfnOptions().SetCondition(condition)
		}
	}
}

// conditionStage makes another API's usage plan include this API's stage, which is the plan's last one, only if the API
// exists.
func (b *builder) conditionStage(of awsapigateway.UsagePlan) {
	if b.props.Condition == nil {
		return
	}
	if other := of.Stack(); *other.Node().Path() != *b.stack.Node().Path() {
		b.fail("UsagePlans: the plan %s is in the stack %s, and the API has a Condition, which that stack does not: make "+
			"the plan in the stack of the API", *of.Node().Path(), *other.Node().Path())
	}
	resource := l1(of).(awsapigateway.CfnUsagePlan)
	stages := b.stack.Resolve(resource.ApiStages()).([]any)
	last := len(stages) - 1
	resource.AddPropertyOverride(jsii.String(fmt.Sprintf("ApiStages.%d", last)), awscdk.Fn_ConditionIf(
		b.props.Condition.LogicalId(), map[string]any{
			"ApiId": b.rest.RestApiId(), "Stage": b.rest.DeploymentStage().StageName(),
		}, map[string]string{"Ref": "AWS::NoValue"}))
}
