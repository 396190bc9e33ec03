package plan

import "testing"

func TestWrongGatewayResponses(t *testing.T) {
	answer := func(kind string, g GatewayResponse) func(*Props) {
		return func(p *Props) { p.GatewayResponses = map[string]GatewayResponse{kind: g} }
	}
	header := func(name, value string) GatewayResponse {
		return GatewayResponse{Headers: map[string]string{name: value}}
	}
	testRefusals(t, []refusal{
		{"a type", answer("UNAUTHORISED", GatewayResponse{StatusCode: 401}),
			`GatewayResponses["UNAUTHORISED"]: there is no such type of answer: want one of ACCESS_DENIED, `},
		{"a status", answer("THROTTLED", GatewayResponse{StatusCode: 42}),
			`GatewayResponses["THROTTLED"]: the StatusCode 42: want 200 to 599, or 0 for the default of the type`},
		{
			"nothing",
			answer("THROTTLED", GatewayResponse{}),
			"it says nothing: set StatusCode, Headers or Templates, or leave it out",
		},
		{"a text without quotes", answer("THROTTLED", header("Retry-After", "10")),
			`the header Retry-After has the value "10": want a text in single quotes, as API Gateway writes it ("'no-store'")`},
		{"a header's name", answer("THROTTLED", header("Retry After", "'10'")), `GatewayResponses["THROTTLED"]: `},
		{"a header of CORS", both(answer("THROTTLED", header("access-control-allow-origin", "'*'")), func(p *Props) {
			p.CORS = &CORS{AllowOrigins: []string{"*"}}
		}), "the header access-control-allow-origin is given, and Props.CORS sets it: leave it out"},
		{"one header twice", answer("THROTTLED", GatewayResponse{Headers: map[string]string{"Retry-After": "'1'",
			"retry-after": "'2'"}}), "the headers Retry-After and retry-after are one header: leave one of them out"},
		{"a template's type", answer("THROTTLED", GatewayResponse{Templates: map[string]string{"json": "{}"}}),
			"a template is for json: want a media type, such as application/json"},
		{"what is ignored", answer("REQUEST_TOO_LARGE", GatewayResponse{StatusCode: 413}),
			"API Gateway ignores what is set for it: leave it out"},
		{"the page of a login", both(answer("UNAUTHORIZED", GatewayResponse{StatusCode: 403}), func(p *Props) {
			p.Authorizer = sessionOf(loginOf(nil), true)
		}), "a Login declares it, with its page for navigations without a session: set Login.NoUnauthorizedPage"},
		{"what is explained", both(add(handle("POST /a", fn, body("A", "a"))),
			answer("BAD_REQUEST_BODY", GatewayResponse{StatusCode: 422}), func(p *Props) { p.ExplainBadRequests = true }),
			"ExplainBadRequests declares it, and an API has one answer of a type: leave one of the two out"},
	})
}
