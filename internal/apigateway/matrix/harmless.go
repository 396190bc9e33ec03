package matrix

import (
	"regexp"
	"slices"
	"strings"
)

// awsManagedPolicy matches the ARN of a managed policy of AWS, and its name.
var awsManagedPolicy = regexp.MustCompile(`^arn:[a-z-]+:iam::aws:policy/(?:[\w-]+/)*([\w-]+)$`)

// harmlessPolicies are managed policies of AWS that functions use and that say nothing about calls to an API.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
var harmlessPolicies = []string{
	"AWSLambdaBasicExecutionRole",
	"AWSLambdaVPCAccessExecutionRole",
	"AWSLambdaDynamoDBExecutionRole",
	"AWSLambdaKinesisExecutionRole",
	"AWSLambdaSQSQueueExecutionRole",
	"AWSXRayDaemonWriteAccess",
	"AmazonAPIGatewayPushToCloudWatchLogs",
}

// policiesAllowingAll are managed policies of AWS that allow every call to every API, whatever else they contain.
// Sources: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html,
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html and
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayInvokeFullAccess.html
var policiesAllowingAll = []string{"AdministratorAccess", "PowerUserAccess", "AmazonAPIGatewayInvokeFullAccess"}

// allowsCalls reports whether a managed policy allows every call.
func allowsCalls(arn string) bool {
	found := awsManagedPolicy.FindStringSubmatch(arn)
	return found != nil && slices.Contains(policiesAllowingAll, found[1])
}

// harmlessARN reports whether a managed policy says nothing about calls.
func harmlessARN(arn string) bool {
	found := awsManagedPolicy.FindStringSubmatch(strings.Replace(arn, "${AWS::Partition}", "aws", 1))
	return found != nil && slices.Contains(harmlessPolicies, found[1])
}
