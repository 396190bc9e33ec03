package pretoken

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

var _ lambda.Handler = (*Trigger)(nil)

var notes = Config{
	Groups: map[string][]string{
		"readers": {"notes/read"},
		"editors": {"notes/read", "notes/write"},
		"guests":  {},
	},
	Scopes: []string{"notes/read", "notes/write", "notes/purge"},
}

const admin = "aws.cognito.signin.user.admin"

// with is an event of Cognito's form.
func with(version, source string, scopes, groups any) string {
	text, err := json.Marshal(map[string]any{
		"version": version, "triggerSource": source, "region": "eu-central-1", "userPoolId": "eu-central-1_AbCdEfGhI",
		"userName": "anna", "callerContext": map[string]any{"awsSdkVersion": "aws-sdk-unknown-unknown",
			"clientId": "client-1"},
		"request": map[string]any{
			// These are values that a user or a client can write. They have the names of all values that the trigger reads.
			"userAttributes": map[string]string{
				"sub": "a36036a8", "custom:groups": "editors", "cognito:groups": "editors", "custom:scope": "notes/purge",
				"email": "a@b.test",
			},
			"clientMetadata": map[string]string{"groups": "editors", "scope": "notes/purge"},
			"groupConfiguration": map[string]any{"groupsToOverride": groups, "iamRolesToOverride": []string{},
				"preferredRole": nil},
			"scopes": scopes,
		},
		"response": map[string]any{"claimsAndScopeOverrideDetails": nil},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func newTrigger(t testing.TB, c Config) (*Trigger, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	trigger, err := New(c, &log)
	if err != nil {
		t.Fatal(err)
	}
	return trigger, &log
}

// token is what an access token's scopes become of a request's, by an answer.
func token(t testing.TB, requested []string, answer []byte) (scopes, added, suppressed []string) {
	t.Helper()
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	if err := json.Unmarshal(answer, &e); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	change := e.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
	for _, s := range requested {
		if !slices.Contains(change.ScopesToSuppress, s) {
			scopes = append(scopes, s)
		}
	}
	return append(scopes, change.ScopesToAdd...), change.ScopesToAdd, change.ScopesToSuppress
}

func TestScopes(t *testing.T) {
	for _, c := range []struct {
		name           string
		source         string
		scopes, groups string
		want           string
	}{
		{"hosted: a scope of the user's group stays", "HostedAuth", "openid notes/read", "readers", "openid notes/read"},
		{
			"hosted: a scope of another group is suppressed", "HostedAuth", "openid notes/read notes/write", "readers",
			"openid notes/read",
		},
		{
			"hosted: a user without a group has none of the table's", "HostedAuth", "openid notes/read notes/write", "",
			"openid",
		},
		{"hosted: two groups add up", "HostedAuth", "notes/read notes/write", "readers editors", "notes/read notes/write"},
		{
			"hosted: a scope that was not asked for is not added", "HostedAuth", "openid notes/read", "editors",
			"openid notes/read",
		},
		{"hosted: not even if the client asks for the API's scope alone", "HostedAuth", admin, "editors", admin},
		{
			"hosted: scopes that are not the table's stay", "HostedAuth", "openid email other/read", "",
			"openid email other/read",
		},
		{"hosted: a scope that no group has is for machines", "HostedAuth", "openid notes/purge", "editors", "openid"},
		{
			"hosted: a group of the pool that the table does not know", "HostedAuth", "openid notes/read",
			"eu-central-1_AbCdEfGhI_Google", "openid",
		},
		{"hosted: another case is another group", "HostedAuth", "openid notes/read", "Readers", "openid"},
		{
			"hosted: another case is another scope, which the table does not know", "HostedAuth", "Notes/read", "",
			"Notes/read",
		},
		{"hosted: a scope twice", "HostedAuth", "notes/read notes/read", "", ""},

		{"password: the user's groups give the scopes", "Authentication", admin, "readers", admin + " notes/read"},
		{
			"password: two groups give each scope once", "Authentication", admin, "readers editors readers",
			admin + " notes/read notes/write",
		},
		{"password: a user without a group gets none", "Authentication", admin, "", admin},
		{"password: a group without scopes gives none", "Authentication", admin, "guests", admin},
		{"a first password", "NewPasswordChallenge", admin, "editors", admin + " notes/read notes/write"},
		{"a device", "AuthenticateDevice", admin, "readers", admin + " notes/read"},
		{
			"password: a request that has other scopes is not the API's", "Authentication", admin + " openid", "editors",
			admin + " openid",
		},

		{"password: a request of one other scope is not the API's", "Authentication", "openid", "editors", "openid"},
		{"refresh of a hosted token with one scope", "RefreshTokens", "notes/read", "editors", "notes/read"},
		{"refresh of the API's token", "RefreshTokens", admin, "readers", admin + " notes/read"},
		{"refresh of a hosted token adds nothing", "RefreshTokens", "openid notes/read", "editors", "openid notes/read"},
		{"refresh after the user left the group", "RefreshTokens", "openid notes/read", "", "openid"},
		{"refresh after the user left the group, of the API's token", "RefreshTokens", admin + " notes/read", "", admin},
		{"refresh without scopes adds nothing", "RefreshTokens", "", "editors", ""},

		{
			"a machine keeps what the pool allows it", "ClientCredentials", "notes/read notes/purge", "",
			"notes/read notes/purge",
		},
		{"a machine gets nothing by a group", "ClientCredentials", "notes/read", "editors", "notes/read"},
		{"a machine gets nothing for the API's scope", "ClientCredentials", admin, "editors", admin},
	} {
		scopes := strings.Fields(c.scopes)
		for _, version := range []string{"2", "3"} {
			trigger, log := newTrigger(t, notes)
			event := with(version, "TokenGeneration_"+c.source, scopes, strings.Fields(c.groups))
			answer, err := trigger.Invoke(context.Background(), []byte(event))
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			got, added, suppressed := token(t, scopes, answer)
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s, version %s: got %q, want %q", c.name, version, got, c.want)
			}
			var l line
			if err := json.Unmarshal(log.Bytes(), &l); err != nil ||
				!reflect.DeepEqual(l, line{"TokenGeneration_" + c.source, "client-1", added, suppressed, ""}) {
				t.Errorf("%s: log %s", c.name, log)
			}
		}
	}
}

// TestAnswerChangesScopesAlone checks that the trigger does not change claims and groups, and that the rest of the
// answer equals the event.
func TestAnswerChangesScopesAlone(t *testing.T) {
	trigger, log := newTrigger(t, notes)
	event := with("2", "TokenGeneration_HostedAuth", []string{"notes/read", "notes/write"}, []string{"readers"})
	event = strings.Replace(event, `{"claimsAndScopeOverrideDetails":null}`,
		`{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToAdd":["notes/purge"]}}}`, 1)
	answer, err := trigger.Invoke(context.Background(), []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var in, out map[string]any
	if json.Unmarshal([]byte(event), &in) != nil || json.Unmarshal(answer, &out) != nil {
		t.Fatalf("%s", answer)
	}
	in["response"] = map[string]any{"claimsAndScopeOverrideDetails": map[string]any{
		"accessTokenGeneration": map[string]any{"scopesToSuppress": []any{"notes/write"}}}}
	if !reflect.DeepEqual(in, out) {
		t.Errorf("got %s", answer)
	}
	for _, personal := range []string{"anna", "a36036a8", "a@b.test", "readers"} {
		if strings.Contains(log.String(), personal) {
			t.Errorf("the log contains %q: %s", personal, log)
		}
	}
}

// AWS's own example of an event.
func TestExampleEvent(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "example.json"))
	if err != nil {
		t.Fatal(err)
	}
	trigger, _ := newTrigger(t, notes)
	answer, err := trigger.Invoke(context.Background(), text)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := token(t, []string{admin}, answer); !slices.Equal(got, []string{admin}) {
		t.Errorf("got %q", got)
	}
}

// TestRefused checks that an invalid event is an error, so that the pool does not issue a token.
func TestRefused(t *testing.T) {
	good := with("2", "TokenGeneration_HostedAuth", []string{"notes/read"}, []string{"readers"})
	change := func(old, replacement string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in %s", old, good)
		}
		return strings.Replace(good, old, replacement, 1)
	}
	for _, c := range []struct{ name, event, want string }{
		{"nothing", ``, "wrong event"},
		{"not JSON", `{`, "wrong event"},
		{"an array", `[]`, "want an object, got an array"},
		{"null", `null`, "want an object"},
		{
			"another event's", change("TokenGeneration_HostedAuth", "PostAuthentication_Authentication"),
			`"PostAuthentication_Authentication" is not known`,
		},
		{
			"a source in another case", change("TokenGeneration_HostedAuth", "tokengeneration_hostedauth"),
			"is not known to this release",
		},
		{"no source", change(`"triggerSource"`, `"source"`), `triggerSource "" is not known`},
		{"a source that is a number", change(`"TokenGeneration_HostedAuth"`, `1`), `triggerSource "" is not known`},
		{
			"version 1, which has no scopes", change(`"version":"2"`, `"version":"1"`),
			`version "1": the user pool's PreTokenGenerationConfig needs LambdaVersion V2_0`,
		},
		{"version 4", change(`"version":"2"`, `"version":"4"`), `version "4"`},
		{"a version that is a number", change(`"version":"2"`, `"version":2`), `version a number`},
		{"no version", change(`"version":"2"`, `"Version":"2"`), `version nothing`},
		{"a long version", change(`"version":"2"`, `"version":"a@b.test and more"`), "version a string"},
		{"a version of eight bytes", change(`"version":"2"`, `"version":"12345678"`), `version "12345678"`},
		{"a request that is a list", change(`"request":{`, `"request":[],"x":{`), "request: want an object, got an array"},
		{"no request", change(`"request":{`, `"Request":{`), "request: want an object"},
		{"scopes as one text", change(`["notes/read"]`, `"notes/read"`), "request.scopes: a string is not a list of strings"},
		{
			"a scope that is a number", change(`["notes/read"]`, `["notes/read",1]`),
			"request.scopes: an array is not a list of strings",
		},
		{"scopes twice", change(`"scopes"`, `"scopes":[],"scopes"`), "wrong event"},
		{"groups twice", change(`"groupsToOverride"`, `"groupsToOverride":[],"groupsToOverride"`), "wrong event"},
		{"groups as one text", change(`["readers"]`, `"readers"`), "groupsToOverride: a string is not a list of strings"},
		{
			"a group that is null", change(`["readers"]`, `["readers",null]`),
			"groupsToOverride: an array is not a list of strings",
		},
		{
			"groups elsewhere", change(`"groupConfiguration":{`, `"groupConfiguration":["readers"],"x":{`),
			"groupConfiguration: want an object, got an array",
		},
		{"more after the event", good + `{}`, "wrong event"},
		{"not UTF-8", change("anna", "\xff"), "wrong event"},
	} {
		trigger, log := newTrigger(t, notes)
		answer, err := trigger.Invoke(context.Background(), []byte(c.event))
		if answer != nil || !errors.Is(err, ErrEvent) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %s, %v, want %q", c.name, answer, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "a@b.test") {
			t.Errorf("%s: the error contains data of the user: %v", c.name, err)
		}
		var l line
		if json.Unmarshal(log.Bytes(), &l) != nil || l.Error != fmt.Sprint(err) {
			t.Errorf("%s: log %s", c.name, log)
		}
	}
}

