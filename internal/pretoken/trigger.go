package pretoken

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"sync"
)

// Trigger answers the events of a user pool. It is a [github.com/aws/aws-lambda-go/lambda.Handler], and any number of
// goroutines may use it.
type Trigger struct {
	groups map[string][]string
	scopes []string
	known  map[string]bool // the scopes again

	mu  sync.Mutex
	log io.Writer
}

// New returns a trigger that writes a line of JSON to log for each event; if log is nil, lines are discarded. The error
// is an [ErrConfig].
func New(c Config, log io.Writer) (*Trigger, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if log == nil {
		log = io.Discard
	}
	t := &Trigger{groups: map[string][]string{}, scopes: slices.Clone(c.Scopes), known: map[string]bool{}, log: log}
	for name, scopes := range c.Groups {
		t.groups[name] = slices.Clone(scopes)
	}
	for _, s := range c.Scopes {
		t.known[s] = true
	}
	return t, nil
}

// FromLambda returns the trigger of a function's environment. The error is an [ErrConfig].
func FromLambda(getenv func(string) string, log io.Writer) (*Trigger, error) {
	c, err := FromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	return New(c, log)
}

// Invoke answers an event of version 2 or 3 with the event and its response. An error means that the pool issues no
// token; its text, which Cognito shows to the caller, has nothing of the user.
func (t *Trigger) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	e, err := parse(string(payload))
	if err != nil {
		t.write(line{Source: e.source, Client: e.client, Error: err.Error()})
		return nil, err
	}
	add, suppress := t.decide(e)
	t.write(line{Source: e.source, Client: e.client, Added: add, Suppressed: suppress})
	return e.answer(add, suppress), nil
}

// userAPIScope is the only scope of tokens that the user pools API issues, by InitiateAuth and the like.
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
const userAPIScope = "aws.cognito.signin.user.admin"

// decide returns the scopes that a token gets besides those of the request, and those that it does not get.
//
// A client that asks for scopes at the authorization endpoint gets no others, since a user may have granted it only
// these. The user pools API takes no scopes, so its tokens get all that the user's groups have. A refreshed token can
// be of both kinds: it is the API's if it has the API's scope alone.
func (t *Trigger) decide(e event) (add, suppress []string) {
	if e.kind == ofMachine {
		return nil, nil
	}
	given := map[string]bool{}
	for _, name := range e.groups {
		for _, scope := range t.groups[name] {
			given[scope] = true
		}
	}
	for _, scope := range e.scopes {
		if t.known[scope] && !given[scope] && !slices.Contains(suppress, scope) {
			suppress = append(suppress, scope)
		}
	}
	if e.kind == ofUser && len(e.scopes) == 1 && e.scopes[0] == userAPIScope {
		for _, scope := range t.scopes {
			if given[scope] && !slices.Contains(add, scope) {
				add = append(add, scope)
			}
		}
	}
	return add, suppress
}

// line is what is logged of an event: why a token has a scope, or lacks it.
type line struct {
	Source     string   `json:"triggerSource"`
	Client     string   `json:"clientId"`
	Added      []string `json:"added,omitempty"`
	Suppressed []string `json:"suppressed,omitempty"`
	Error      string   `json:"error,omitempty"`
}

func (t *Trigger) write(l line) {
	text, err := json.Marshal(l)
	if err != nil {
		return // strings always encode
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.log.Write(append(text, '\n'))
}
