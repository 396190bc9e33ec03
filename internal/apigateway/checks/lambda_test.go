package checks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestTokenSource(t *testing.T) {
	const expression = `Bearer [a-z]+|Basic x`
	for _, c := range []struct {
		source           string
		name, expression string
		headers          []string
		want             string
	}{
		{docLambda, "there", "", []string{"Authorization: x"}, "ok"},
		{docLambda, "there under a name in other letters", "", []string{"aUTHORIZATION: x"}, "ok"},
		{docLambda, "missing", "", nil, unauthorized401},
		{docLambda, "only another header is there", "", []string{"X-Authorization: x"}, unauthorized401},
		{docLambda, "empty", "", []string{"Authorization:"}, unauthorized401},
		{
			docLambda,
			"of several lines the last counts, and it is empty",
			"",
			[]string{"Authorization: x", "Authorization:"},
			unauthorized401,
		},
		{docLambda, "missing, with an expression that nothing matches too", `.*`, nil, unauthorized401},
		{docLambda, "matching", expression, []string{"Authorization: Bearer abc"}, "ok"},
		{docLambda, "matching the second alternative", expression, []string{"Authorization: Basic x"}, "ok"},
		{docLambda, "not matching", expression, []string{"Authorization: Bearer 1"}, unauthorized401},
		{strict, "matching at its beginning only", expression, []string{"Authorization: Bearer abc1"}, unauthorized401},
		{strict, "matching at its end only", expression, []string{"Authorization: x Basic x"}, unauthorized401},
		{strict, "matching but for a line break", expression, []string{"Authorization: Bearer abc\nx"}, unauthorized401},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("")
			m := guarded(g.token(0, c.expression))
			g.Guard = New(g.options)
			v := g.check(m, "GET /orders/7", c.headers...)
			want(t, c.source, v, c.want)
			if c.want != "ok" {
				g.asked(t, c.source, 0)
				return
			}
			g.asked(t, c.source, 1)
			token := g.call(m, "GET /", c.headers...).Headers.Get("Authorization")
			if event := fmt.Sprintf(
				`{"type":"TOKEN","authorizationToken":%q,"methodArn":%q}`,
				token,
				arnBase+"GET/orders/7",
			); g.events[0] != event {
				t.Errorf("got the event %s, want %s", g.events[0], event)
			}
		})
	}
	t.Run("an expression that does not compile is a problem of the authorizer, and matches nothing", func(t *testing.T) {
		for _, expression := range []string{"(", "x)|(x", "(?<=x)y", "[a-z&&[^y]]", `(?U)\w`, `x{,2}`} {
			g := newGate("")
			a := g.token(0, expression)
			g.Guard = New(g.options)
			if got := g.Problems()[a.ID]; !strings.Contains(got, fmt.Sprintf("%q", expression)) {
				t.Errorf("got %q, want the expression %q in it", got, expression)
			}
			want(t, strict, g.check(guarded(a), "GET /", "Authorization: x"), unauthorized401)
		}
	})
}

// TestJavaExpressions checks that no token passes here that API Gateway rejects. API Gateway matches expressions as
// Java does.
func TestJavaExpressions(t *testing.T) {
	for _, c := range []struct{ expression, token, want, reason string }{
		{`(?i)bearer [a-z]+`, "BEARER abc", "ok", ""},
		{`(?i)[a-z]+`, "\u212a", unauthorized401, "does not match"},
		{`.+`, "a\u2028b", unauthorized401, "does not match"},
		{`.*\b[a-z]+`, "é x", unauthorized401, "cannot be compared"},
	} {
		g := newGate("")
		m := guarded(g.token(0, c.expression))
		g.Guard = New(g.options)
		v := g.check(m, "GET /", "Authorization: "+c.token)
		want(t, docLambda, v, c.want)
		if c.reason != "" && !strings.Contains(v.Denial.Reason, c.reason) {
			t.Errorf("%s: got %s, want %s", c.expression, v.Denial.Reason, c.reason)
		}
	}
}

// TestTokensInTurn checks that matching one token does not affect another.
func TestTokensInTurn(t *testing.T) {
	g := newGate("")
	m := guarded(g.token(0, "Bearer [a-z]+"))
	g.Guard = New(g.options)
	for _, token := range []string{"Bearer a", "Bearer a", "Bearer 1", "Bearer a", "Bearer 1", "Bearer b", "Bearer aa"} {
		answer := "ok"
		if token == "Bearer 1" {
			answer = unauthorized401
		}
		want(t, docLambda, g.check(m, "GET /", "Authorization: "+token), answer)
	}
}

