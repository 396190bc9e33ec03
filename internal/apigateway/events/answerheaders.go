package events

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// The headers of a function's answer that API Gateway drops, and those that it renames to x-amzn-Remapped-NAME.
// Source: "Response", lambda, in the table of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html. Content-Length is said to
// pass there and comes out remapped: https://github.com/cargo-lambda/cargo-lambda/issues/862.
var (
	droppedAnswerHeaders = byLength("Expect", "Host", "Proxy-Authenticate", "TE", "Transfer-Encoding", "Trailer",
		"Upgrade", "Via")

	remappedAnswerHeaders = byLength("Authorization", "Connection", "Content-Length", "Content-MD5", "Date",
		"Max-Forwards", "Server", "User-Agent", "WWW-Authenticate")
)

const remapped = "x-amzn-Remapped-"

// readHeaders merges a function's headers. Those of multiValueHeaders come first, and an equal line in headers is not
// repeated. Without a Content-Type the answer is application/json; if there are several, the first counts.
// Source: the output format (see [Route.Answer]).
func readHeaders(multi, single strictjson.Value) (exchange.Headers, error) {
	var out exchange.Headers
	if err := eachHeader("multiValueHeaders", multi, func(name string, v strictjson.Value) error {
		if v.Kind() != strictjson.Array {
			return fmt.Errorf("want a list of strings, got %s", describe(v))
		}
		for e := range v.Elements() {
			if err := addHeader(&out, name, e); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	repeated := len(out)
	if err := eachHeader("headers", single, func(name string, v strictjson.Value) error {
		before := len(out)
		if v.Kind() == strictjson.Array {
			return errors.New("want a string, got an array: put a header with several values in multiValueHeaders")
		}
		if err := addHeader(&out, name, v); err != nil || len(out) == before {
			return err
		}
		line := out[before]
		for _, other := range out[:repeated] {
			if strings.EqualFold(other.Name, line.Name) && (other.Value == line.Value || isContentType(line.Name)) {
				out = out[:before]
				break
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if !out.Has("Content-Type") {
		out = append(exchange.Headers{{Name: "Content-Type", Value: "application/json"}}, out...)
	}
	return out, nil
}

func eachHeader(member string, v strictjson.Value, read func(name string, v strictjson.Value) error) error {
	if v.Kind() == strictjson.Missing || v.Kind() == strictjson.Null {
		return nil
	}
	if v.Kind() != strictjson.Object {
		return fmt.Errorf("%q: want an object, got %s", member, describe(v))
	}
	for name, value := range v.Members() {
		if !httpname.IsToken(name) {
			return fmt.Errorf("%q: %q is not the name of a header", member, name)
		}
		if err := read(name, value); err != nil {
			return fmt.Errorf("%q: %q: %w", member, name, err)
		}
	}
	return nil
}

// addHeader adds a line, unless it is null or API Gateway drops the header. It rejects a value that would end the line,
// since the rest could pass for a second answer.
func addHeader(to *exchange.Headers, name string, v strictjson.Value) error {
	value, err := readScalar(v)
	if err != nil {
		return err
	}
	if !httpname.IsValue(value) {
		return errors.New("the value has a control character")
	}
	switch {
	case v.Kind() == strictjson.Null, droppedAnswerHeaders.contains(name):
		return nil
	case isContentType(name) && to.Has(name):
		return nil
	case remappedAnswerHeaders.contains(name):
		name = remapped + name
	}
	*to = append(*to, exchange.Header{Name: name, Value: value})
	return nil
}

func isContentType(name string) bool { return strings.EqualFold(name, "Content-Type") }
