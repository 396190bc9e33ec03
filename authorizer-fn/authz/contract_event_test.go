package authz

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authztest"
)

// eventRules has the rules on events and on what the answer says of the caller: lines 43, 44 and 46 to 48.

func eventRules() []rule {
	good, other := token(nil), token(object{"sub": "user-2"})
	arn := authztest.ARN("GET", "/orders")
	request := func(headers, query http.Header) []byte {
		return authztest.RequestEvent("GET", "/orders", headers, query)
	}
	bearer := func(t string) http.Header { return http.Header{"Authorization": {"Bearer " + t}} }
	in := func(sources ...TokenSource) func(*setup) { return func(s *setup) { s.config.TokenSources = sources } }
	inQuery := in(TokenSource{Header, "Authorization"}, TokenSource{QueryString, "access_token"})
	inCookie := in(TokenSource{Cookie, "session"})
	cookie := func(values ...string) []byte { return request(http.Header{"cookie": values}, nil) }
	context := func(name, want string, claim any) rule {
		if want == "" {
			want = "dropped"
		}
		return rule{
			line:   46,
			name:   name,
			want:   want,
			change: func(s *setup) { s.config.ContextClaims = []string{"claim"} },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"claim": claim})))
				if err != nil {
					return err.Error()
				}
				if got, there := readAnswer(t, answer).context["claim"]; there {
					return got
				}
				return "dropped"
			},
		}
	}
	principal := func(sub, want string) rule {
		return rule{
			line: 47,
			name: fmt.Sprintf("%.30q is sanitized", sub),
			want: want,
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"sub": sub})))
				if err != nil {
					return err.Error()
				}
				return readAnswer(t, answer).principal
			},
		}
	}
	return []rule{
		{
			line:  43,
			name:  "the header in lower case",
			want:  allow,
			event: request(http.Header{"authorization": {"Bearer " + good}}, nil),
		},
		{
			line:   43,
			name:   "in the first of two places",
			want:   allow,
			change: inQuery,
			event:  request(bearer(good), nil),
		},
		{
			line:  43,
			name:  "the header in mixed case",
			want:  allow,
			event: request(http.Header{"aUTHORIZATION": {"bearer " + good}}, nil),
		},
		{
			line:  43,
			name:  "two different values",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer " + good, "Bearer " + other}}, nil),
		},
		{
			line:  43,
			name:  "two different values, the good one last",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer x.y.z", "Bearer " + good}}, nil),
		},
		{
			line:  43,
			name:  "two spellings with different values",
			want:  reject,
			event: request(http.Header{"Authorization": {"Bearer " + good}, "authorization": {"Bearer " + other}}, nil),
		},
		{
			line:  43,
			name:  "the same value twice",
			want:  allow,
			event: request(http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}, nil),
		},
		{
			line: 43,
			name: "the single value differs from the list",
			want: reject,
			event: []byte(`{"type":"REQUEST","methodArn":"` + arn + `","headers":{"Authorization":"Bearer ` + other +
				`"},"multiValueHeaders":{"Authorization":["Bearer ` + good + `"]}}`),
		},
		{
			line: 43,
			name: "single values only",
			want: allow,
			event: []byte(`{"type":"REQUEST","methodArn":"` + arn +
				`","headers":{"Authorization":"Bearer ` + good + `"}}`),
		},
		{
			line:  43,
			name:  "headers with similar names",
			want:  reject,
			event: request(http.Header{"Authorızation": {"Bearer " + good}, "X-Authorization": {"Bearer " + good}}, nil),
		},
		{
			line:  44,
			name:  "a token in the query string, not configured",
			want:  reject,
			event: request(nil, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "a token in the query string, configured",
			want:   allow,
			change: inQuery,
			event:  request(nil, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "header and query string agree",
			want:   allow,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "header and query string differ",
			want:   reject,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {other}}),
		},
		{
			line:   44,
			name:   "a bad header beside a good query string",
			want:   reject,
			change: inQuery,
			event:  request(http.Header{"Authorization": {"Basic eDp5"}}, http.Header{"access_token": {good}}),
		},
		{
			line:   44,
			name:   "twice in the query string",
			want:   reject,
			change: inQuery,
			event:  request(nil, http.Header{"access_token": {good, good}}),
		},
		{
			line:   44,
			name:   "the parameter in another case",
			want:   reject,
			change: inQuery,
			event:  request(nil, http.Header{"Access_Token": {good}}),
		},
		{
			line:   44,
			name:   "an empty parameter",
			want:   reject,
			change: inQuery,
			event:  request(bearer(good), http.Header{"access_token": {""}}),
		},
		{line: 44, name: "a cookie, not configured", want: reject, event: cookie("session=" + good)},
		{line: 44, name: "a cookie", want: allow, change: inCookie, event: cookie("a=b; session=" + good + "; c=d")},
		{line: 44, name: "a cookie's name in another case", want: reject, change: inCookie, event: cookie("Session=" + good)},
		{
			line:   44,
			name:   "two cookies of one name",
			want:   reject,
			change: inCookie,
			event:  cookie("session=" + good + "; session=" + other),
		},
		{
			line:   44,
			name:   "two cookies of one name in two headers",
			want:   reject,
			change: inCookie,
			event:  cookie("session="+good, "session="+other),
		},
		{
			line:   44,
			name:   "a cookie before another Cookie header",
			want:   reject,
			change: inCookie,
			event:  cookie("session="+good, "a=b"),
		},
		{
			line:   44,
			name:   "a cookie after another Cookie header",
			want:   reject,
			change: inCookie,
			event:  cookie("a=b", "session="+good),
		},
		{
			line:   44,
			name:   "two spellings of the Cookie header",
			want:   reject,
			change: inCookie,
			event:  request(http.Header{"Cookie": {"session=" + good}, "cookie": {"a=b"}}, nil),
		},
		{
			line:   44,
			name:   "a cookie whose name ends in the configured name",
			want:   reject,
			change: inCookie,
			event:  cookie("my-session=" + good),
		},
		{
			line:   44,
			name:   "a cookie inside another cookie's value",
			want:   reject,
			change: inCookie,
			event:  cookie(`a="session=` + good + `"`),
		},
		{line: 44, name: "an empty cookie", want: reject, change: inCookie, event: cookie("session=")},
		{
			line:   44,
			name:   "a header where a cookie is configured",
			want:   reject,
			change: inCookie,
			event:  request(bearer(good), nil),
		},

		context("a string", "text", "text"),
		context("a number keeps its digits", "12.50", number("12.50")),
		context("a boolean", "true", true),
		context("an object", "", object{"a": 1}),
		context("null", "", authztest.Null),
		context("missing", "", nil),
		context("an array", "a b 1 false", []any{"a", "b", 1, false}),
		context("an array of objects", "", []any{object{}, authztest.Null}),
		context("an array with an object and an array in it", "a", []any{object{}, "a", []string{"b"}}),
		context("an array's value with a space", "a%20b c", []string{"a b", "c"}),
		context("an empty array", "", []string{}),
		context("a string of 2,048 bytes", strings.Repeat("x", 2048), strings.Repeat("x", 2048)),
		context("a string of 2,049 bytes", "", strings.Repeat("x", 2049)),
		context("a number of 2,049 digits", "", number("0."+strings.Repeat("1", 2047))),
		context("quotes and control characters", "a\"\\\n\x00\x7f", "a\"\\\n\x00\x7f"),

		principal("user-1", "user-1"),
		principal("auth0|5f7c8ec7c33c6c004bbafe82", "auth0|5f7c8ec7c33c6c004bbafe82"),
		principal("a\"b\\c", "a%22b%5Cc"),
		principal("line\nfeed\x00\x7f", "line%0Afeed%00%7F"),
		principal("Zoë", "Zo%C3%AB"),
		principal("100%", "100%25"),
		principal("a b,c", "a%20b%2Cc"),
		principal(strings.Repeat("u", 256), strings.Repeat("u", 256)),
		{
			line:   47,
			name:   "another claim is the principal",
			want:   "client-7",
			change: func(s *setup) { s.config.Issuers[0].PrincipalClaim = "act.client" },
			do: func(t *testing.T, f *fixture) string {
				answer, err := f.invoke(get(token(object{"sub": nil, "act": object{"client": "client-7"}})))
				if err != nil {
					return err.Error()
				}
				return readAnswer(t, answer).principal
			},
		},

		{
			line:  48,
			name:  "an unknown type",
			want:  fault,
			event: []byte(`{"type":"HTTP","methodArn":"` + arn + `","authorizationToken":"Bearer ` + good + `"}`),
		},
		{
			line:  48,
			name:  "no type",
			want:  fault,
			event: []byte(`{"methodArn":"` + arn + `","authorizationToken":"Bearer ` + good + `"}`),
		},
		{
			line:  48,
			name:  "no method ARN",
			want:  fault,
			event: []byte(`{"type":"TOKEN","authorizationToken":"Bearer ` + good + `"}`),
		},
		{line: 48, name: "not JSON", want: fault, event: []byte("Bearer " + good)},
		{line: 48, name: "empty", want: fault, event: nil},
		{line: 48, name: "null", want: fault, event: []byte("null")},
		{line: 48, name: "an array", want: fault, event: []byte("[]")},
		{
			line: 48,
			name: "a member twice",
			want: fault,
			event: []byte(`{"type":"TOKEN","type":"TOKEN","methodArn":"` + arn +
				`","authorizationToken":"Bearer ` + good + `"}`),
		},
		{line: 48, name: "six megabytes", want: fault, event: get(strings.Repeat("x", 6<<20))},
		{
			line: 48,
			name: "an event of API Gateway version 2.0",
			want: fault,
			event: []byte(`{"version":"2.0","type":"REQUEST","routeArn":"` + arn +
				`","headers":{"authorization":"Bearer ` + good + `"}}`),
		},
		{
			line:   48,
			name:   "a panic",
			want:   fault,
			change: func(s *setup) { s.options.Now = panicsIn(s.options.Now, "(*Authorizer).verify") },
			event:  get(good),
			do: func(t *testing.T, f *fixture) string {
				got := f.outcome(t, get(good))
				if log := f.log.String(); !strings.Contains(log, `"reason":"panic","error":"a value of type string, `) ||
					!strings.Contains(log, "authz.(*Authorizer).decide:") {
					t.Errorf("got log %s, want the reason panic and the function", log)
				}
				return got
			},
		},
	}
}
