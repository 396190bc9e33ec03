package secureapi

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/jsii-runtime-go"
)

// flush empties the cache of the API's authorizers once the stage serves the new deployment and the included functions
// have the new table. A cached policy was made from the previous table. As long as it is cached, its patterns let its
// caller into routes that are new, or that now require more.
func (b *builder) flush() {
	if !b.props.Stage.FlushAuthorizerCache {
		return
	}
	rest, stage := b.api.RestAPI, b.api.RestAPI.DeploymentStage()
	call := &customresources.AwsSdkCall{
		Service: jsii.String("api-gateway"),
		Action:  jsii.String("flushStageAuthorizersCache"),
		Parameters: map[string]any{
			"restApiId": rest.RestApiId(),
			"stageName": stage.StageName(),
		},
		PhysicalResourceId: customresources.PhysicalResourceId_Of(
			awscdk.Fn_Join(jsii.String("-"), &[]*string{rest.LatestDeployment().DeploymentId(), jsii.String(b.rights())}),
		),
	}
	// The call is a DELETE request, which IAM permits by that verb.
	// Sources: https://docs.aws.amazon.com/apigateway/latest/api/API_FlushStageAuthorizersCache.html and
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html
	cache := b.stack.FormatArn(&awscdk.ArnComponents{
		Service:   jsii.String("apigateway"),
		Account:   jsii.String(""),
		ArnFormat: awscdk.ArnFormat_SLASH_RESOURCE_SLASH_RESOURCE_NAME,
		Resource:  jsii.String("restapis"),
		// The stage's name is written out, because a reference to the stage would make the policy wait for it, see below.
		ResourceName: jsii.String(*rest.RestApiId() + "/stages/" + b.plan.Stage + "/cache/authorizers"),
	})
	flush := customresources.NewAwsCustomResource(
		b.api,
		jsii.String("FlushAuthorizerCache"),
		&customresources.AwsCustomResourceProps{
			OnUpdate:            call,
			InstallLatestAwsSdk: jsii.Bool(false),
			LogGroup:            flushLogs(b.stack),
			Policy: customresources.AwsCustomResourcePolicy_FromStatements(&[]awsiam.PolicyStatement{
				awsiam.NewPolicyStatement(
					&awsiam.PolicyStatementProps{Actions: jsii.Strings("apigateway:DELETE"), Resources: &[]*string{cache}},
				),
			}),
		},
	)
	// Only the call waits, and not its policy. IAM would not know a policy that is created just before the call everywhere
	// yet, so the call would be denied and the deployment would fail.
	// Source: https://github.com/aws/aws-cdk/pull/37085, https://github.com/aws/aws-cdk/issues/37675
	resource := flush.Node().FindChild(jsii.String("Resource"))
	resource.Node().AddDependency(stage)
	for _, g := range b.plan.Guards {
		if made := b.attached[g].included; made.function != nil {
			resource.Node().AddDependency(made.invoked())
		}
	}
}

// flushLogs returns the log group of the function that makes the call. CDK creates one such function in a stack.
func flushLogs(stack awscdk.Stack) awslogs.ILogGroup {
	const id = "FlushAuthorizerCacheLogs"
	if made := stack.Node().TryFindChild(jsii.String(id)); made != nil {
		return made.(awslogs.ILogGroup)
	}
	return awslogs.NewLogGroup(stack, jsii.String(id), &awslogs.LogGroupProps{
		Retention: awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
}

// rights returns a digest of what the included authorizers decide by: their tables and settings.
func (b *builder) rights() string {
	h := sha256.New()
	for _, g := range b.plan.Guards {
		if g.Table != nil {
			var rules []string // in an order that does not depend on the table's
			for _, r := range g.Table.Rules() {
				requires, err := json.Marshal(r.Requires) // other releases of Gatehouse encode it the same way
				if err != nil {
					panic("secureapi: " + err.Error()) // its members are texts
				}
				rules = append(rules, fmt.Sprintf("%v %s %v", r.Pattern, requires, r.Elsewhere))
			}
			// Resolved, because the number in a CDK token may vary.
			settings := b.stack.Resolve(b.attached[g].included.environment)
			fmt.Fprintf(h, "%q\n%q\n%v\n", g.ID(), slices.Sorted(slices.Values(rules)), settings)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}
