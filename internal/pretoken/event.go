package pretoken

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/internal/strictjson"
)

// ErrEvent is the error for an event that is not understood, or not allowed.
var ErrEvent = errors.New("pretoken: wrong event")

// kind is who gets a token, and how.
type kind int

const (
	_         kind = iota
	ofHosted       // a user, by managed login or the hosted UI
	ofUser         // a user, by the user pools API or with a refresh token
	ofMachine      // an app client on its own behalf
)

// sources are the kinds by their trigger sources.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
var sources = map[string]kind{
	"TokenGeneration_HostedAuth":           ofHosted,
	"TokenGeneration_Authentication":       ofUser,
	"TokenGeneration_NewPasswordChallenge": ofUser,
	"TokenGeneration_AuthenticateDevice":   ofUser,
	"TokenGeneration_RefreshTokens":        ofUser,
	"TokenGeneration_ClientCredentials":    ofMachine,
}

// event is what the trigger reads of an event.
type event struct {
	all            strictjson.Value
	source, client string
	kind           kind
	scopes         []string // of the request
	groups         []string // of the user, as the pool has them
}

// parse reads an event. With an error, it returns the source and the client as far as it came.
func parse(text string) (e event, err error) {
	if e.all, err = strictjson.Parse(text); err != nil {
		return e, fmt.Errorf("%w: %w", ErrEvent, err)
	}
	if e.all.Kind() != strictjson.Object {
		return e, fmt.Errorf("%w: want an object, got %v", ErrEvent, e.all.Kind())
	}
	e.source, _ = e.all.Get("triggerSource").Text()
	e.client, _ = e.all.Get("callerContext").Get("clientId").Text()
	if e.kind = sources[e.source]; e.kind == 0 {
		return e, fmt.Errorf("%w: triggerSource %q is not known to this release", ErrEvent, e.source)
	}
	if v := e.all.Get("version"); !v.Is("2") && !v.Is("3") {
		// Version 1 changes ID tokens alone.
		return e, fmt.Errorf("%w: version %s: the user pool's PreTokenGenerationConfig needs LambdaVersion V2_0 or V3_0",
			ErrEvent, quoted(v))
	}
	request := e.all.Get("request")
	if request.Kind() != strictjson.Object {
		return e, fmt.Errorf("%w: request: want an object, got %v", ErrEvent, request.Kind())
	}
	if e.scopes, err = texts(request.Get("scopes")); err != nil {
		return e, fmt.Errorf("%w: request.scopes: %w", ErrEvent, err)
	}
	groups := request.Get("groupConfiguration")
	switch groups.Kind() {
	case strictjson.Object, strictjson.Missing, strictjson.Null:
	default:
		return e, fmt.Errorf("%w: request.groupConfiguration: want an object, got %v", ErrEvent, groups.Kind())
	}
	if e.groups, err = texts(groups.Get("groupsToOverride")); err != nil {
		return e, fmt.Errorf("%w: request.groupConfiguration.groupsToOverride: %w", ErrEvent, err)
	}
	return e, nil
}

// texts is a list of strings, which may be left out.
func texts(v strictjson.Value) ([]string, error) {
	if k := v.Kind(); k == strictjson.Missing || k == strictjson.Null {
		return nil, nil
	}
	list, ok := v.Texts()
	if !ok {
		return nil, fmt.Errorf("%v is not a list of strings", v.Kind())
	}
	return list, nil
}

func quoted(v strictjson.Value) string {
	if s, ok := v.Text(); ok && len(s) <= 8 {
		return fmt.Sprintf("%q", s)
	}
	return v.Kind().String()
}

// response is the answer's part that the pool reads.
type response struct {
	Details *overrides `json:"claimsAndScopeOverrideDetails,omitempty"`
}

type overrides struct {
	Access accessToken `json:"accessTokenGeneration"`
}

type accessToken struct {
	Add      []string `json:"scopesToAdd,omitempty"`
	Suppress []string `json:"scopesToSuppress,omitempty"`
}

// answer is the event with its response.
func (e event) answer(add, suppress []string) []byte {
	var r response
	if len(add)+len(suppress) > 0 {
		r.Details = &overrides{accessToken{add, suppress}}
	}
	out := map[string]any{}
	for name, v := range e.all.Members() {
		out[name] = json.RawMessage(v.Raw())
	}
	out["response"] = r
	text, err := json.Marshal(out)
	if err != nil {
		panic(err) // what was JSON stays JSON
	}
	return text
}
