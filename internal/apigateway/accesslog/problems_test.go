package accesslog

import (
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	const id = "$context.requestId "
	for _, c := range []struct{ name, format, want string }{
		{"none", id + "$context.status", ""},
		{"only the extended ID", "$context.extendedRequestId", ""},
		{"a line end at the end", id + "\r\n", ""},
		{"no ID", "$context.status",
			"the format has neither $context.requestId nor $context.extendedRequestId, and the deployment fails: add one"},
		{"a line break", id + "\n$context.status", "the format has a line break, and the deployment fails: " +
			"\"Access Log format must be single line, new line character is allowed only at end of the format\""},
		{"a variable that does not exist", id + "$context.routeKey $context.routeKey",
			"$context.routeKey is not a variable of access logs, which have - in its place"},
		{"another case", id + "$context.httpmethod", "$context.httpmethod is not a variable of access logs, " +
			"which have - in its place: did you mean $context.httpMethod?"},
		{"another case of a variable of access logs alone", id + "$context.responselatency", "$context.responselatency " +
			"is not a variable of access logs, which have - in its place: did you mean $context.responseLatency?"},
		{"JSON", `{"id":"$context.requestId","status":$context.status,"latency":$context.responseLatency}`, ""},
		{"JSON with a comma too many", `{"id":"$context.requestId",}`,
			"the format begins like JSON, and its lines are not JSON: check quotes, commas and brackets"},
		{"JSON with a variable outside of quotes", `{"id":"$context.requestId","latency":$context.integration.latency}`,
			"a line is not JSON where $context.integration.latency has no value, which is -: put the variable in quotes"},
		{"JSON with a message string", `{"id":"$context.requestId","error":$context.error.messageString}`,
			"a line is not JSON where $context.error.messageString has no value, or is in quotes, since it has quotes of " +
				`its own: write "$context.error.message"`},
		{"text before JSON", `log {"id":"$context.requestId",}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(Parse(c.format).Problems(), "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestVariables reads each variable that AWS documents for access logs of REST APIs.
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
// and the methods of AccessLogField in
// https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-apigateway/lib/access-log.ts
func TestVariables(t *testing.T) {
	for name := range strings.FieldsSeq(`
		accountId apiId authorize.error authorize.latency authorize.status authorizer.claims.sub authorizer.error
		authorizer.integrationLatency authorizer.integrationStatus authorizer.latency authorizer.principalId
		authorizer.my_key authorizer.requestId authorizer.status authenticate.error authenticate.latency
		authenticate.status awsEndpointRequestId awsEndpointRequestId2 cipherSuite customDomain.basePathMatched
		customDomain.routingRuleIdMatched deploymentId domainName domainPrefix endpointType error.message
		error.messageString error.responseType error.validationErrorString extendedRequestId httpMethod
		identity.accountId identity.apiKey identity.apiKeyId identity.caller identity.clientCert.clientCertPem
		identity.clientCert.subjectDN identity.clientCert.issuerDN identity.clientCert.serialNumber
		identity.clientCert.validity.notBefore identity.clientCert.validity.notAfter
		identity.cognitoAuthenticationProvider identity.cognitoAuthenticationType identity.cognitoIdentityId
		identity.cognitoIdentityPoolId identity.principalOrgId identity.sourceIp identity.user identity.userAgent
		identity.userArn identity.vpcId identity.vpceId integration.error integration.integrationStatus
		integration.latency integration.requestId integration.responseTransferMode integration.status
		integration.timeToAllHeaders integration.timeToFirstContent integrationErrorMessage integrationLatency
		integrationStatus isCanaryRequest path protocol requestId requestOverride.header.name
		requestOverride.path.name requestOverride.querystring.name requestTime requestTimeEpoch resourceId
		resourcePath responseLatency responseLength responseOverride.header.name responseOverride.status stage status
		tlsVersion waf.error waf.latency waf.status wafResponseCode webaclArn xrayTraceId`) {
		if problems := Parse("$context.requestId $context." + name).Problems(); problems != nil {
			t.Errorf("%s: got %q", name, problems)
		}
		if line := Parse("$context." + name).Line(orders()); strings.TrimSpace(line) == "" {
			t.Errorf("%s: got an empty line, want a value or -", name)
		}
	}
	// Variables of HTTP and WebSocket APIs.
	const others = "routeKey dataProcessed eventType connectionId authorizer requestOverride.header."
	for name := range strings.FieldsSeq(others) {
		if problems := Parse("$context.requestId $context." + name).Problems(); len(problems) != 1 {
			t.Errorf("%s: got %q, want a problem", name, problems)
		}
	}
}
