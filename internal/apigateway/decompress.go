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

// decompressed is the body of a request without its Content-Encoding, which API Gateway takes off whatever the API's
// settings; the header stays. A body that is not in that coding, or in one that API Gateway does not know, is answered
// by 415, before the route is looked for.
//
// Source:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
// and, of what a function gets, https://github.com/dougmoscrop/serverless-http/issues/194.
func decompressed(r *exchange.Request) ([]byte, *mapping.Failure) {
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
