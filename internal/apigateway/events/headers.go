package events

import (
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
)

// droppedHeaders are request headers that no function gets, by the length of their names.
// Source: "Request", lambda, in the table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html, and header_utils.py of
// https://github.com/localstack/localstack, which was validated on AWS and adds Content-Length.
var droppedHeaders = byLength(
	"Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server", "TE",
	"Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate",
)

// ownHeaders are those that API Gateway sets itself. What the caller sent in their place is not passed on, apart from
// X-Forwarded-For, which it extends, and a well-formed X-Amzn-Trace-Id, which is the request's then.
var ownHeaders = byLength("X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto")

// names are header names by their lengths, so that most are told apart without being compared.
type names [32][]string

func byLength(list ...string) *names {
	n := &names{}
	for _, name := range list {
		n[len(name)] = append(n[len(name)], name)
	}
	return n
}

func (n *names) has(name string) bool {
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

// Headers are the lines that an integration gets of a request, as functions do.
func Headers(r *exchange.Request, signed bool) exchange.Headers {
	return headers(nil, r, signed, false)
}

// headers are the lines that a function gets: those of the request in their case and order, without what API Gateway
// keeps to itself, and those that it adds. X-Forwarded-Proto and X-Forwarded-Port say https and 443, as they do for
// every request on AWS, which has no other endpoint: a function that redirects what is not https must not do so here,
// nor one that makes cookies secure leave that out. A caller's address in X-Forwarded-For stays before the one that was
// seen.
// Source: events recorded on AWS, in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json
//
// Signed says that the Authorization header is a signature, which is not passed on: it "is dropped if it contains a
// Signature Version 4 signature or if AWS_IAM authorization is used" (the page above). An authorizer gets the
// Content-Length, as the event that [Route.Request] names has it.
func headers(to []exchange.Header, r *exchange.Request, signed, authorizer bool) []exchange.Header {
	var forwarded string
	for _, line := range r.Headers {
		switch {
		case droppedHeaders.has(line.Name):
			if authorizer && strings.EqualFold(line.Name, "Content-Length") {
				to = append(to, line)
			}
		case ownHeaders.has(line.Name):
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
