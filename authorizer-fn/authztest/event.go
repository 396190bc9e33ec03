package authztest

import (
	"maps"
	"net/http"
)

// ARN returns a method ARN in the form that API Gateway sends, with the path as received and its leading slash.
func ARN(method, path string) string {
	return "arn:aws:execute-api:us-east-1:123456789012:" + apiID + "/prod/" + method + path
}

// TokenEvent returns the event of a TOKEN authorizer.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func TokenEvent(methodARN, authorization string) []byte {
	return []byte(Object{"type": "TOKEN", "methodArn": methodARN, "authorizationToken": authorization}.String())
}

// What events of a REQUEST authorizer say of the API and the request, besides what is given.
const (
	apiID     = "abcdef1234"
	host      = apiID + ".execute-api.us-east-1.amazonaws.com"
	sourceIP  = "203.0.113.7"
	userAgent = "curl/8.5.0"
)

// RequestEvent returns the complete event of a REQUEST authorizer, for a method and path such as "GET", "/orders/7".
// The headers are added to those that every request has, and replace those of the same name. If a name has several
// values, the single-value maps hold the last one, as in API Gateway. Source: the recorded event of
// https://github.com/aws-powertools/powertools-lambda-typescript/blob/main/packages/parser/tests/events/apigw-rest/authorizer-request.json
func RequestEvent(method, path string, headers, query http.Header) []byte {
	all := http.Header{
		"Accept":            {"application/json"},
		"Host":              {host},
		"User-Agent":        {userAgent},
		"X-Amzn-Trace-Id":   {"Root=1-5759e988-bd862e3fe1be46a994272793"},
		"X-Forwarded-For":   {sourceIP},
		"X-Forwarded-Port":  {"443"},
		"X-Forwarded-Proto": {"https"},
	}
	maps.Copy(all, headers)
	if query == nil {
		query = http.Header{}
	}
	return []byte(Object{
		"type":                            "REQUEST",
		"methodArn":                       ARN(method, path),
		"resource":                        path,
		"path":                            path,
		"httpMethod":                      method,
		"headers":                         last(all),
		"multiValueHeaders":               all,
		"queryStringParameters":           last(query),
		"multiValueQueryStringParameters": query,
		"pathParameters":                  Object{},
		"stageVariables":                  Object{},
		"requestContext":                  requestContext(method, path, last(all)["User-Agent"]),
	}.String())
}

// requestContext has the members of an API without API keys.
func requestContext(method, path, agent string) Object {
	return Object{
		"resourceId":        "05c7jb",
		"resourcePath":      path,
		"httpMethod":        method,
		"extendedRequestId": "ZdCbhFH0oAMFhQA=",
		"requestTime":       "09/Jun/2016:22:10:48 +0000",
		"requestTimeEpoch":  1465510248000,
		"path":              "/prod" + path,
		"accountId":         "123456789012",
		"protocol":          "HTTP/1.1",
		"stage":             "prod",
		"domainPrefix":      apiID,
		"domainName":        host,
		"deploymentId":      "e7imtx",
		"requestId":         "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
		"apiId":             apiID,
		"identity": Object{
			"cognitoIdentityPoolId":         nil,
			"accountId":                     nil,
			"cognitoIdentityId":             nil,
			"caller":                        nil,
			"sourceIp":                      sourceIP,
			"principalOrgId":                nil,
			"accessKey":                     nil,
			"cognitoAuthenticationType":     nil,
			"cognitoAuthenticationProvider": nil,
			"userArn":                       nil,
			"userAgent":                     agent,
			"user":                          nil,
		},
	}
}

func last(values http.Header) map[string]string {
	out := map[string]string{}
	for name, list := range values {
		if len(list) > 0 {
			out[name] = list[len(list)-1]
		}
	}
	return out
}
