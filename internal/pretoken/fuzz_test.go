package pretoken

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// FuzzInvoke checks for all events that a user gets only scopes of the user's groups, and that values that users and
// clients write change nothing.
func FuzzInvoke(f *testing.F) {
	for _, source := range []string{"HostedAuth", "Authentication", "RefreshTokens", "ClientCredentials"} {
		f.Add(with("2", "TokenGeneration_"+source, []string{admin}, []string{"editors"}))
		f.Add(with("3", "TokenGeneration_"+source, []string{"openid", "notes/read", "notes/purge"}, []string{"readers"}))
	}
	f.Add(`{"version":"2","triggerSource":"TokenGeneration_HostedAuth","request":{"scopes":["\ud800","notes/re\u0061d"]}}`)
	f.Add(`{"triggerSource":"TokenGeneration_HostedAuth","version":"2","request":{},"Request":{"scopes":["notes/read"]}}`)
	trigger, err := New(notes, io.Discard)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer, err := trigger.Invoke(context.Background(), []byte(text))
		if err != nil {
			if answer != nil || !errors.Is(err, ErrEvent) {
				t.Fatalf("%s, %v", answer, err)
			}
			return
		}
		// encoding/json also accepts a member in another case, so it reads more than the trigger.
		var in map[string]json.RawMessage
		var e struct {
			TriggerSource string
			Request       map[string]json.RawMessage
		}
		var scopes, groups []string
		var configuration map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &in) != nil {
			t.Fatalf("not JSON, and no error: %s", text)
		}
		_ = json.Unmarshal(in["triggerSource"], &e.TriggerSource)
		_ = json.Unmarshal(in["request"], &e.Request)
		_ = json.Unmarshal(e.Request["scopes"], &scopes)
		_ = json.Unmarshal(e.Request["groupConfiguration"], &configuration)
		_ = json.Unmarshal(configuration["groupsToOverride"], &groups)

		var members map[string]json.RawMessage
		if err := json.Unmarshal(answer, &members); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		var out struct {
			Response events.CognitoEventUserPoolsPreTokenGenResponseV2_0 `json:"response"`
		}
		if err := json.Unmarshal([]byte(`{"response":`+string(members["response"])+`}`), &out); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		change := out.Response.ClaimsAndScopeOverrideDetails
		access := change.AccessTokenGeneration
		if len(access.ClaimsToAddOrOverride)+len(access.ClaimsToSuppress)+len(change.GroupOverrideDetails.GroupsToOverride)+
			len(change.IDTokenGeneration.ClaimsToAddOrOverride)+len(change.IDTokenGeneration.ClaimsToSuppress) > 0 {
			t.Fatalf("more than scopes changes: %s", members["response"])
		}
		given := func(scope string) bool {
			return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(notes.Groups[g], scope) })
		}
		for _, s := range access.ScopesToAdd {
			if !given(s) || e.TriggerSource == "TokenGeneration_HostedAuth" ||
				e.TriggerSource == "TokenGeneration_ClientCredentials" {
				t.Errorf("%q is added: %s", s, text)
			}
		}
		for _, s := range scopes {
			decided := slices.Contains(notes.Scopes, s) && e.TriggerSource != "TokenGeneration_ClientCredentials"
			if want := decided && !given(s); want != slices.Contains(access.ScopesToSuppress, s) {
				t.Errorf("%q: suppressed %v: %s", s, !want, text)
			}
		}
		for _, member := range []string{"userAttributes", "clientMetadata"} {
			e.Request[member] = json.RawMessage(`{"sub":"x","custom:groups":"editors"}`)
		}
		changed, err := json.Marshal(e.Request)
		if err != nil {
			t.Fatal(err)
		}
		in["request"] = changed
		whole, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := trigger.Invoke(context.Background(), whole)
		if err != nil {
			t.Fatalf("%v: %s", err, whole)
		}
		var other map[string]json.RawMessage
		if json.Unmarshal(again, &other) != nil || string(other["response"]) != string(members["response"]) {
			t.Errorf("attributes and metadata change the answer: %s, %s", other["response"], members["response"])
		}
	})
}
