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

// maxEvent is the maximum size of an event in bytes. API Gateway accepts 10,240 bytes of headers and as much of a
// request line. An event contains each twice, as a list and as a single value, and in JSON some bytes take six: 240 KB.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
const maxEvent = 512 << 10

// event is the part of a TOKEN or REQUEST event that a decision needs.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
type event struct {
	methodARN string
	token     bool             // whether it has the type TOKEN
	header    string           // only in a TOKEN event
	request   strictjson.Value // only in a REQUEST event
}

// readEvent reads an event. No error contains any part of the payload.
func readEvent(doc *strictjson.Document, payload []byte) (event, error) {
	if len(payload) > maxEvent {
		return event{}, fmt.Errorf(
			"%w: it has %d bytes, and no request that API Gateway takes makes more than %d",
			ErrEvent,
			len(payload),
			maxEvent,
		)
	}
	root, err := doc.Parse(string(payload)) // a copy, because the runtime reuses the payload's memory
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
		// A missing token is the caller's fault and not the event's, so the answer is 401.
		e.header, _ = root.Get("authorizationToken").Text()
	case kind.Is("REQUEST"):
		e.request = root
	default:
		return e, fmt.Errorf("%w: type is neither TOKEN nor REQUEST", ErrEvent)
	}
	return e, nil
}

// sentElsewhere reports whether API Gateway chose another resource for the request than that of a rule. It is not
// documented whether the path in the method's ARN is decoded. If "/users/{id}" is barred and "/users/{id}/posts"
// permitted, "/users/1%2Fposts" must not pass for the latter. If "/users/me" is barred, "/users/%6De" must not pass for
// "/users/{id}". An event without such a resource, such as one written by hand, is not checked.
func (e event) sentElsewhere(rules []access.Rule, rule int) bool {
	chosen, ok := e.request.Get("resource").Text()
	return ok && chosen != rules[rule].Pattern.Path() &&
		(strings.Contains(
			chosen,
			"{",
		) || slices.ContainsFunc(rules, func(r access.Rule) bool { return r.Pattern.Path() == chosen }))
}

// requestID returns the ID of the request in the gateway's access log, a UUID. It returns "" for a TOKEN event, which
// does not have it.
func (e event) requestID() string {
	id, _ := e.request.Get("requestContext").Get("requestId").Text()
	if len(id) > len("c6af9ac6-7b61-11e6-9a41-93e8deadbeef") || strings.Trim(id, "0123456789abcdef-") != "" {
		return "" // an event written by hand, whose content must not be logged
	}
	return id
}

// values returns all values of a REQUEST event for a name. They are in the map of lists, and in the map of single
// values, which has the last of each list. If anyCase is set, names are compared without case, as for headers.
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
			continue // the copy of a value in the list
		}
		add(v)
	}
	return out
}
