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

// harmlessARN reports whether a managed policy says nothing of calls.
func harmlessARN(arn string) bool {
	found := ofAWS.FindStringSubmatch(strings.Replace(arn, "${AWS::Partition}", "aws", 1))
	return found != nil && slices.Contains(harmless, found[1])
}