// A user without groups may have a list without entries, null, or no list.
func TestNoGroups(t *testing.T) {
	for _, groups := range []any{[]string{}, nil} {
		trigger, _ := newTrigger(t, notes)
		event := with("2", "TokenGeneration_HostedAuth", []string{"openid", "notes/read"}, groups)
		without := func(name string) string { return strings.Replace(event, name, "x", 1) }
		for _, text := range []string{event, without("groupsToOverride"), without("groupConfiguration")} {
			answer, err := trigger.Invoke(context.Background(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if got, _, _ := token(t, []string{"openid", "notes/read"}, answer); !slices.Equal(got, []string{"openid"}) {
				t.Errorf("%s: got %q", text, got)
			}
		}
	}
}

// TestConfigIsCopied checks that changing its settings does not change a trigger.
func TestConfigIsCopied(t *testing.T) {
	c := Config{Groups: map[string][]string{"readers": {"notes/read"}}, Scopes: []string{"notes/read", "notes/write"}}
	trigger, _ := newTrigger(t, c)
	c.Groups["readers"][0] = "notes/write"
	c.Groups["others"] = []string{"notes/write"}
	c.Scopes[0] = "x"
	answer, err := trigger.Invoke(context.Background(),
		[]byte(with("2", "TokenGeneration_Authentication", []string{admin}, []string{"readers", "others"})))
	if err != nil {
		t.Fatal(err)
	}
	if _, added, _ := token(t, nil, answer); !slices.Equal(added, []string{"notes/read"}) {
		t.Errorf("added %q", added)
	}
}
