// Package events writes the events that API Gateway invokes functions with, and reads what the functions answer: those
// of TOKEN and REQUEST authorizers and of AWS_PROXY integrations.
//
//	route := events.NewRoute(api, stage, method)
//	payload, err := route.Proxy(request, params, events.Caller{}) // for the function
//	answer, err := route.Answer(request, result)                  // of the function
//
// It does not invoke functions, it does not evaluate policies, and it does not write the answer of a request that
// failed: its errors say which answer is due, and why.
//
// The events' shapes are those of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html; where these are
// silent, of events recorded on AWS in the snapshots of https://github.com/localstack/localstack
// (tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json). Members stand in the order of AWS's examples.
//
// Bytes that are not UTF-8 become U+FFFD, one for each maximal malformed part, as Java's decoder does it (Unicode 15,
// section 3.9, "U+FFFD Substitution of Maximal Subparts"): API Gateway reads requests as text unless the media type is
// binary.
package events

import "errors"

// maxPayload is how large an event or an answer may be, in bytes.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxPayload = 6_291_456

var (
	// ErrTooLarge says that an event is larger than [maxPayload]. API Gateway answers 413 with the body
	// {"message": "Request Too Long"}, of type application/json, and x-amzn-ErrorType BadRequestException.
	// Source: https://github.com/koki-develop/lgtm-generator/issues/10
	ErrTooLarge = errors.New("events: the event is larger than a function takes")

	// ErrMalformed says that a function's answer to an AWS_PROXY integration is not of the form it must have. API
	// Gateway answers 502 with the body {"message": "Internal server error"}.
	ErrMalformed = errors.New("events: malformed Lambda proxy response")

	// ErrBase64 says that a body which was to be decoded is not base64. API Gateway answers with the gateway response
	// API_CONFIGURATION_ERROR.
	// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
	ErrBase64 = errors.New("events: the body of the Lambda proxy response is not base64")

	// ErrAuthorizer says that an authorizer's answer cannot be read. API Gateway answers with the gateway response
	// AUTHORIZER_CONFIGURATION_ERROR and the body {"message":null}.
	ErrAuthorizer = errors.New("events: unreadable authorizer response")
)

// Token is the event of a TOKEN authorizer.
func Token(token, methodARN string) []byte {
	b := make([]byte, 0, 64+len(token)+len(methodARN))
	b = append(b, `{"type":"TOKEN","authorizationToken":`...)
	b = appendString(b, token)
	b = append(b, `,"methodArn":`...)
	b = appendString(b, methodARN)
	return append(b, '}')
}
