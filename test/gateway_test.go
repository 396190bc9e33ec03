package test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/constructs/gofunction"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
	"github.com/gatehouse-cdk/gatehouse/localgateway/devissuer"
)

// running synthesizes the example for this host and serves it.
func running(t *testing.T, s stack.Settings) *localgateway.Running {
	t.Helper()
	t.Setenv(gofunction.HostBuildVariable, "1")
	dir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &dir})
	stack.New(app, "Orders", s)
	app.Synth(nil)
	return localgateway.Start(t, dir, localgateway.Options{Record: func(r *localgateway.Record) {
		if r.Reason != "" {
			t.Logf("%s %s: %d: %s", r.Request.Verb, r.Request.Path, r.Answer.Status, r.Reason)
		}
	}})
}

// call asks the API and wants an answer with a status and a part of its body.
func call(t *testing.T, api *localgateway.Running, verb, path, token, body string, status int, part string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(verb, api.URL+"/prod"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status || !strings.Contains(string(text), part) {
		t.Errorf("%s %s: %d %s, want %d with %q", verb, path, answer.StatusCode, text, status, part)
	}
	return answer
}

const anOrder = `{"customer":"c-1","currency":"EUR","lines":[{"sku":"book","quantity":1,"unitPrice":1200}]}`

func TestTheExampleRunsHere(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_AWS") != "" {
		t.Skip("the functions would talk to AWS")
	}
	const noToken, forbidden = `{"message":"Unauthorized"}`, `{"Message":"User is not authorized to access this resource`
	for _, kind := range []string{stack.Token, stack.Request} {
		t.Run(kind, func(t *testing.T) {
			api := running(t, stack.Settings{Authorizer: kind, Issuer: "https://idp.example.com/", Audience: "orders", Origins: []string{"https://shop.example.com"}})
			reader := api.Token(devissuer.TokenRequest{Scopes: []string{"orders/read"}})
			writer := api.Token(devissuer.TokenRequest{Scopes: []string{"orders/read", "orders/write"}})
			admin := api.Token(devissuer.TokenRequest{Scopes: []string{"orders/write"}, Groups: []string{"admins"}})
			call(t, api, "GET", "/health", "", "", 200, "")
			call(t, api, "GET", "/orders", "", "", 401, noToken)
			call(t, api, "GET", "/orders", "no.real.token", "", 401, noToken)
			call(t, api, "GET", "/orders", reader, "", 200, "[]")
			call(t, api, "POST", "/orders", reader, anOrder, 403, forbidden) // the policy that was cached for GET
			call(t, api, "DELETE", "/orders/018f0000-0000-7000-8000-000000000000", writer, "", 403, forbidden)
			call(t, api, "POST", "/orders", writer, anOrder, 201, `"createdBy":"developer"`)
			call(t, api, "DELETE", "/orders/018f0000-0000-7000-8000-000000000000", admin, "", 404, "")
			call(t, api, "GET", "/nothing", reader, "", 403, `{"message":"Missing Authentication Token"}`)
			if got := call(t, api, "GET", "/orders", "", "", 401, noToken).Header.Get("Access-Control-Allow-Origin"); got != "https://shop.example.com" {
				t.Errorf("a 401 allows the origin %q, so that a page cannot read it", got)
			}
		})
	}
	t.Run(stack.Cognito, func(t *testing.T) {
		api := running(t, stack.Settings{Authorizer: stack.Cognito})
		call(t, api, "GET", "/orders", "", "", 401, noToken)
		call(t, api, "GET", "/orders", api.Token(devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"orders/read"}}), "", 200, "[]")
		call(t, api, "POST", "/orders", api.Token(devissuer.TokenRequest{Use: devissuer.Access, Scopes: []string{"orders/read"}}), anOrder, 401, noToken)
		call(t, api, "GET", "/orders", api.Token(devissuer.TokenRequest{Use: devissuer.ID}), "", 401, noToken)
	})
	t.Run(stack.IAM, func(t *testing.T) {
		api := running(t, stack.Settings{Authorizer: stack.IAM})
		call(t, api, "GET", "/orders", "", "", 403, `{"message":"Missing Authentication Token"}`)
		call(t, api, "GET", "/health", "", "", 200, "")
	})
}
