package main

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/constructs/snapshot"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

func TestMain(m *testing.M) { snapshot.Main(m) }

// TestTemplate builds no function: a template has only their hashes, which are masked.
func TestTemplate(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:  jsii.String(t.TempDir()),
		Context: &map[string]any{"aws:cdk:bundling-stacks": []string{}},
	})
	snapshot.Match(t, newStack(app, "Notes"), "notes")
}

// TestCallers synthesizes the stack for this machine and asks it as the browser app would.
func TestCallers(t *testing.T) {
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	newStack(app, "Notes")
	app.Synth(nil)

	var last atomic.Pointer[localgateway.Record]
	api := localgateway.Start(t, dir, localgateway.Options{Record: last.Store})

	token := func(use localgateway.TokenUse, user, scopes string, expires time.Duration) string {
		return api.Token(localgateway.TokenRequest{Use: use, Subject: user, Scopes: strings.Fields(scopes), Expires: expires})
	}
	var (
		ada     = token(localgateway.AccessToken, "ada", "openid notes/read notes/write", 0)
		reader  = token(localgateway.AccessToken, "ben", "openid notes/read", 0)
		id      = token(localgateway.IDToken, "ada", "", 0)
		expired = token(localgateway.AccessToken, "ada", "notes/read", -time.Minute)
		foreign = api.Token(
			localgateway.TokenRequest{Use: localgateway.AccessToken, Audience: "anotherclient", Scopes: []string{"notes/read"}},
		)
	)
	for _, c := range []struct {
		name, route, token, origin string
		status                     int
		body                       string // a part of the answer
		allowed                    string // the origin that may read the answer
		reason                     string // a part of what the gateway's log says
	}{
		{"health without a token", "GET /health", "", "", 200, `"ok"`, "", ""},
		{"the app adds a note", "POST /notes", ada, appOrigin, 201, `"buy tea"`, appOrigin, ""},
		{"and sees it", "GET /notes", ada, appOrigin, 200, `["buy tea"]`, appOrigin, ""},
		{"the app on a developer's machine", "GET /notes", ada, devOrigin, 200, `["buy tea"]`, devOrigin, ""},
		{"another user does not see it", "GET /notes", reader, appOrigin, 200, `[]`, appOrigin, ""},
		{"a page of another origin cannot read the answer", "GET /notes", ada, "https://evil.example", 200, "", "", ""},

		// An error of API Gateway itself has no list to choose an origin from, so any page may read that much.
		{"without a token", "GET /notes", "", appOrigin, 401, "Unauthorized", "*", "Authorization"},
		{"an expired token", "GET /notes", expired, appOrigin, 401, "expired", "*", "expired"},
		{"an ID token", "GET /notes", id, appOrigin, 401, "Unauthorized", "*", "token"},
		{"a token of another pool's client", "GET /notes", foreign, appOrigin, 401, "Unauthorized", "*", "audience"},
		{
			"without the scope: 401, and not 403 as from a Lambda authorizer",
			"POST /notes",
			reader,
			appOrigin,
			401,
			"Unauthorized",
			"*",
			"scope",
		},

		// A preflight brings no token, and is answered before any is asked for.
		{"the preflight", "OPTIONS /notes", "", appOrigin, 204, "", appOrigin, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			r, err := http.NewRequest(verb, api.URL+"/prod"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if verb == "POST" {
				r.Body = io.NopCloser(strings.NewReader(`{"text":"buy tea"}`))
			}
			for name, value := range map[string]string{"Authorization": c.token, "Origin": c.origin} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			reason := last.Load().Reason
			if answer.StatusCode != c.status || !strings.Contains(string(body), c.body) || !strings.Contains(reason, c.reason) ||
				c.status < 300 && reason != "" {
				t.Errorf("got %d %s (%s)\nwant %d with %q (%s)", answer.StatusCode, body, reason, c.status, c.body, c.reason)
			}
			if allowed := answer.Header.Get("Access-Control-Allow-Origin"); allowed != c.allowed {
				t.Errorf("the origin %q may read it, want %q", allowed, c.allowed)
			}
		})
	}
}
