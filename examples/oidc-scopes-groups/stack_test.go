package main

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
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
	stack := newStack(app, "Releases")
	snapshot.Match(t, stack, "releases")
	warnings := assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue())
	if len(*warnings) > 0 {
		t.Errorf("%d warnings of constructs, which fail \"cdk synth --strict\"", len(*warnings))
	}
}

// TestCallers synthesizes the stack for this machine and asks it as its callers would.
func TestCallers(t *testing.T) {
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	newStack(app, "Releases")
	app.Synth(nil)

	var last atomic.Pointer[localgateway.Record]
	api := localgateway.Start(t, dir, localgateway.Options{Record: last.Store})

	// token is of a user; the claims uid and sub are as Okta has them.
	token := func(scopes, groups string) string {
		return api.Token(localgateway.TokenRequest{
			Scopes: strings.Fields(scopes), Groups: strings.Fields(groups),
			Claims: map[string]any{"uid": "00u1ada", "sub": "ada@example.com"},
		})
	}
	bearer := func(token string) string { return "Authorization: Bearer " + token }
	cookie := func(token string) string { return "Cookie: theme=dark; session=" + token }
	var (
		reader  = token("releases:read", "engineering")
		client  = token("releases:read releases:write", "engineering") // the client may write, the user may not
		manager = token("releases:read releases:write", "release-managers")
		expired = api.Token(localgateway.TokenRequest{Scopes: []string{"releases:read"}, Expires: -time.Minute})
		service = api.Token(localgateway.TokenRequest{Scopes: []string{"releases:read"}, Claims: map[string]any{"uid": nil}})
	)
	const version = `{"version":"1.4.2"}`
	for _, c := range []struct {
		name, route, header string
		status              int
		body                string // a part of the answer
		reason              string // a part of what the gateway's log says
	}{
		{"health without a token", "GET /health", "", 200, `"ok"`, ""},
		{"the function learns who calls", "GET /me", bearer(reader), 200,
			`{"principal":"00u1ada","login":"ada@example.com","scopes":["releases:read"],"groups":["engineering"]}`, ""},
		{"a reader reads", "GET /releases", bearer(reader), 200, `"releases"`, ""},
		{"without a token", "GET /releases", "", 401, "Unauthorized", "Authorization"},
		{"an expired token", "GET /releases", bearer(expired), 401, "Unauthorized", "its exp has passed"},
		{"a token of a service, which has no uid", "GET /releases", bearer(service), 401, "Unauthorized",
			"it does not name the caller"},
		{"neither the scope nor the group", "POST /releases", bearer(reader), 403, "not authorized",
			"the caller has the scopes releases:read and the groups engineering"},
		{"the scope, but not the group", "POST /releases", bearer(client), 403, "not authorized",
			"the caller lacks group release-managers"},
		{"the scope and the group", "POST /releases", bearer(manager), 201, `"requestedBy":"00u1ada"`, ""},
		{"the page by its cookie", "GET /board", cookie(reader), 200, "<li>1.4.2 by ada@example.com</li>", ""},
		{"the page without one", "GET /board", "", 401, "Unauthorized", "Cookie"},
		{
			"the page by a header, which the browser guard does not read",
			"GET /board",
			bearer(reader),
			401,
			"Unauthorized",
			"Cookie",
		},
		{"the page in another group", "GET /board", cookie(manager), 403, "explicit deny",
			"the caller lacks group engineering"},
		{"the API by the cookie", "GET /releases", cookie(reader), 401, "Unauthorized", "Authorization"},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			r, err := http.NewRequest(verb, api.URL+"/prod"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if verb == "POST" {
				r.Body = io.NopCloser(strings.NewReader(version))
			}
			if name, value, ok := strings.Cut(c.header, ": "); ok {
				r.Header.Set(name, value)
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
		})
	}
}
