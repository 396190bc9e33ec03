package authztest

import "net/http"

// ARN is a method's ARN as API Gateway makes it: the path as it came, with its slash.
func ARN(method, path string) string {
	return "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod/" + method + path
}

// TokenEvent is the event of a TOKEN authorizer.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func TokenEvent(methodARN, authorization string) []byte {
	return []byte(Object{"type": "TOKEN", "methodArn": methodARN, "authorizationToken": authorization}.String())
}

// RequestEvent is the event of a REQUEST authorizer for "GET /orders/7", with these headers and query parameters
// besides what every request has. Of several values the maps of single values have the last, as the service does it.
func RequestEvent(method, path string, headers, query http.Header) []byte {
	all := http.Header{
		"Accept": {
			"application/json",
		}, "Host": {"abcdef1234.execute-api.us-east-1.amazonaws.com"}, "User-Agent": {"curl/8.5.0"},
		"X-Amzn-Trace-Id": {
			"Root=1-5759e988-bd862e3fe1be46a994272793",
		}, "X-Forwarded-For": {"203.0.113.7"}, "X-Forwarded-Port": {"443"}, "X-Forwarded-Proto": {"https"},
	}
	for name, values := range headers {
		all[name] = values
	}
	return []byte(Object{
		"type": "REQUEST", "methodArn": ARN(method, path), "resource": path, "path": path, "httpMethod": method,
		"headers": last(
			all,
		), "multiValueHeaders": all, "queryStringParameters": last(query), "multiValueQueryStringParameters": query,
		"pathParameters": Object{}, "stageVariables": Object{},
		"requestContext": Object{
			"path":         "/prod" + path,
			"accountId":    "123456789012",
			"resourceId":   "05c7jb",
			"stage":        "prod",
			"requestId":    "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
			"resourcePath": path,
			"httpMethod":   method,
			"apiId":        "abcdef1234",
			"identity":     Object{"sourceIp": "203.0.113.7"},
		},
	}.String())
}

func last(values http.Header) map[string]string {
	if values == nil {
		return nil
	}
	out := map[string]string{}
	for name, list := range values {
		if len(list) > 0 {
			out[name] = list[len(list)-1]
		}
	}
	return out
}
