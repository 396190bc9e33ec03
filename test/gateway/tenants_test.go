package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// newTenants has a function with tenant isolation, which answers with the tenants that its process has served, behind
// guards of several kinds.
func newTenants(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	function := func(id, code string, tenancy awslambda.TenancyConfig) awslambda.Function {
		return awslambda.NewFunction(stack, &id, &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
			Code: awslambda.Code_FromInline(&code), TenancyConfig: tenancy,
		})
	}
	documents := function("Documents", `const served = []
		exports.handler = async (event, context) => {
			served.push(context.tenantId)
			return {statusCode: 200, body: served.join()}
		}`, awslambda.TenancyConfig_PER_TENANT())
	plain := function("Plain", `let n = 0
		exports.handler = async (event, context) => ({statusCode: 200, body: String(++n) + String(context.tenantId)})`, nil)
	decide := function("Decide", `exports.handler = async (event) => ({principalId: 'x',
		context: event.authorizationToken === 'nothing' ? {} : {tenantId: event.authorizationToken},
		policyDocument: {Version: '2012-10-17', Statement: [
			{Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*'}]}})`, nil)
	report := function("Report", `exports.handler = async (event, context) =>
		{ await fetch(event.url, {method: 'POST', body: context.tenantId}) }`, awslambda.TenancyConfig_PER_TENANT())
	pool := awscognito.NewUserPool(stack, jsii.String("Pool"), nil)
	tenant := func(claim string) secureapi.Access { return secureapi.Tenant(secureapi.Claim(claim)) }
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
			Issuers: []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"documents"}}},
		}},
		Authorizers: map[string]secureapi.Authorizer{
			"own":  secureapi.TokenAuthorizer{Function: decide},
			"pool": secureapi.CognitoAuthorizer{UserPools: []awscognito.IUserPool{pool}},
		},
		Routes: []secureapi.Route{
			secureapi.Handle("GET /documents", documents, tenant("org")),
			secureapi.Handle("POST /documents", documents, tenant("org"), secureapi.AnyScope("write")),
			secureapi.Handle("GET /boards", documents, tenant("app.team")),
			secureapi.Handle("GET /own", documents, secureapi.GuardedBy("own"), secureapi.AuthorizerTenant("tenantId")),
			secureapi.Handle("GET /pool", documents, secureapi.GuardedBy("pool"), tenant("custom:tenant")),
			secureapi.Handle("GET /orgs/{org}", documents, secureapi.PathParameter("org").In(secureapi.Claim("orgs")),
				secureapi.Tenant(secureapi.PathParameter("org"))),
			secureapi.Handle("GET /plain", plain),
			secureapi.Integrate("POST /reports", secureapi.InvokeAsync(report), tenant("org")),
		},
	})
}

