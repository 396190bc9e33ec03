package authz

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/jwt/strictjson"
)

// ErrEvent says that an event is none of API Gateway's authorizer events. The gateway never sends one; a test
// invocation by hand may.
var ErrEvent = errors.New("authz: not an authorizer event")

// event is what a TOKEN or REQUEST event holds for a decision.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
type event struct {
	methodARN string
	token     bool             // of type TOKEN
	header    string           // of a TOKEN event
	request   strictjson.Value // of a REQUEST event
}

func readEvent(doc *strictjson.Document, payload string) (event, error) {
	root, err := doc.Parse(payload)
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

// values are all values that a REQUEST event has for a name, from the map of lists and the map of single values, which
// API Gateway fills with the last of each list. fold compares names without case, as for headers.
func (e event) values(lists, singles, name string, fold bool) []string {
	var out []string
	add := func(v strictjson.Value) {
		if s, ok := v.Text(); ok {
			out = append(out, s)
		}
	}
	same := func(have string) bool { return have == name || fold && strings.EqualFold(have, name) }
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
