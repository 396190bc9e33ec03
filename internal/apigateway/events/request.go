package events

import "github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"

// Request is the event of a REQUEST authorizer. Params are the path's parameters, undecoded. The key is that of the
// request, where it has one, and else "". There is no body in it.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
func (rt *Route) Request(r *exchange.Request, params map[string]string, methodARN, apiKey string) []byte {
	b := make([]byte, 0, size(r)-len(r.Body))
	b = append(b, `{"type":"REQUEST","methodArn":`...)
	b = appendString(b, methodARN)
	b = append(b, `,"resource":`...)
	b = append(b, rt.resource...)
	b = append(b, `,"path":`...)
	b = appendString(b, path(r))
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, r.Verb)
	var few [fewLines]exchange.Header
	b = appendPair(b, `,"headers":`, `,"multiValueHeaders":`, headers(few[:0], r, false), empty)
	b = appendPair(
		b,
		`,"queryStringParameters":`,
		`,"multiValueQueryStringParameters":`,
		exchange.AppendQuery(few[:0], r.RawQuery),
		empty,
	)
	b = append(b, `,"pathParameters":`...)
	b = rt.appendParams(b, params, empty)
	b = append(b, `,"stageVariables":`...)
	b = append(b, rt.authVariables...)

	b = append(b, `,"requestContext":{"path":`...)
	b = appendString(b, r.FullPath())
	b = append(b, `,"accountId":`...)
	b = append(b, rt.account...)
	b = append(b, `,"resourceId":`...)
	b = append(b, rt.resourceID...)
	b = append(b, `,"stage":`...)
	b = append(b, rt.stage...)
	b = append(b, `,"requestId":`...)
	b = appendString(b, r.RequestID)
	b = append(b, `,"identity":{`...)
	if apiKey != "" {
		b = append(b, `"apiKey":`...)
		b = appendString(b, apiKey)
		b = append(b, ',')
	}
	b = append(b, `"sourceIp":`...)
	b = appendString(b, r.SourceIP)
	b = append(b, `},"resourcePath":`...)
	b = append(b, rt.resource...)
	b = append(b, `,"httpMethod":`...)
	b = appendString(b, r.Verb)
	b = append(b, `,"apiId":`...)
	b = append(b, rt.api...)
	return append(b, "}}"...)
}