// TestTenants: the tenants of a function share no process, and the guard decides which one it runs for.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
func TestTenants(t *testing.T) {
	t.Parallel()
	s := running(t, synthesizedHere(t, newTenants), "prod", localgateway.Options{})
	of := func(claims map[string]any) string {
		return "Bearer " + s.mint(t, localgateway.TokenRequest{Issuer: "https://id.example.com", Claims: claims})
	}
	inPool := func(claims map[string]any) string {
		r := localgateway.TokenRequest{Issuer: s.pool(), Use: localgateway.IDToken, Claims: claims}
		return "Bearer " + s.mint(t, r)
	}
	both := of(map[string]any{"org": "acme", "app": map[string]any{"team": "blue"}})
	globex := of(map[string]any{"org": "globex"})
	member := of(map[string]any{"orgs": []string{"hooli", "pied@piper", "a|b"}})
	const internal = `{"message": "Internal server error"}`
	for _, c := range []struct {
		name, call, credentials string
		status                  int
		body                    string // "" for any
		reason                  string // a part of why
	}{
		{"a tenant", "GET /documents", both, 200, "acme", ""},
		{"another tenant", "GET /documents", globex, 200, "globex", ""},
		{"the first one again", "GET /documents", both, 200, "acme,acme", ""},
		{"the tenant of another claim, by the same kept answer", "GET /boards", both, 200, "blue", ""},
		{"a token without that claim", "GET /boards", globex, 403, "", "claim app.team is a tenant ID"},
		{"a token without any", "GET /documents", of(nil), 403, "", "claim org is a tenant ID"},
		{"a list", "GET /documents", of(map[string]any{"org": []string{"acme"}}), 403, "", "claim org is a tenant ID"},
		{"an invalid one", "GET /documents", of(map[string]any{"org": "acme,globex"}), 403, "", "claim org is a tenant ID"},
		{"a tenant without the scope", "POST /documents", globex, 403, "", "scope write"},
		{"a route without tenants", "GET /plain", both, 200, "1undefined", ""},
		{"and another tenant there", "GET /plain", globex, 200, "2undefined", ""},
		{"a function of the app", "GET /own", "initech", 200, "initech", ""},
		{"a function of the app that returns none", "GET /own", "nothing", 500, internal,
			"context.authorizer.tenantId has no tenant ID for this caller"},
		{"a function of the app that returns an invalid one", "GET /own", "a|b", 500, internal,
			`the tenant ID from context.authorizer.tenantId is "a|b": it has "|"`},
		{"a user pool", "GET /pool", inPool(map[string]any{"custom:tenant": "umbrella"}), 200, "umbrella", ""},
		{"a user without the attribute", "GET /pool", inPool(nil), 500, internal,
			"context.authorizer.claims.custom:tenant has no tenant ID for this caller"},
		{"a tenant in the path", "GET /orgs/hooli", member, 200, "hooli", ""},
		{"another of the caller's", "GET /orgs/pied@piper", member, 200, "pied@piper", ""},
		{"the same, encoded", "GET /orgs/pied%40piper", member, 200, "pied@piper,pied@piper", ""},
		{"a tenant of other callers", "GET /orgs/globex", member, 403, "", "the path's org is in the caller's orgs"},
		{"an encoded tenant of other callers", "GET /orgs/g%6Cobex", member, 403, "", "the path's org is in the " +
			"caller's orgs"},
		{"a member whose tenant is not a tenant ID", "GET /orgs/a%7Cb", member, 500, internal,
			`the tenant ID from method.request.path.org is "a|b"`},
		{"globex has been alone", "GET /documents", globex, 200, "globex,globex", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			verb, path, _ := strings.Cut(c.call, " ")
			r := s.request(t, verb, path, "")
			r.Header.Set("Authorization", c.credentials)
			r.Header.Set("X-Amz-Tenant-Id", "intruder") // reaches the function as any header of a request
			got := s.send(t, r)
			if got.status != c.status || c.body != "" && got.body != c.body || !strings.Contains(got.record.Reason, c.reason) {
				t.Errorf("got %d %s (%s)\nwant %d %s (%s)", got.status, got.body, got.record.Reason, c.status, c.body, c.reason)
			}
		})
	}
}

// TestTenantOfAnAsynchronousInvocation: the tenant reaches a function that is not waited for.
func TestTenantOfAnAsynchronousInvocation(t *testing.T) {
	t.Parallel()
	reported := make(chan string, 1)
	reports := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		reported <- string(body)
	}))
	defer reports.Close()
	s := running(t, synthesizedHere(t, newTenants), "prod", localgateway.Options{})
	acme := localgateway.TokenRequest{Issuer: "https://id.example.com", Claims: map[string]any{"org": "acme"}}
	token := s.mint(t, acme)
	s.call(t, "POST", "/reports", token, `{"url": "`+reports.URL+`"}`, 202, `{"requestId": "`)
	select {
	case got := <-reported:
		if got != "acme" {
			t.Errorf("the function ran for the tenant %q", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("the function was not invoked")
	}
}
