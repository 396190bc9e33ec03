package integration

import (
	"strings"
	"testing"
)

func TestCallerHeaders(t *testing.T) {
	const (
		proxy = `{"type":"HTTP_PROXY"}`
		http  = `{"type":"HTTP","integrationResponses":[{"statusCode":"200"}]}`
	)
	pool := &Caller{Principal: "context.authorizer.claims.sub", Issuer: "context.authorizer.claims.iss"}
	iam := &Caller{Principal: "context.identity.userArn"}
	own := &Caller{Principal: "context.authorizer.principalId", Own: true}
	mapping := func(name string) string {
		return `{"type":"HTTP_PROXY","requestParameters":{"integration.request.header.` + name + `":"'x'"}}`
	}
	const notGiven = `{"integration.request.header.CallerIssuer":"'not given'",` +
		`"integration.request.header.CallerPrincipalId":"'not given'"}`
	const told = `{"integration.request.header.CallerIssuer":"context.authorizer.claims.iss",` +
		`"integration.request.header.CallerPrincipalId":"context.authorizer.claims.sub"}`
	for _, tt := range []struct {
		name, integration string
		caller            *Caller
		tells             bool // whether a route of the API names its caller by headers
		want, err         string
	}{
		{"no route of the API tells a caller", proxy, nil, false, "null", ""},
		{"a caller with an issuer", proxy, pool, true, told, ""},
		{"with mapped answers", http, pool, true, told, ""},
		{"a caller without an issuer", proxy, iam, true, `{"integration.request.header.CallerIssuer":"'not given'",` +
			`"integration.request.header.CallerPrincipalId":"context.identity.userArn"}`, ""},
		{"a route beside one that tells the caller", proxy, nil, true, notGiven, ""},
		{"beside it with mapped answers", http, nil, true, notGiven, ""},
		{"beside it a fixed answer", `{"type":"MOCK","integrationResponses":[{"statusCode":"200"}]}`, nil, true, "null", ""},
		{"a header of the app's own", mapping("X-Own"), pool, true, told, ""},
		{"the same header mapped", mapping("CallerPrincipalId"), pool, true, "", "its integration maps " +
			"integration.request.header.CallerPrincipalId, and ForwardCaller sets that header on each route of the API with " +
			"an HTTP backend: leave it out of the RequestParameters"},
		{"in another case", mapping("callerISSUER"), nil, true, "", "maps integration.request.header.callerISSUER"},
		{"mapped in an API that tells no caller", mapping("CallerIssuer"), nil, false, "null", ""},
		{"a function of the app's own decides", proxy, own, true, "",
			`route "GET /toys/{id}": it has ForwardCaller, and your own Function guards it, whose principalId may be empty or ` +
				`no text for a header, so that the client's own header could reach the backend in its place: guard the route ` +
				`with a TokenAuthorizer with JWT, or answer it with a function`},
		{"an integration without headers", `{"type":"MOCK","integrationResponses":[{"statusCode":"200"}]}`, pool, true, "",
			`it has ForwardCaller, which adds the caller to what SendTo, StartExecution, StartSyncExecution, PutEvents, ` +
				`InvokeAsync, ForwardTo and HTTP integrations send: map $context.authorizer.claims.sub in the templates or ` +
				`RequestParameters of its own integration instead`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Route{Pattern: mustParse(t, "GET /toys/{id}"), Caller: tt.caller, TellsCallers: tt.tells}
			d, err := r.Derive(bound(t, tt.integration), nil)
			switch {
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("error\n\t%v\ndoes not contain\n\t%s", err, tt.err)
			case tt.err == "" && err != nil:
				t.Error(err)
			case tt.err == "":
				same(t, "headers", d.Headers, tt.want)
			}
		})
	}
}

// TestCallerHeaderNames checks that no other name of a header can be read as one of these: backends may fold letters to
// one case, and other characters of a token to underscores.
func TestCallerHeaderNames(t *testing.T) {
	for _, name := range []string{PrincipalHeader, IssuerHeader} {
		if strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("the name %s has more than letters", name)
		}
	}
	if !strings.Contains(NotGiven, " ") {
		t.Errorf("the included function may return the principal %q: it escapes spaces", NotGiven)
	}
}
