package secureapi

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// nagMetadata is the metadata from which cdk-nag reads a resource's suppressions, in the format of version 2.
// Source: https://github.com/cdklabs/cdk-nag (Suppressing a Rule), and lib/utils/nag-suppression-helper.js of 2.35.0
const nagMetadata = "cdk_nag"

// The reasons for findings of cdk-nag's pack AwsSolutions.
const (
	nagValidation = "Functions check their requests; secureapi.Body and RequireQuery have API Gateway check those of a " +
		"route."
	nagWebACL     = "No web ACL is asked for: Props.WebACL associates one with the stage."
	nagExecution  = "Execution logs need the account's CloudWatch role and hold requests; the stage has access logs."
	nagCognito    = "The access table says what guards the route: this API is not for users of a Cognito user pool alone."
	nagPublic     = "The access table says that the route is public: "
	nagPreflight  = "A browser's preflight brings no credentials; it is answered by API Gateway and reaches no function."
	nagBasicRole  = "The policy lets a function write its own logs and nothing else; CDK gives it to every function."
	nagDeployRole = "The policy is the one that AWS CodeDeploy needs to shift the alias of the authorizer."
	nagLogsRole   = "The policy lets API Gateway write logs; RestApiProps.CloudWatchRole asks for it."
	nagRuntime    = "CDK makes this function for AwsCustomResource and chooses its runtime."
	nagRotation   = "The keys of sessions are rotated by one command, which logs no one out: see CookieSessions.Keys."
)

// nagSuppression is a rule that is suppressed at a resource.
type nagSuppression struct {
	rule, reason string
	appliesTo    []string // findings of the rule; nil for all of them
}

// entry returns the suppression in cdk-nag's format. A reason with letters beyond Latin-1 is encoded.
func (n nagSuppression) entry() map[string]any {
	out := map[string]any{"id": n.rule, "reason": n.reason}
	if strings.ContainsFunc(n.reason, func(c rune) bool { return c > 255 }) {
		out["reason"], out["is_reason_encoded"] = base64.StdEncoding.EncodeToString([]byte(n.reason)), true
	}
	if n.appliesTo != nil {
		out["applies_to"] = n.appliesTo
	}
	return out
}

// suppressNag writes the suppressions into the resources that New creates, and not into those that are added beside the
// table later.
func (b *builder) suppressNag() {
	if !b.props.NagSuppressions {
		return
	}
	made := *b.node.FindAll(constructs.ConstructOrder_PREORDER)
	if b.props.Stage.FlushAuthorizerCache { // CDK creates the function that makes the call once in a stack
		if provider := b.stack.Node().TryFindChild(jsii.String("AWS" + flushProvider)); provider != nil {
			made = append(made, *provider.Node().FindAll(constructs.ConstructOrder_PREORDER)...)
		}
	}
	for _, c := range made {
		resource, is := c.(awscdk.CfnResource)
		if !is {
			continue
		}
		var entries []map[string]any
		for _, n := range b.nagOf(resource) {
			entries = append(entries, n.entry())
		}
		if entries != nil {
			resource.AddMetadata(jsii.String(nagMetadata), map[string]any{"rules_to_suppress": entries})
		}
	}
}

// flushProvider is part of the construct ID of CDK's function for the calls of AwsCustomResource.
// Source: aws-cdk-lib 2.270.0, custom-resources/lib/aws-custom-resource/aws-custom-resource.js (PROVIDER_FUNCTION_UUID)
const flushProvider = "679f53fac002430cb0da5b7982bd2287"

// nagOf returns the suppressions that the design justifies for a resource.
func (b *builder) nagOf(resource awscdk.CfnResource) []nagSuppression {
	switch r := resource.(type) {
	case awsapigateway.CfnRestApi:
		return []nagSuppression{{rule: "AwsSolutions-APIG2", reason: nagValidation}}
	case awsapigateway.CfnStage:
		out := []nagSuppression{{rule: "AwsSolutions-APIG6", reason: nagExecution}}
		if b.props.WebACL == "" {
			out = append(out, nagSuppression{rule: "AwsSolutions-APIG3", reason: nagWebACL})
		}
		return out
	case awsapigateway.CfnMethod:
		return nagOfMethod(r)
	case awsiam.CfnRole:
		return b.nagOfRole(r)
	case awslambda.CfnFunction:
		if strings.Contains(*r.Node().Path(), "/AWS"+flushProvider+"/") {
			return []nagSuppression{{rule: "AwsSolutions-L1", reason: nagRuntime}}
		}
	case awssecretsmanager.CfnSecret:
		return []nagSuppression{{rule: "AwsSolutions-SMG4", reason: nagRotation}}
	}
	return nil
}

func nagOfMethod(m awsapigateway.CfnMethod) []nagSuppression {
	switch *m.AuthorizationType() {
	case "COGNITO_USER_POOLS":
		return nil
	case "NONE":
		reason := nagPreflight
		if public := m.GetMetadata(jsii.String(rules.PublicMetadata)); public != nil {
			reason = nagPublic + fmt.Sprint(public)
		}
		return []nagSuppression{
			{rule: "AwsSolutions-APIG4", reason: reason},
			{rule: "AwsSolutions-COG4", reason: reason},
		}
	}
	return []nagSuppression{{rule: "AwsSolutions-COG4", reason: nagCognito}}
}

// managedPolicies are the managed policies of roles that New creates, with the reason for each.
var managedPolicies = []struct{ name, reason string }{
	{"service-role/AWSLambdaBasicExecutionRole", nagBasicRole},
	{"service-role/AWSCodeDeployRoleForLambdaLimited", nagDeployRole},
	{"service-role/AmazonAPIGatewayPushToCloudWatchLogs", nagLogsRole},
}

func (b *builder) nagOfRole(r awsiam.CfnRole) (out []nagSuppression) {
	given := r.ManagedPolicyArns()
	if given == nil {
		return nil
	}
	text := fmt.Sprint(b.stack.Resolve(given))
	for _, p := range managedPolicies {
		if strings.Contains(text, p.name+"]") || strings.Contains(text, p.name+" ") {
			out = append(out, nagSuppression{
				rule:      "AwsSolutions-IAM4",
				reason:    p.reason,
				appliesTo: []string{"Policy::arn:<AWS::Partition>:iam::aws:policy/" + p.name},
			})
		}
	}
	return slices.Clip(out)
}
