package events

import (
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// binaryTypes are the media types that an API handles as bytes and not as text, in lower case.
type binaryTypes []string

// newBinaryTypes reads an API's list. A template may write ~1 for a slash, as in image~1png.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
func newBinaryTypes(list []string) binaryTypes {
	out := make(binaryTypes, len(list))
	for i, t := range list {
		out[i] = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(t), "~1", "/"))
	}
	return out
}

// isBinary reports whether a Content-Type is binary: a type in the list, or one of a family in the list such as image/*
// or */*. A missing Content-Type counts as application/json.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
func (t binaryTypes) isBinary(header string) bool {
	if len(t) == 0 {
		return false
	}
	name := exchange.MediaType(header)
	family, _, _ := strings.Cut(name, "/")
	return slices.Contains(t, name) || slices.Contains(t, "*/*") || slices.Contains(t, family+"/*")
}

// accepts reports whether the first type of an Accept header is binary. The header must name a whole type. A caller
// that sends no Accept, or a part of a type such as "image" or "image/*", gets bytes only from an API whose list has
// */*.
// Source: recorded on AWS by
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_s3.py
func (t binaryTypes) accepts(header string) bool {
	if slices.Contains(t, "*/*") {
		return true
	}
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	family, kind, _ := strings.Cut(strings.ToLower(strings.TrimSpace(first)), "/")
	if family == "" || kind == "" || strings.Contains(family+kind, "*") {
		return false
	}
	return slices.Contains(t, family+"/"+kind) || slices.Contains(t, family+"/*")
}

// BinaryRequest reports whether API Gateway handles the body of a request as bytes, even if it is empty.
func (rt *Route) BinaryRequest(r *exchange.Request) bool {
	return rt.binary.isBinary(r.Headers.Get("Content-Type"))
}

// BinaryAnswer reports whether API Gateway handles a body of this Content-Type as bytes.
func (rt *Route) BinaryAnswer(contentType string) bool { return rt.binary.isBinary(contentType) }

// AcceptsBinary reports whether the caller's Accept header asks for bytes.
func (rt *Route) AcceptsBinary(r *exchange.Request) bool {
	return rt.binary.accepts(r.Headers.First("Accept"))
}
