package events

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestMembers checks that events have exactly the members that were recorded on AWS (see TestProxyGolden). A function
// may rely on a member that is null instead of missing.
func TestMembers(t *testing.T) {
	proxy, err := route().Proxy(request(), params, Caller{})
	if err != nil {
		t.Fatal(err)
	}
	lambda, err := route().Proxy(request(), params, Caller{Lambda: &LambdaCaller{}})
	if err != nil {
		t.Fatal(err)
	}
	private := request()
	private.SourceVPC, private.SourceVPCEndpoint = "vpc-1", "vpce-1"
	fromVPC, err := route().Proxy(private, params, Caller{})
	if err != nil {
		t.Fatal(err)
	}
	const identity = "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType " +
		"cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn"
	const requestContext = "accountId apiId deploymentId domainName domainPrefix extendedRequestId httpMethod identity " +
		"path protocol requestId requestTime requestTimeEpoch resourceId resourcePath stage"
	for _, c := range []struct {
		name, at string
		event    []byte
		want     string
	}{
		{"TOKEN", "", Token("t", arn), "authorizationToken methodArn type"},
		{"REQUEST", "", route().Request(request(), params, arn, "", ""), "headers httpMethod methodArn multiValueHeaders " +
			"multiValueQueryStringParameters path pathParameters queryStringParameters requestContext resource " +
			"stageVariables type"},
		{"REQUEST's context", "requestContext", route().Request(request(), params, arn, "", ""),
			requestContext},
		{"REQUEST's identity", "requestContext.identity", route().Request(request(), params, arn, "", ""), identity},
		{
			"REQUEST's identity with a key",
			"requestContext.identity",
			route().Request(request(), params, arn, "k", "id"),
			strings.Replace(identity, "caller", "apiKey apiKeyId caller", 1),
		},
		{
			"AWS_PROXY",
			"",
			proxy,
			"body headers httpMethod isBase64Encoded multiValueHeaders multiValueQueryStringParameters path " +
				"pathParameters queryStringParameters requestContext resource stageVariables",
		},
		{"AWS_PROXY's context", "requestContext", proxy, requestContext},
		{"AWS_PROXY's identity", "requestContext.identity", proxy, identity},
		{"AWS_PROXY's identity through a VPC", "requestContext.identity", fromVPC, identity + " vpcId vpceId"},
		{
			"AWS_PROXY's context after an authorizer",
			"requestContext",
			lambda,
			"accountId apiId authorizer" + strings.TrimPrefix(requestContext, "accountId apiId"),
		},
		{"what the authorizer said", "requestContext.authorizer", lambda, "integrationLatency principalId"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var at any
			if err := json.Unmarshal(c.event, &at); err != nil {
				t.Fatal(err)
			}
			if c.at != "" {
				for step := range strings.SplitSeq(c.at, ".") {
					at = at.(map[string]any)[step]
				}
			}
			if got := strings.Join(slices.Sorted(maps.Keys(at.(map[string]any))), " "); got != c.want {
				t.Errorf("want %s\n got %s", c.want, got)
			}
		})
	}
}
