package events

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// Authorization is the answer of a Lambda authorizer.
type Authorization struct {
	PrincipalID string
	Policy      json.RawMessage // the policyDocument, an object that this package does not read

	// Context holds the values of the context as strings; nil without values.
	Context map[string]string

	UsageIdentifierKey string // the API key whose usage plan counts the request; "" for none
}

// ReadAuthorizer reads the answer of a TOKEN or REQUEST authorizer. The error is [ErrAuthorizer], with the reason for
// the developer.
//
// It is strict, since the answer decides who may do what: the principal and the policy are required, values of the
// context are strings, numbers or booleans, and duplicate or unknown members are errors.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
func ReadAuthorizer(payload []byte) (Authorization, error) {
	a, err := readAuthorizer(payload)
	if err != nil {
		return Authorization{}, fmt.Errorf("%w: %w", ErrAuthorizer, err)
	}
	return a, nil
}

func readAuthorizer(payload []byte) (a Authorization, err error) {
	if len(payload) > maxPayload {
		return a, fmt.Errorf("it has %d bytes, and the limit is %d", len(payload), maxPayload)
	}
	root, err := strictjson.Parse(string(payload))
	if err != nil {
		return a, err
	}
	if root.Kind() != strictjson.Object {
		return a, fmt.Errorf("want an object with principalId and policyDocument, got %s", root.Kind())
	}
	principal := false
	for name, v := range root.Members() {
		switch name {
		case "principalId":
			a.PrincipalID, principal = v.Text()
			if !principal {
				err = fmt.Errorf("want a string, got %s", describe(v))
			}
		case "policyDocument":
			if v.Kind() != strictjson.Object {
				err = fmt.Errorf("want an object, got %s", describe(v))
			}
			a.Policy = json.RawMessage(v.Raw())
		case "context":
			a.Context, err = readContext(v)
		case "usageIdentifierKey":
			if v.Kind() != strictjson.Null {
				var ok bool
				if a.UsageIdentifierKey, ok = v.Text(); !ok {
					err = fmt.Errorf("want a string, got %s", v.Kind())
				}
			}
		default:
			err = errors.New("not known: only principalId, policyDocument, context and usageIdentifierKey are")
		}
		if err != nil {
			return Authorization{}, fmt.Errorf("%q: %w", name, err)
		}
	}
	switch {
	case !principal:
		return Authorization{}, errors.New("principalId is missing")
	case a.Policy == nil:
		return Authorization{}, errors.New("policyDocument is missing")
	}
	return a, nil
}

// readContext reads the context, whose values all reach the backend as strings: "You can't set a JSON object or array
// as a valid value of any key in the context map." (the page above). If the whole context is null, none exists.
func readContext(v strictjson.Value) (map[string]string, error) {
	if v.Kind() == strictjson.Null {
		return nil, nil
	}
	if v.Kind() != strictjson.Object {
		return nil, fmt.Errorf("want an object, got %s", v.Kind())
	}
	var out map[string]string
	for name, value := range v.Members() {
		if value.Kind() == strictjson.Null {
			return nil, fmt.Errorf("%q: want a string, a number or a boolean, got null", name)
		}
		text, err := readScalar(value)
		if err != nil {
			return nil, fmt.Errorf("%q: want a string, a number or a boolean, got %s", name, value.Kind())
		}
		if out == nil {
			out = make(map[string]string)
		}
		out[name] = text
	}
	return out, nil
}
