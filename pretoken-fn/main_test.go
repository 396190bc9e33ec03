package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
	"github.com/gatehouse-cdk/gatehouse/internal/functest"
	"github.com/gatehouse-cdk/gatehouse/internal/functest/process"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

var dir string // has the built function; "" before it is built

// built builds the function as the constructs do, but for this machine.
var built = sync.OnceValues(func() (path string, err error) {
	if dir, err = os.MkdirTemp("", "pretoken-fn-"); err != nil {
		return "", err
	}
	out := filepath.Join(dir, "bootstrap")
	return out, functest.Build(out, ".")
})

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func environment() (env []string) {
	config := pretoken.Config{
		Groups: map[string][]string{"readers": {"notes/read"}},
		Scopes: []string{"notes/read", "notes/write"},
	}
	for name, value := range config.Environment() {
		env = append(env, name+"="+value)
	}
	return env
}

func event(source string, groups []string, scopes ...string) []byte {
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	e.Version, e.TriggerSource, e.UserName = "2", source, "anna"
	e.Request.GroupConfiguration.GroupsToOverride = groups
	e.Request.Scopes = scopes
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return text
}

// The built function answers a user pool's events. For an event that it cannot read it returns an error, and it answers
// the next one.
func TestFunction(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	api, log := process.Start(t, path, environment()...)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	ask := func(payload []byte) authztest.Result {
		t.Helper()
		result, err := api.Invoke(ctx, payload)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for _, c := range []struct {
		name, source      string
		scopes            []string // that the login asked for
		added, suppressed []string
	}{
		{
			name:       "a hosted login",
			source:     "TokenGeneration_HostedAuth",
			scopes:     []string{"openid", "notes/read", "notes/write"},
			suppressed: []string{"notes/write"},
		},
		{
			name:   "a password",
			source: "TokenGeneration_Authentication",
			scopes: []string{"aws.cognito.signin.user.admin"},
			added:  []string{"notes/read"},
		},
	} {
		result := ask(event(c.source, []string{"readers"}, c.scopes...))
		var e events.CognitoEventUserPoolsPreTokenGenV2_0
		if result.Error != nil || json.Unmarshal(result.Payload, &e) != nil {
			t.Fatalf("%s: %v, %s", c.name, result.Error, result.Payload)
		}
		got := e.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
		if !slices.Equal(got.ScopesToAdd, c.added) || !slices.Equal(got.ScopesToSuppress, c.suppressed) ||
			e.UserName != "anna" {
			t.Errorf("%s: got %s, want anna with %q added and %q suppressed", c.name, result.Payload, c.added, c.suppressed)
		}
		if result = ask([]byte(`{"version":"1"}`)); result.Error == nil ||
			!strings.Contains(result.Error.Message, "triggerSource") {
			t.Errorf("an event without a source: got %v, %s, want an error with triggerSource",
				result.Error, result.Payload)
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	ours := 0
	for _, line := range lines {
		var l struct{ TriggerSource *string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Errorf("log line %q is not JSON: %v", line, err)
		}
		if l.TriggerSource != nil {
			ours++
		}
	}
	if ours != 4 { // the runtime also logs errors, without a triggerSource
		t.Errorf("got %d lines with a triggerSource, want 4; log:\n%s", ours, text)
	}
}

// The function does not start with an invalid configuration.
func TestFunctionRefusesConfiguration(t *testing.T) {
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"no configuration": {nil, "GATEHOUSE_PRETOKEN is not set"},
		"an unknown setting": {
			[]string{`GATEHOUSE_PRETOKEN={"scopes":["a"],"Groups":{}}`}, `"Groups": not known to this release`,
		},
		"a group's scope that is not in scopes": {
			[]string{`GATEHOUSE_PRETOKEN={"scopes":["a"],"groups":{"g":["b"]}}`}, `"b" is not among Scopes`,
		},
	} {
		cmd := exec.Command(path)
		cmd.Env = append([]string{}, c.env...)
		if text, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: got %v and the output\n%s\nwant a failure with %q", name, err, text, c.want)
		}
	}
}
