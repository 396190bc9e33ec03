package events

import (
	"bytes"
	"errors"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Delimiter separates the metadata of a streamed answer from its body.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
var Delimiter = bytes.Repeat([]byte{0}, 8)

// MaxMetadata is the number of bytes within which a streamed answer must have its delimiter.
// Source: the page above.
const MaxMetadata = 16 << 10

// StreamedAnswer reads the metadata of a streamed answer, the part before the [Delimiter]: JSON with the optional
// members statusCode, headers, multiValueHeaders and cookies. The error is [ErrMalformed].
func StreamedAnswer(metadata []byte) (exchange.Answer, error) {
	root, err := parseAnswer(metadata)
	if err == nil && root.Kind() != strictjson.Object {
		err = errors.New("it is not an object")
	}
	if err != nil {
		return exchange.Answer{}, malformedAnswer("the metadata before the stream: %v", err)
	}
	a := exchange.Answer{Status: 200}
	var single, multi, cookies strictjson.Value
	for name, value := range root.Members() {
		switch name {
		case "statusCode":
			a.Status, err = readStatus(value)
		case "headers":
			single = value
		case "multiValueHeaders":
			multi = value
		case "cookies":
			cookies = value
		default:
			err = errors.New("not known: only statusCode, headers, multiValueHeaders and cookies are")
		}
		if err != nil {
			return exchange.Answer{}, malformedAnswer("the metadata before the stream: %q: %v", name, err)
		}
	}
	if a.Headers, err = readHeaders(multi, single); err != nil {
		return exchange.Answer{}, malformedAnswer("the metadata before the stream: %v", err)
	}
	if cookies.Exists() && cookies.Kind() != strictjson.Null {
		if cookies.Kind() != strictjson.Array {
			return exchange.Answer{}, malformedAnswer("the metadata before the stream: %q: want a list of strings, got %s",
				"cookies", describe(cookies))
		}
		for cookie := range cookies.Elements() {
			if err := addHeader(&a.Headers, "Set-Cookie", cookie); err != nil {
				return exchange.Answer{}, malformedAnswer("the metadata before the stream: %q: %v", "cookies", err)
			}
		}
	}
	return a, nil
}