func TestRequestSources(t *testing.T) {
	for _, c := range []struct {
		source  string
		name    string
		sources string
		target  string
		headers []string
		want    string
	}{
		{docLambda, "all there", "header.X-A querystring.q", "GET /?q=1", []string{"x-a: 1"}, "ok"},
		{docLambda, "a header is missing", "header.X-A querystring.q", "GET /?q=1", nil, unauthorized401},
		{docLambda, "a header is empty", "header.X-A querystring.q", "GET /?q=1", []string{"X-A:"}, unauthorized401},
		{docLambda, "a parameter is missing", "header.X-A querystring.q", "GET /", []string{"X-A: 1"}, unauthorized401},
		{docLambda, "a parameter is empty", "querystring.q", "GET /?q=", nil, unauthorized401},
		{
			docLambda,
			"of several parameters the last counts, and it is empty",
			"querystring.q",
			"GET /?q=1&q=",
			nil,
			unauthorized401,
		},
		{docLambda, "the names of parameters have their case", "querystring.q", "GET /?Q=1", nil, unauthorized401},
		{docLambda, "a parameter after a semicolon", "querystring.q", "GET /?a=1;q=1", nil, "ok"},
		{docLambda, "a parameter with an invalid escape stands for itself", "querystring.q", "GET /?q=%zz", nil, "ok"},
		{docLambda, "a stage variable", "stageVariables.tenant", "GET /", nil, "ok"},
		{docLambda, "a stage variable is missing", "stageVariables.owner", "GET /", nil, unauthorized401},
		{docLambda, "the context", "context.identity.sourceIp", "GET /", nil, "ok"},
		{docLambda, "the context does not have it", "context.identity.userAgent", "GET /", nil, unauthorized401},
		{docSources, "off: nothing is there", "header.X-A querystring.q", "GET /", nil, "ok"},
		{docSources, "off: there are no sources", "", "GET /", nil, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate("")
			ttl := 300 * second
			if c.source == docSources {
				ttl = 0
			}
			m := guarded(g.request(ttl, strings.Fields(c.sources)...))
			g.Guard = New(g.options)
			want(t, c.source, g.check(m, c.target, c.headers...), c.want)
			times := 0
			if c.want == "ok" {
				times = 1
			}
			g.asked(t, c.source, times)
		})
	}
}

func TestContextSources(t *testing.T) {
	g := newGate("")
	c := g.call(guarded(g.token(0, "")), "GET /a//b?x=1", "User-Agent: curl")
	c.RawPath, c.Host = "/prod//a//b", "shop.example.com:3000"
	c.SourceVPCEndpoint = "vpce-1"
	for name, value := range map[string]string{
		"accountId":              account,
		"apiId":                  "abcdef1234",
		"domainName":             "shop.example.com:3000",
		"domainPrefix":           "shop",
		"extendedRequestId":      "extended",
		"httpMethod":             "GET",
		"identity.sourceIp":      "203.0.113.9",
		"identity.userAgent":     "curl",
		"identity.vpcId":         "",
		"identity.vpceId":        "vpce-1",
		"path":                   "/prod//a//b",
		"protocol":               "HTTP/1.1",
		"requestId":              "id",
		"requestTime":            "04/Mar/2026:05:06:07 +0000",
		"requestTimeEpoch":       "1772600767000",
		"resourceId":             "res",
		"resourcePath":           "/{proxy+}",
		"stage":                  "prod",
		"authorizer.principalId": "",
	} {
		if got := g.contextValue(c, name); got != value {
			t.Errorf("context.%s: got %q, want %q", name, got, value)
		}
	}
	c.Host = "127.0.0.1:3000"
	if got := g.contextValue(c, "domainPrefix"); got != "abcdef1234" {
		t.Errorf("the prefix of an address: got %q, want the API's id", got)
	}
}

