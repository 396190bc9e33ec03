package apigateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/front"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
)

// decompressBody returns the body of a request without its Content-Encoding. API Gateway always removes the coding,
// whatever the API's settings are; the header stays. It answers 415 to a coding that it does not know, and to a body
// that is not in the coding that the header names. That happens before it looks for the route.
//
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
// and, of what a function gets, https://github.com/dougmoscrop/serverless-http/issues/194.
func decompressBody(r *exchange.Request) ([]byte, *mapping.Failure) {
	coding := strings.ToLower(strings.TrimSpace(r.Headers.Get("Content-Encoding")))
	if coding == "" || coding == "identity" || len(r.Body) == 0 {
		return r.Body, nil
	}
	unsupported := func(format string, a ...any) ([]byte, *mapping.Failure) {
		return nil, &mapping.Failure{
			Type:    mapping.UnsupportedMediaType,
			Message: "Unsupported Media Type",
			Reason:  fmt.Sprintf(format, a...),
		}
	}
	var from io.Reader
	var err error
	switch coding {
	case "gzip":
		from, err = gzip.NewReader(bytes.NewReader(r.Body))
	case "deflate":
		from, err = zlib.NewReader(bytes.NewReader(r.Body)) // RFC 9110, section 8.4.1.2
	default:
		return unsupported("API Gateway knows the Content-Encodings gzip, deflate and identity, and not %q", coding)
	}
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(from, front.DefaultMaxBody+1))
	}
	switch {
	case err != nil:
		return unsupported("the Content-Encoding is %s, and the body cannot be read as that: %v", coding, err)
	case len(body) > front.DefaultMaxBody:
		return nil, &mapping.Failure{
			Type:      mapping.RequestTooLarge,
			Status:    413,
			ErrorType: "BadRequestException",
			Body:      `{"message": "Request Too Long"}`,
			Reason:    fmt.Sprintf("the body has more than %d bytes when it is decompressed", front.DefaultMaxBody),
		}
	}
	return body, nil
}
