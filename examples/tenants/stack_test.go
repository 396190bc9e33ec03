package main

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

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
	stack := newStack(app, "Documents")
	snapshot.Match(t, stack, "documents")
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
	newStack(app, "Documents")
	app.Synth(nil)

	var last atomic.Pointer[localgateway.Record]
	api := localgateway.Start(t, dir, localgateway.Options{Record: last.Store})

	type claims = map[string]any
	token := func(subject, scopes, groups string, more claims) string {
		return api.Token(localgateway.TokenRequest{
			Subject: subject, Scopes: strings.Fields(scopes), Groups: strings.Fields(groups), Claims: more,
		})
	}
	var (
		ada   = token("u-17", "documents:write", "", claims{"tenants": []string{"acme"}, "plan": "team"})
		grace = token("u-18", "", "", claims{"tenants": []string{"globex"}, "plan": "free"})
		both  = token("auth0|19", "", "", claims{"tenants": []string{"acme", "globex"}, "plan": "enterprise"})
		root  = token("u-1", "", "admins", claims{"amr": []string{"pwd", "mfa"}})
		admin = token("u-2", "", "admins", claims{"amr": []string{"pwd"}})
		me    = token("me", "", "", nil)
		star  = token("*", "", "", claims{"tenants": []string{"*", "acme/documents", "?cme", "..", ""}, "plan": "team"})
	)
	for _, c := range []struct {
		name, route, token string
		status             int
		body               string // a part of the answer
		reason             string // a part of what the gateway's log says
	}{
		{"all callers see the health", "GET /health", "", 200, `"ok"`, ""},
		{"a member reads", "GET /tenants/acme/documents", ada, 200, "Acme's price list", ""},
		{"a member reads one", "GET /tenants/acme/documents/1", ada, 200, "Acme's price list", ""},
		{"a member with the scope writes", "POST /tenants/acme/documents", ada, 201, `"by":"u-17"`, ""},
		{
			"a member of another tenant",
			"GET /tenants/globex/documents",
			ada,
			403,
			"not authorized",
			"caller's tenants has acme, the path's tenant is globex",
		},
		{"a member of another tenant writes", "POST /tenants/globex/documents", ada, 403, "not authorized", "policy"},
		{"a member of another tenant reads one", "GET /tenants/globex/documents/1", ada, 403, "not authorized", "policy"},
		{"a member of both", "GET /tenants/globex/documents", both, 200, "Globex's road map", ""},
		{"a member without the scope", "POST /tenants/globex/documents", grace, 403, "not authorized",
			"the caller lacks scope documents:write"},
		{"the paid plan", "GET /tenants/acme/reports", ada, 200, `{"documents":2,"tenant":"acme"}`, ""},
		{"another tenant's environment", "GET /tenants/globex/reports", both, 200, `{"documents":1,"tenant":"globex"}`, ""},
		{"the free plan", "GET /tenants/globex/reports", grace, 403, "not authorized", "plan is free"},
		{"the paid plan, and another tenant", "GET /tenants/globex/reports", ada, 403, "not authorized", "policy"},
		{"no tenants at all", "GET /tenants/acme/documents", root, 403, "not authorized", "tenants has no text"},

		{"the owner", "GET /users/u-17", ada, 200, `"Ada"`, ""},
		{"another user", "GET /users/u-18", ada, 403, "not authorized", "caller's sub is u-17, the path's id is u-18"},
		{"an administrator", "GET /users/u-18", admin, 200, `"Grace"`, ""},
		{"an administrator does not rename", "PUT /users/u-18", admin, 403, "not authorized", "policy"},
		{"the owner renames", "PUT /users/u-17", ada, 200, `"Ada L."`, ""},
		{"an owner with a | in the name", "PUT /users/auth0%7C19", both, 200, `"auth0|19"`, ""},
		{"without the second factor", "DELETE /users/u-18", admin, 403, "not authorized", "amr has pwd"},
		{"with the second factor", "DELETE /users/u-18", root, 204, "", ""},
		{"any token", "GET /users/me", grace, 404, "no such account", ""},
		{"a user called me renames no route", "PUT /users/me", me, 403, "", ""},

		{"values that mean more in a policy", "GET /tenants/acme/documents", star, 403, "not authorized",
			"caller's tenants has * acme/documents"},
		{"values with a slash", "GET /tenants/acme/reports", star, 403, "not authorized", "policy"},
		{"a user called *", "GET /users/u-17", star, 403, "not authorized", "policy"},
		{"without a token", "GET /users/u-17", "", 401, "Unauthorized", "Authorization"},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.route, " ")
			r, err := http.NewRequest(verb, api.URL+"/prod"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if verb == "POST" || verb == "PUT" {
				r.Body = io.NopCloser(strings.NewReader(`{"title":"Minutes","name":"Ada L."}`))
			}
			if c.token != "" {
				r.Header.Set("Authorization", "Bearer "+c.token)
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
			if answer.StatusCode != c.status || !strings.Contains(string(body), c.body) || !strings.Contains(reason, c.reason) {
				t.Errorf("got %d %s (%s)\nwant %d with %q (%s)", answer.StatusCode, body, reason, c.status, c.body, c.reason)
			}
		})
	}
}
