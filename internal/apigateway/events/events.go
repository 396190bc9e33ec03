// Package events writes the events with which API Gateway invokes functions, and reads the functions' answers: for
// TOKEN and REQUEST authorizers and for AWS_PROXY integrations.
//
//	route := events.NewRoute(api, stage, method)
//	payload, err := route.Proxy(request, params, events.Caller{}) // for the function
//	answer, err := route.Answer(request, result)                  // of the function
//
// It does not invoke functions, evaluate policies, or write the answer to a request that failed: its errors say which
// answer is due, and why.
//
// The events have the form described in
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html. What these pages
// leave open follows events recorded on AWS, in the snapshots of https://github.com/localstack/localstack
// (tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json). Members are in the order of AWS's examples.
//
// Bytes that are not UTF-8 become U+FFFD, one for each maximal malformed part, as in Java's decoder (Unicode 15,
// section 3.9, "U+FFFD Substitution of Maximal Subparts"): API Gateway reads requests as text unless the media type is
// binary.
package events

import "errors"

// maxPayload is the size limit of an event or an answer, in bytes.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxPayload = 6_291_456

var (
	// ErrTooLarge reports that an event is larger than [maxPayload]. API Gateway answers 413 with the body {"message":
	// "Request Too Long"}, of type application/json, and x-amzn-ErrorType BadRequestException.
	// Source: https://github.com/koki-develop/lgtm-generator/issues/10
	ErrTooLarge = errors.New("events: the event is larger than a function takes")

	// ErrMalformed reports that a function's answer to an AWS_PROXY integration does not have the required form. API
	// Gateway answers 502 with the body {"message": "Internal server error"}.
	ErrMalformed = errors.New("events: malformed Lambda proxy response")

	// ErrBase64 reports that a body that must be decoded is not base64. API Gateway answers with the gateway response
	// API_CONFIGURATION_ERROR.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
	ErrBase64 = errors.New("events: the body of the Lambda proxy response is not base64")

	// ErrAuthorizer reports that an authorizer's answer cannot be read. API Gateway answers with the gateway response
	// AUTHORIZER_CONFIGURATION_ERROR and the body {"message":null}.
	ErrAuthorizer = errors.New("events: unreadable authorizer response")
)

// Token returns the event of a TOKEN authorizer.
func Token(token, methodARN string) []byte {
	b := make([]byte, 0, 64+len(token)+len(methodARN))
	b = append(b, `{"type":"TOKEN","authorizationToken":`...)
	b = appendString(b, token)
	b = append(b, `,"methodArn":`...)
	b = appendString(b, methodARN)
	return append(b, '}')
}
