package authz

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/access"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ErrEvent reports that an event is not an authorizer event of API Gateway. API Gateway never sends one; a manual test
// invocation may.
var ErrEvent = errors.New("authz: not an authorizer event")

// maxEvent is how many bytes an event may have. API Gateway takes 10,240 bytes of headers and as much of a request
// line. An event has each twice, as a list and as a single value, and JSON makes six bytes of some: 240 KB.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxEvent = 512 << 10

// event is what a TOKEN or REQUEST event holds for a decision.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
type event struct {
	methodARN string
	token     bool             // of type TOKEN
	header    string           // of a TOKEN event
	request   strictjson.Value // of a REQUEST event
}

// readEvent reads an event. No error of it holds any part of the payload.
func readEvent(doc *strictjson.Document, payload []byte) (event, error) {
	if len(payload) > maxEvent {
		return event{}, fmt.Errorf(
			"%w: it has %d bytes, and no request that API Gateway takes makes more than %d",
			ErrEvent,
			len(payload),
			maxEvent,
		)
	}
	root, err := doc.Parse(string(payload)) // a copy, as the runtime uses the payload's memory again
	if err != nil {
		return event{}, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	var e event
	arn, ok := root.Get("methodArn").Text()
	if !ok {
		return e, fmt.Errorf("%w: methodArn is missing or no string", ErrEvent)
	}
	e.methodARN = arn
	switch kind := root.Get("type"); {
	case kind.Is("TOKEN"):
		e.token = true
		// A token that is missing is the caller's fault, not the event's: the answer is 401.
		e.header, _ = root.Get("authorizationToken").Text()
	case kind.Is("REQUEST"):
		e.request = root
	default:
		return e, fmt.Errorf("%w: type is neither TOKEN nor REQUEST", ErrEvent)
	}
	return e, nil
}

// sentElsewhere reports whether API Gateway says that it chose another resource for the request than that of a rule.
// What the method's ARN has as its path, decoded or not, is not documented: with "/users/{id}" barred and
// "/users/{id}/posts" permitted, "/users/1%2Fposts" must not pass for the latter, nor "/users/%6De" for "/users/{id}"
// with "/users/me" barred. An event that names no such resource, as one made by hand, does not say.
func (e event) sentElsewhere(rules []access.Rule, rule int) bool {
	chosen, ok := e.request.Get("resource").Text()
	return ok && chosen != rules[rule].Pattern.Path() &&
		(strings.Contains(
			chosen,
			"{",
		) || slices.ContainsFunc(rules, func(r access.Rule) bool { return r.Pattern.Path() == chosen }))
}

// requestID is the id that the gateway's access log has for the request, a UUID; "" in a TOKEN event, which does not
// say.
func (e event) requestID() string {
	id, _ := e.request.Get("requestContext").Get("requestId").Text()
	if len(id) > len("c6af9ac6-7b61-11e6-9a41-93e8deadbeef") || strings.Trim(id, "0123456789abcdef-") != "" {
		return "" // an event made by hand; it is not for this to log what is in it
	}
	return id
}

// values are all values that a REQUEST event has for a name, from the map of lists and the map of single values, which
// API Gateway fills with the last of each list. anyCase compares names without case, as for headers.
func (e event) values(lists, singles, name string, anyCase bool) []string {
	var out []string
	add := func(v strictjson.Value) {
		if s, ok := v.Text(); ok {
			out = append(out, s)
		}
	}
	same := func(have string) bool { return have == name || anyCase && httpname.Equal(have, name) }
	for have, list := range e.request.Get(lists).Members() {
		if same(have) {
			for v := range list.Elements() {
				add(v)
			}
		}
	}
	listed := len(out)
	for have, v := range e.request.Get(singles).Members() {
		if !same(have) {
			continue
		}
		if s, ok := v.Text(); ok && listed > 0 && out[listed-1] == s {
			continue // the copy of what the list has
		}
		add(v)
	}
	return out
}
