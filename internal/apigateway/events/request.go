package events

import "github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"

// Request returns the event of a REQUEST authorizer. params are the path's parameters, undecoded. apiKey is the
// request's API key, or ""; apiKeyID is set if it is a key of the stage. The event has no body. Its context is the one
// that a function receives; the example in the documentation shows only a part of it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html, and an
// event that was recorded on AWS:
// https://github.com/aws-powertools/powertools-lambda-typescript/blob/main/packages/parser/tests/events/apigw-rest/authorizer-request.json
func (rt *Route) Request(r *exchange.Request, params map[string]string, methodARN, apiKey, apiKeyID string) []byte {
	b := make([]byte, 0, estimateSize(r)-len(r.Body))
	b = append(b, `{"type":"REQUEST","methodArn":`...)
	b = appendString(b, methodARN)
	b = append(b, `,"resource":`...)
	var few [fewLines]exchange.Header
	b = rt.appendRequest(b, r, headers(few[:0], r, false, true), params, empty)
	b = append(b, rt.authVariables...)

	b = rt.appendContext(b, r, Caller{APIKey: apiKey, APIKeyID: apiKeyID})
	return append(b, '}')
}
