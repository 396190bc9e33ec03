package apigateway

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
)

// inJavaScript changes a function into one for Node.js, with its code in the template or in the folder of an asset.
func inJavaScript(t *testing.T, r object, id, code string, inTemplate bool) {
	t.Helper()
	f := r[id].(object)
	p := f["Properties"].(object)
	p["Runtime"], p["Handler"], p["Timeout"] = "nodejs22.x", "index.handler", 20
	if inTemplate {
		delete(f, "Metadata")
		p["Code"] = object{"ZipFile": code}
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.mjs"), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	f["Metadata"] = object{"aws:asset:path": dir}
}

// TestFunctionsOfNode has an authorizer and a backend in JavaScript, as API Gateway would ask them.
func TestFunctionsOfNode(t *testing.T) {
	nodepeer.Need(t)
	r := bare()
	inJavaScript(t, r, "AuthFn", `
export const handler = async (event) => {
	if (event.authorizationToken !== "Bearer allow") throw "Unauthorized";
	const statement = { Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn };
	return { principalId: "alice", policyDocument: { Version: "2012-10-17", Statement: [statement] } };
};`, false)
	inJavaScript(t, r, "Fn", `
exports.handler = async (event) => {
	if (event.queryStringParameters?.fail) throw new TypeError("no");
	const who = event.requestContext.authorizer.principalId;
	const seen = { id: event.pathParameters.id, who, runtime: process.env.AWS_EXECUTION_ENV };
	return { statusCode: 200, body: JSON.stringify(seen) };
};`, true)
	addAuthorizer(r, "Auth", nil)
	addRoute(r, "GET /orders/{id}", proxy("Fn"), guardedBy("Auth"))
	s := serve(t, r)
	for _, c := range []struct{ name, target, token, want string }{
		{"both answer", "GET /prod/orders/7", "allow", `200 {"id":"7","who":"alice","runtime":"AWS_Lambda_nodejs22.x"}`},
		{"the authorizer says no", "GET /prod/orders/7", "other", unauthorized},
		{
			"the backend fails",
			"GET /prod/orders/7?fail=1",
			"allow",
			`502 InternalServerErrorException {"message": "Internal server error"}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := s.send(t, c.target, bearer(c.token))
			got := answer.String()
			if answer.status == 200 {
				got += " " + answer.body
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestACodesModulesAreTheApps has a bundle without the modules that Lambda's runtime has, such as the AWS SDK.
func TestACodesModulesAreTheApps(t *testing.T) {
	nodepeer.Need(t)
	app := t.TempDir()
	module := filepath.Join(app, "node_modules", "@aws-sdk", "client")
	if err := os.MkdirAll(module, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(module, "index.js"), []byte(`exports.name = "the SDK"`), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(app)
	r := bare()
	inJavaScript(
		t,
		r,
		"Fn",
		`const sdk = require("@aws-sdk/client"); exports.handler = async () => ({ statusCode: 200, body: sdk.name })`,
		true,
	)
	addRoute(r, "GET /", proxy("Fn"))
	if got := serve(t, r).send(t, "GET /prod"); got.body != "the SDK" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// TestNodeIsMissing checks that routes answer 501 without Node.js, and that the reason says what to do.
func TestNodeIsMissing(t *testing.T) {
	r := bare()
	inJavaScript(t, r, "Fn", `exports.handler = async () => ({ statusCode: 200 })`, true)
	addRoute(r, "GET /", proxy("Fn"))
	addRoute(r, "GET /mock", mock("mock"))
	t.Setenv("PATH", t.TempDir())
	s := serve(t, r)
	if got := s.send(t, "GET /prod"); got.status != 501 || !strings.Contains(got.record.Reason, "Node.js is missing") {
		t.Errorf("got %d for %q, want 501 as Node.js is missing", got.status, got.record.Reason)
	}
	if got := s.send(t, "GET /prod/mock"); got.status != 200 {
		t.Errorf("another route: got %d", got.status)
	}
	if problems, err := json.Marshal(s.Problems()); err != nil ||
		!strings.Contains(string(problems), "Shop/Fn: Node.js is missing") {
		t.Errorf("the problems are %s (%v)", problems, err)
	}
}
