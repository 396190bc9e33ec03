package events

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// droppedHeaders are request headers that no function receives, by the length of their names.
// Source: "Request", lambda, in the table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, and header_utils.py of
// https://github.com/localstack/localstack, which was validated on AWS and adds Content-Length.
var droppedHeaders = byLength(
	"Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "TE",
	"Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate",
)

// ownHeaders are the headers that API Gateway sets itself. It does not pass on the caller's values, except for
// X-Forwarded-For, which it extends, and a well-formed X-Amzn-Trace-Id, which it keeps.
var ownHeaders = byLength("X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto")

// names holds header names by their length, so that most names differ before they are compared.
type names [32][]string

func byLength(list ...string) *names {
	n := &names{}
	for _, name := range list {
		n[len(name)] = append(n[len(name)], name)
	}
	return n
}

func (n *names) contains(name string) bool {
	if len(name) >= len(n) {
		return false
	}
	for _, candidate := range n[len(name)] {
		if strings.EqualFold(candidate, name) {
			return true
		}
	}
	return false
}

// Headers returns the header lines that an integration receives, which are the same as those of a function.
func Headers(r *exchange.Request, signed bool) exchange.Headers {
	return headers(nil, r, signed, false)
}

// headers returns the lines that a function receives: those of the request, in their case and order, without those that
// API Gateway drops, and with those that it adds.
//
// X-Forwarded-Proto and X-Forwarded-Port are https and 443, as for every request on AWS, which has no other endpoint.
// So a function that redirects plain HTTP does not redirect here, and one that makes cookies secure does so here too.
// In X-Forwarded-For, addresses that the caller sent stay before the caller's own.
// Source: events recorded on AWS, in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json
//
// If signed is set, the Authorization header is a signature, and is not passed on: it "is dropped if it contains a
// Signature Version 4 signature or if AWS_IAM authorization is used" (the page above). An authorizer receives the
// Content-Length, as in the event that [Route.Request] names.
func headers(to []exchange.Header, r *exchange.Request, signed, authorizer bool) []exchange.Header {
	var forwarded string
	for _, line := range r.Headers {
		switch {
		case droppedHeaders.contains(line.Name):
			if authorizer && strings.EqualFold(line.Name, "Content-Length") {
				to = append(to, line)
			}
		case ownHeaders.contains(line.Name):
			if strings.EqualFold(line.Name, "X-Forwarded-For") {
				forwarded += line.Value + ", "
			}
		case len(line.Name) == len("Authorization") && strings.EqualFold(line.Name, "Authorization") &&
			(signed || strings.HasPrefix(line.Value, "AWS4-HMAC-SHA256")):
		default:
			to = append(to, line)
		}
	}
	if r.TraceID != "" {
		to = append(to, exchange.Header{Name: "X-Amzn-Trace-Id", Value: r.TraceID})
	}
	return append(to,
		exchange.Header{Name: "X-Forwarded-For", Value: forwarded + r.SourceIP},
		exchange.Header{Name: "X-Forwarded-Port", Value: "443"},
		exchange.Header{Name: "X-Forwarded-Proto", Value: "https"},
	)
}