func TestAuthorizerAnswers(t *testing.T) {
	failed := func(message string) error { return &FunctionError{Type: "Error", Message: message} }
	here := arnBase + "GET/orders/7"
	for _, c := range []struct {
		source string
		name   string
		answer string
		err    error
		want   string
	}{
		{docUse, "the error is Unauthorized", "", failed("Unauthorized"), unauthorized401},
		{docUse, "wrapped in another error", "", fmt.Errorf("invoking: %w", failed("Unauthorized")), unauthorized401},
		{seen500, "in other letters", "", failed("unauthorized"), broken500},
		{seen500, "with more words", "", failed("Unauthorized: no token"), broken500},
		{seen500, "with a space", "", failed("Unauthorized "), broken500},
		{seen500, "another error", "", failed("boom"), broken500},
		{seen500, "an error without a message", "", failed(""), broken500},
		{seen500, "Unauthorized is the error's type only", "", &FunctionError{Type: "Unauthorized", Message: "no"},
			broken500},
		{seen500, "the gateway's own error has this text", "", errors.New("Unauthorized"), broken500},
		{seen500, "the function times out", "", failed("2026-03-04T05:06:07Z id Task timed out after 3.00 seconds"),
			broken500},
		{seen500, "the invocation is given up", "", context.DeadlineExceeded, broken500},
		{seen500, "an empty answer", "", nil, broken500},
		{seen500, "null", "null", nil, broken500},
		{seen500, "a string", `"Unauthorized"`, nil, broken500},
		{seen500, "no policy", `{"principalId":"alice"}`, nil, broken500},
		{seen500, "no principal", `{"policyDocument":` + policyOf(statement("Allow", "", "*")) + `}`, nil, broken500},
		{seen500, "a policy that is a string", `{"principalId":"alice","policyDocument":"Allow"}`, nil, broken500},
		{seen500, "a policy with an unknown effect", answering(policyOf(statement("allow", "", "*"))), nil, broken500},
		{
			seen500,
			"a statement without a resource",
			answering(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}`),
			nil,
			broken500,
		},

		{docOutput, "strings, numbers and booleans", allowing("*"), nil, "ok"},
		{docOutput, "a context with an object", strings.Replace(allowing("*"), "7", `{"a":1}`, 1), nil, broken500},
		{docOutput, "a context with a list", strings.Replace(allowing("*"), "7", `["a"]`, 1), nil, broken500},
		{
			docOutput,
			"a context that is a list",
			`{"principalId":"a","policyDocument":` + policyOf(statement("Allow", "", "*")) + `,"context":["a"]}`,
			nil,
			broken500,
		},

		{seen403, "a Deny", answering(policyOf(statement("Deny", "", here))), nil, explicit403},
		{
			seen403,
			"a Deny beside an Allow",
			answering(policyOf(statement("Allow", "", "*"), statement("Deny", "", here))),
			nil,
			explicit403,
		},
		{seen403, "an Allow of something else", allowing(arnBase + "GET/orders/8"), nil, implicit403},
		{seen403, "an Allow of another verb", allowing(arnBase + "POST/orders/7"), nil, implicit403},
		{
			seen403,
			"an Allow of another action",
			answering(strings.Replace(policyOf(statement("Allow", "", "*")), ":Invoke", ":Manage", 1)),
			nil,
			implicit403,
		},
		{seen500, "a policy without a statement", answering(policyOf()), nil, broken500},

		{docOutput, "the ARN itself", allowing(here), nil, "ok"},
		{docOutput, "the pattern of the route is not what is asked for", allowing(arnBase + "GET/{proxy+}"), nil,
			implicit403},
		{docOutput, "a star crosses slashes", allowing(arnBase + "*/7"), nil, "ok"},
		{docOutput, "a question mark is one character, a slash too", allowing(arnBase + "GET?orders?7"), nil, "ok"},
		{docOutput, "another stage", allowing(strings.Replace(here, "/prod/", "/dev/", 1)), nil, implicit403},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, kind := range []string{"TOKEN", "REQUEST"} {
				g := newGate("")
				a := g.token(300*second, "")
				if kind == "REQUEST" {
					a = g.request(300*second, "header.Authorization")
				}
				g.Guard = New(g.options)
				g.answer = func(string) (string, error) { return c.answer, c.err }
				v := g.check(guarded(a), "GET /orders/7", "Authorization: x")
				want(t, c.source, v, c.want)
				if v.Authorizer != kind || v.Cache != "MISS" {
					t.Errorf("got the authorizer %s and the cache %s, want %s and MISS", v.Authorizer, v.Cache, kind)
				}
				if c.want == broken500 && v.Denial.Type != mapping.AuthorizerConfigurationError {
					t.Errorf("got the type %s", v.Denial.Type)
				}
				g.asked(t, c.source, 1)
				// Policies are cached. Errors and unreadable answers are not.
				g.check(guarded(a), "GET /orders/7", "Authorization: x")
				times := 1
				if c.want == broken500 || c.want == unauthorized401 {
					times = 2
				}
				g.asked(t, docLambda, times)
			}
		})
	}
}

func TestTokenInAnotherHeader(t *testing.T) {
	g := newGate("")
	m := guarded(g.token(0, ""))
	m.Authorizer.IdentitySources[0].Name = "X-Token"
	g.Guard = New(g.options)
	want(t, docLambda, g.check(m, "GET /", "X-Token: x"), "ok")
	want(t, docLambda, g.check(m, "GET /", "Authorization: x"), unauthorized401)
	m.Authorizer.IdentitySources = nil
	g.Guard = New(g.options)
	want(t, docLambda, g.check(m, "GET /", "Authorization: x"), "ok")
}

// An authorizer that API Gateway would not invoke answers 500, and its function does not run.
func TestRefusedAuthorizer(t *testing.T) {
	g := newGate("")
	m := guarded(g.token(0, ""))
	g.options.Refused = func(a *apimodel.Authorizer) string { return "API Gateway may not invoke " + a.AuthorizerID }
	g.Guard = New(g.options)
	v := g.check(m, "GET /", "Authorization: x")
	want(t, docLambda, v, broken500)
	g.asked(t, docLambda, 0)
	if v.Denial.Reason != "API Gateway may not invoke auth00" {
		t.Errorf("got the reason %q", v.Denial.Reason)
	}
}

func TestWhatAnAuthorizerSaysReachesTheBackend(t *testing.T) {
	g := newGate("")
	a := g.request(0)
	g.Guard = New(g.options)
	v := g.check(guarded(a), "GET /orders/7")
	want(t, docOutput, v, "ok")
	if v.Principal != "alice" || v.Caller.Lambda == nil || v.Caller.Lambda.PrincipalID != "alice" {
		t.Fatalf("got the principal %q and the caller %+v", v.Principal, v.Caller.Lambda)
	}
	if got, want := fmt.Sprint(v.Caller.Lambda.Context), "map[age:7 staff:true tier:gold]"; got != want {
		t.Errorf("got the context %s, want %s", got, want)
	}
	for _, part := range []string{`"type":"REQUEST"`, `"methodArn":"` + arnBase + `GET/orders/7"`} {
		if !strings.Contains(g.events[0], part) {
			t.Errorf("want %s in the event %s", part, g.events[0])
		}
	}
}

func TestLongARN(t *testing.T) {
	source := "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
	const tooLong = `414 RequestTooLongException {"message":"Request URI too long"}`
	policy := policyOf(statement("Allow", `"*"`, "*"))
	open := &apimodel.Method{Authorization: apimodel.AuthorizationNone}
	for _, c := range []struct {
		name   string
		policy string
		method func(g *gate) *apimodel.Method
		bytes  int
		want   string
	}{
		{"1600 bytes", "", func(g *gate) *apimodel.Method { return guarded(g.token(0, "")) }, 1600, "ok"},
		{"one more", "", func(g *gate) *apimodel.Method { return guarded(g.token(0, "")) }, 1601, tooLong},
		{"one more, with AWS_IAM", "", func(*gate) *apimodel.Method { return signedMethod }, 1601, tooLong},
		{"one more, with a resource policy", policy, func(*gate) *apimodel.Method { return open }, 1601, tooLong},
		{"1600 bytes, with a resource policy", policy, func(*gate) *apimodel.Method { return open }, 1600, "ok"},
		{"one more, on a public route", "", func(*gate) *apimodel.Method { return open }, 1601, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(c.policy)
			m := c.method(g)
			g.Guard = New(g.options)
			v := g.check(m, "GET /"+strings.Repeat("x", c.bytes-len(arnBase+"GET/")), "Authorization: x")
			want(t, source, v, c.want)
			if c.want != "ok" {
				g.asked(t, source, 0)
			}
		})
	}
}
