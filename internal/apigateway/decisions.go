package apigateway

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/events"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/lambdaruntime"
)

// decisions are what the included authorizer logs of each request. Its answers do not say why, and must not; its log does,
// and a developer should not have to look for the line. Those are kept that somebody waits for.
type decisions struct {
	mu       sync.Mutex
	expected map[string]chan said // by Lambda's request id, as several requests can have one trace
	of       map[string]string    // that id, by API Gateway's
}

// said is the part of such a line that tells why.
// Source: authz's documentation of its log, docs/authorizer.md.
type said struct {
	Message, Outcome, Reason, Error, Missing, RequestID string

	Got, Want string // the value that was refused or what the caller has, and what is wanted in its place
}

// patience is how long a line may take after the answer: it was written before it, and comes through a pipe.
const patience = 50 * time.Millisecond

// expect prepares for the line about a request, if the function is an included authorizer. It returns the id that the function is
// to be invoked with; "" for any.
func (d *decisions) expect(f *apimodel.Function, request string) (id string) {
	if _, ours := f.Environment[authz.ConfigVariable]; !ours {
		return ""
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.expected == nil {
		d.expected, d.of = map[string]chan said{}, map[string]string{}
	}
	id = newUUID()
	d.expected[id], d.of[request] = make(chan said, 1), id
	return id
}

// see looks at a line that a function wrote.
func (d *decisions) see(line lambdaruntime.LogLine) {
	if !strings.Contains(line.Text, `"message":"decision"`) {
		return
	}
	var s said
	if json.Unmarshal([]byte(line.Text), &s) != nil || s.Message != "decision" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.expected[s.RequestID]; c != nil {
		select {
		case c <- s:
		default: // it was asked once, and has said so
		}
	}
}

// take is what was said of a request, if anything was expected. It waits for the line only if that is of interest.
func (d *decisions) take(request string, wanted bool) (s said) {
	d.mu.Lock()
	id := d.of[request]
	c := d.expected[id]
	d.mu.Unlock()
	if c == nil {
		return said{}
	}
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.expected, id)
		delete(d.of, request)
	}()
	if !wanted {
		return said{}
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s = <-c:
	case <-timer.C:
	}
	return s
}

// glosses say in words what the reasons for a 401 mean that a developer meets most.
var glosses = map[string]string{
	"no_token": "there is none where the authorizer looks", "base64": "it is not a JSON Web Token", "serialization": "it is not a JSON Web Token",
	"algorithm": "its alg is none of the issuer's", "issuer": "its iss is no configured issuer", "audience": "its aud, or client_id, is not this API's",
	"token_use": "an ID token where an access token is wanted, or the other way round", "expired": "its exp has passed", "not_yet": "its nbf is still to come",
	"principal": "it does not name the caller", "unknown_key": "the issuer has no key with its kid", "signature": "it is not signed with the issuer's key",
	"hook": "the hook rejected it", "client": "it was issued to another client", "lifetime": "it is valid for longer than the issuer's limit",
	"bound": "cnf binds it to a key of its holder's, which a bearer does not prove",
}

// why is what was said, in words; "" if nothing was. It says which value came and which one is wanted, if the line does.
func (s said) why() string {
	switch {
	case s.Outcome == "unauthorized":
		why := "the authorizer refused the token: " + s.Reason
		if gloss := glosses[s.Reason]; gloss != "" {
			why += ", " + gloss
		}
		if s.Got != "" && s.Want != "" {
			why += fmt.Sprintf(": got %q, want %q", s.Got, s.Want)
		}
		return why
	case s.Outcome == "denied" && s.Reason == "rights" && s.Got != "":
		return "the caller lacks " + s.Missing + " and has " + s.Got
	case s.Outcome == "denied" && s.Reason == "rights":
		return "the caller lacks " + s.Missing
	case s.Outcome == "denied" && s.Reason == "hook":
		return "the authorizer's hook denied it"
	case s.Outcome == "denied":
		return "the authorizer says: " + s.Reason
	case s.Outcome == "failed":
		return "the authorizer failed: " + cmp.Or(strings.TrimSpace(s.Reason+" "+s.Error), "it does not say why")
	}
	return ""
}

// has says which rights the included authorizer found in a token, as its context lists them: of an answer from the cache
// there is no line in the log. It is "" for the context of another function.
func has(c events.Caller) string {
	if c.Lambda == nil || c.Lambda.Context["issuer"] == "" {
		return ""
	}
	var found []string
	for _, kind := range []string{"scopes", "groups", "roles"} {
		if words := c.Lambda.Context[kind]; words != "" {
			found = append(found, "the "+kind+" "+strings.ReplaceAll(words, " ", ", "))
		}
	}
	if found == nil {
		return ", and the caller has no scope, group or role"
	}
	return ", and the caller has " + strings.Join(found, " and ")
}
