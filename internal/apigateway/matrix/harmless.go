package matrix

import (
	"regexp"
	"slices"
	"strings"
)

// ofAWS finds what AWS itself names a managed policy.
var ofAWS = regexp.MustCompile(`^arn:[a-z-]+:iam::aws:policy/(?:[\w-]+/)*([\w-]+)$`)

// harmless are managed policies of AWS that functions have and that say nothing of calls to an API.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
var harmless = []string{
	"AWSLambdaBasicExecutionRole",
	"AWSLambdaVPCAccessExecutionRole",
	"AWSLambdaDynamoDBExecutionRole",
	"AWSLambdaKinesisExecutionRole",
	"AWSLambdaSQSQueueExecutionRole",
	"AWSXRayDaemonWriteAccess",
	"AmazonAPIGatewayPushToCloudWatchLogs",
}

// allowing are managed policies of AWS that allow each call of each API, whatever else they say.
// Sources: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html,
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html and
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayInvokeFullAccess.html
var allowing = []string{"AdministratorAccess", "PowerUserAccess", "AmazonAPIGatewayInvokeFullAccess"}

// allowsCalls reports whether a managed policy allows each call.
func allowsCalls(arn string) bool {
	found := ofAWS.FindStringSubmatch(arn)
	return found != nil && slices.Contains(allowing, found[1])
}

// harmlessARN reports whether a managed policy says nothing of calls.
func harmlessARN(arn string) bool {
	found := ofAWS.FindStringSubmatch(strings.Replace(arn, "${AWS::Partition}", "aws", 1))
	return found != nil && slices.Contains(harmless, found[1])
}
