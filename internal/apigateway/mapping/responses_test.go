package mapping

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func newResponses(t *testing.T, list ...*apimodel.GatewayResponse) *Responses {
	t.Helper()
	rs, problems := NewResponses(list)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return rs
}

// The table of https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html: 21
// types, their default status, and the type that each defaults to.
func TestTypes(t *testing.T) {
	documented := map[Type]struct {
		status   int
		fallback Type
	}{
		"ACCESS_DENIED": {
			403,
			Default4XX,
		}, "API_CONFIGURATION_ERROR": {500, Default5XX}, "AUTHORIZER_CONFIGURATION_ERROR": {500, Default5XX},
		"AUTHORIZER_FAILURE": {
			500,
			Default5XX,
		}, "BAD_REQUEST_PARAMETERS": {400, Default4XX}, "BAD_REQUEST_BODY": {400, Default4XX},
		"EXPIRED_TOKEN": {
			403,
			Default4XX,
		}, "INTEGRATION_FAILURE": {504, Default5XX}, "INTEGRATION_TIMEOUT": {504, Default5XX},
		"INVALID_API_KEY": {
			403,
			Default4XX,
		}, "INVALID_SIGNATURE": {403, Default4XX}, "MISSING_AUTHENTICATION_TOKEN": {403, Default4XX},
		"QUOTA_EXCEEDED": {
			429,
			Default4XX,
		}, "REQUEST_TOO_LARGE": {413, Default4XX}, "RESOURCE_NOT_FOUND": {404, Default4XX}, "THROTTLED": {429, Default4XX},
		"UNAUTHORIZED": {401, Default4XX}, "UNSUPPORTED_MEDIA_TYPE": {415, Default4XX}, "WAF_FILTERED": {403, Default4XX},
	}
	if n := len(documented) + len([]Type{Default4XX, Default5XX}); n != 21 || len(defaults) != n {
		t.Fatalf("want 21 types, got %d documented and %d here", n, len(defaults))
	}
	plain := newResponses(t)
	custom := newResponses(
		t,
		&apimodel.GatewayResponse{
			Type:       "DEFAULT_4XX",
			Parameters: map[string]string{"gatewayresponse.header.x": "'DEFAULT_4XX'"},
		},
		&apimodel.GatewayResponse{
			Type:       "DEFAULT_5XX",
			Parameters: map[string]string{"gatewayresponse.header.x": "'DEFAULT_5XX'"},
		},
	)
	for name, want := range documented {
		got := plain.Answer(&Failure{Type: name, Message: "m"}, source())
		if got.Status != want.status || string(got.Body) != `{"message":"m"}` ||
			got.Headers.Get("Content-Type") != "application/json" {
			t.Errorf("%s: want %d with the default body, got %d %s", name, want.status, got.Status, got.Body)
		}
		inherited := custom.Answer(&Failure{Type: name, Message: "m"}, source()).Headers.Get("x")
		if name == RequestTooLarge {
			if inherited != "" {
				t.Errorf("%s cannot be customized, got %q", name, inherited)
			}
		} else if inherited != string(want.fallback) {
			t.Errorf("%s: want it answered as %s, got %q", name, want.fallback, inherited)
		}
	}
}

// The bodies and error types that TestBehaviour of package apigateway has the sources of.
func TestDefaultAnswers(t *testing.T) {
	for _, c := range []struct {
		name    string
		failure Failure
		status  int
		body    string
		header  string
	}{
		{
			"unauthorized",
			Failure{Type: Unauthorized, Message: "Unauthorized"},
			401,
			`{"message":"Unauthorized"}`,
			"UnauthorizedException",
		},
		{
			"no message is null",
			Failure{Type: AuthorizerConfigurationError},
			500,
			`{"message":null}`,
			"AuthorizerConfigurationException",
		},
		{
			"a capital letter",
			Failure{Type: AccessDenied, Capital: true, Message: "User is not authorized to access this resource"},
			403,
			`{"Message":"User is not authorized to access this resource"}`,
			"AccessDeniedException",
		},
		{"no route", Failure{Type: MissingAuthenticationToken, Message: "Missing Authentication Token"}, 403,
			`{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{
			"a space after the colon",
			*Internal(502, "why"),
			502,
			`{"message": "Internal server error"}`,
			"InternalServerErrorException",
		},
		{
			"a custom status",
			Failure{Type: IntegrationTimeout, Message: "Endpoint request timed out"},
			504,
			`{"message":"Endpoint request timed out"}`,
			"InternalServerErrorException",
		},
		{
			"a custom error type",
			Failure{Type: AccessDenied, ErrorType: "ForbiddenException", Message: "Forbidden"},
			403,
			`{"message":"Forbidden"}`,
			"ForbiddenException",
		},
		{
			"a message that needs quoting",
			Failure{Type: InvalidSignature, Message: "a\"b<\n"},
			403,
			`{"message":"a\"b<\n"}`,
			"InvalidSignatureException",
		},
		{"an unknown type", Failure{Type: "NEW", Message: "m"}, 500, `{"message":"m"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newResponses(t).Answer(&c.failure, source())
			if a.Status != c.status || string(a.Body) != c.body || a.Headers.Get("x-amzn-ErrorType") != c.header {
				t.Errorf("want %d %s %q, got %d %s %v", c.status, c.body, c.header, a.Status, a.Body, a.Headers)
			}
		})
	}
}

// The example of https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html.
func TestDocumentedExample(t *testing.T) {
	rs := newResponses(t, &apimodel.GatewayResponse{
		Type: "MISSING_AUTHENTICATION_TOKEN", StatusCode: 404,
		Parameters: map[string]string{
			"gatewayresponse.header.x-request-path":              "method.request.path.id",
			"gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
			"gatewayresponse.header.x-request-query":             "method.request.querystring.q",
			"gatewayresponse.header.x-request-header":            "method.request.header.Accept",
		},
		Templates: map[string]string{
			"application/json": `{
     "message": $context.error.messageString,
     "type":  "$context.error.responseType",
     "stage":  "$context.stage",
     "resourcePath":  "$context.resourcePath",
     "stageVariables.a":  "$stageVariables.table",
     "statusCode": "'404'"
}`,
		},
	})
	f := &Failure{Type: MissingAuthenticationToken, Message: "Missing Authentication Token", Status: 403}
	got := rs.Answer(f, source(withHeader("accept", "text/html")))
	want := exchange.Answer{
		Status: 404,
		Headers: exchange.Headers{
			{Name: "Content-Type", Value: "application/json"},
			{Name: "x-amzn-ErrorType", Value: "MissingAuthenticationTokenException"},
			{Name: "Access-Control-Allow-Origin", Value: "a.b.c"},
			{Name: "x-request-header", Value: "text/html"},
			{Name: "x-request-path", Value: "a%2Fb"},
			{Name: "x-request-query", Value: "a b"},
		},
		Body: []byte(`{
     "message": "Missing Authentication Token",
     "type":  "MISSING_AUTHENTICATION_TOKEN",
     "stage":  "prod",
     "resourcePath":  "/orders/{id}",
     "stageVariables.a":  "orders",
     "statusCode": "'404'"
}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnswerCustomized(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		list         []*apimodel.GatewayResponse
		failure      Failure
		source       *Source
		want         exchange.Answer
	}{
		{"only headers", "the body stays API Gateway's own, its capital letter too",
			[]*apimodel.GatewayResponse{{
				Type:       "DEFAULT_4XX",
				Parameters: map[string]string{"gatewayresponse.header.Vary": "'Origin'"},
			}},
			Failure{Type: AccessDenied, Capital: true, Message: "m"}, source(),
			exchange.Answer{
				Status: 403,
				Body:   []byte(`{"Message":"m"}`),
				Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"},
					{Name: "x-amzn-ErrorType", Value: "AccessDeniedException"}, {Name: "Vary", Value: "Origin"}},
			}},
		{"own response", "it takes the place of the default altogether",
			[]*apimodel.GatewayResponse{{
				Type:       "DEFAULT_4XX",
				StatusCode: 418,
				Parameters: map[string]string{"gatewayresponse.header.a": "'1'"},
			},
				{Type: "UNAUTHORIZED", Parameters: map[string]string{"gatewayresponse.header.b": "'2'"}}},
			Failure{Type: Unauthorized, Message: "m"}, source(),
			exchange.Answer{
				Status: 401,
				Body:   []byte(`{"message":"m"}`),
				Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"},
					{Name: "x-amzn-ErrorType", Value: "UnauthorizedException"}, {Name: "b", Value: "2"}},
			}},
		{
			"status of the default",
			`"changes the status codes of all other 4XX responses to the new value"`,
			[]*apimodel.GatewayResponse{{Type: "DEFAULT_4XX", StatusCode: 418}},
			Failure{Type: Unauthorized, Status: 401, Message: "m"},
			source(),
			exchange.Answer{
				Status: 418,
				Body:   []byte(`{"message":"m"}`),
				Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"},
					{Name: "x-amzn-ErrorType", Value: "UnauthorizedException"}},
			},
		},
		{"template by Accept", "the first type of the header, and its type is the answer's",
			[]*apimodel.GatewayResponse{{
				Type:      "UNAUTHORIZED",
				Templates: map[string]string{"application/json": "{}", "Text/HTML": "<p>$context.error.message"},
			}},
			Failure{Type: Unauthorized, Message: "m"}, source(withHeader("Accept", "text/html, application/json")),
			exchange.Answer{
				Status: 401,
				Body:   []byte(`<p>m`),
				Headers: exchange.Headers{{Name: "Content-Type", Value: "text/html"},
					{Name: "x-amzn-ErrorType", Value: "UnauthorizedException"}},
			}},
		{"no template for Accept", "application/json then",
			[]*apimodel.GatewayResponse{{
				Type:      "UNAUTHORIZED",
				Templates: map[string]string{"application/json": "{}", "a/b": "x"},
			}},
			Failure{Type: Unauthorized}, source(withHeader("Accept", "text/html")),
			exchange.Answer{
				Status: 401,
				Body:   []byte(`{}`),
				Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"},
					{Name: "x-amzn-ErrorType", Value: "UnauthorizedException"}},
			}},
		{"values of all kinds", "those the request does not have make no header, and one that would end its line neither",
			[]*apimodel.GatewayResponse{{Type: "UNAUTHORIZED", Parameters: map[string]string{
				"gatewayresponse.header.content-type": "'text/x'",
				"gatewayresponse.header.b":            "method.request.header.ORIGIN",
				"gatewayresponse.header.c":            "method.request.header.none",
				"gatewayresponse.header.d":            "context.requestId",
				"gatewayresponse.header.e":            "stageVariables.table",
				"gatewayresponse.header.f":            "method.request.querystring.evil",
				"gatewayresponse.header.g":            "context.authorizer.none",
				"gatewayresponse.header.h":            "context.error.message",
				"gatewayresponse.header.i":            "''",
			}}},
			Failure{Type: Unauthorized, Message: "m"}, source(),
			exchange.Answer{
				Status: 401,
				Body:   []byte(`{"message":"m"}`),
				Headers: exchange.Headers{
					{Name: "content-type", Value: "text/x"},
					{Name: "x-amzn-ErrorType", Value: "UnauthorizedException"},
					{Name: "b", Value: "https://b.example.com"},
					{Name: "d", Value: "id-1"},
					{Name: "e", Value: "orders"},
					{Name: "h", Value: "m"},
					{Name: "i", Value: ""},
				},
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newResponses(t, c.list...).Answer(&c.failure, c.source)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: -want +got:\n%s", c.reason, diff)
			}
		})
	}
}

// Every variable of $context that is known, and others of a template.
func TestSubstitution(t *testing.T) {
	f := &Failure{Type: BadRequestBody, Message: "m", Validation: "[object has missing required properties]"}
	for template, want := range map[string]string{
		"$context.accountId $context.apiId $context.stage": "123456789012 a1b2c3d4e5 prod",
		"$context.domainName $context.domainPrefix":        "127.0.0.1:3000 a1b2c3d4e5",
		"$context.extendedRequestId $context.requestId":    "x-1 id-1",
		"$context.httpMethod $context.path":                "GET /prod/orders/a%2Fb",
		"$context.protocol $context.resourceId":            "HTTP/1.1 r1",
		"$context.requestTime $context.requestTimeEpoch":   "10/Jul/2024:12:28:36 +0000 1720614516987",
		"$context.resourcePath":                            "/orders/{id}",
		"$context.identity.sourceIp":                       "127.0.0.1",
		"$context.identity.userAgent":                      "curl/8",
		"$context.identity.vpcId":                          "vpc-1",
		"<$context.identity.vpceId>":                       "<>",
		"$context.identity.caller$context.identity.apiKey": "AIDAk",
		"<$context.identity.userArn>":                      "<>",
		"$context.authorizer.principalId":                  "user|1",
		"$context.authorizer.claims.sub":                   "s-1",
		"<$context.authorizer.none>":                       "<>",
		"$context.error.messageString":                     `"m"`,
		"$context.error.validationErrorString":             "[object has missing required properties]",
		"$stageVariables.table,$stageVariables.none.":      "orders,.",
		"costs 5$, or $5; #1 # $":                          "costs 5$, or $5; #1 # $",
		"$context.stage.":                                  "prod.",
		"":                                                 "",
	} {
		got, err := parseSubstitution(template, func(name string) { t.Errorf("%q: %s is not known", template, name) })
		if err != nil {
			t.Errorf("%q: %v", template, err)
			continue
		}
		if text := got.render(source(), f); text != want {
			t.Errorf("%q: want %q, got %q", template, want, text)
		}
	}
}

// TestNewResponsesProblems checks that unsupported responses are reported by name when the API is loaded, and replaced
// by API Gateway's own.
func TestNewResponsesProblems(t *testing.T) {
	for _, c := range []struct {
		response apimodel.GatewayResponse
		names    string
	}{
		{apimodel.GatewayResponse{Type: "NEW"}, `"NEW"`},
		{apimodel.GatewayResponse{Type: "REQUEST_TOO_LARGE", StatusCode: 400}, "REQUEST_TOO_LARGE"},
		{apimodel.GatewayResponse{Type: "UNAUTHORIZED", StatusCode: 100}, "100"},
		{
			apimodel.GatewayResponse{Type: "UNAUTHORIZED", Parameters: map[string]string{"gatewayresponse.path.a": "'b'"}},
			"gatewayresponse.path.a",
		},
		{
			apimodel.GatewayResponse{Type: "UNAUTHORIZED", Parameters: map[string]string{"gatewayresponse.header.a b": "'b'"}},
			"gatewayresponse.header.a b",
		},
		{
			apimodel.GatewayResponse{Type: "UNAUTHORIZED", Parameters: map[string]string{"gatewayresponse.header.a": "b"}},
			"the value b",
		},
		{
			apimodel.GatewayResponse{Type: "UNAUTHORIZED", Parameters: map[string]string{"gatewayresponse.header.a": "'"}},
			"the value '",
		},
		{
			apimodel.GatewayResponse{
				Type:       "UNAUTHORIZED",
				Parameters: map[string]string{"gatewayresponse.header.a": "method.request.body"},
			},
			"method.request.body",
		},
		{
			apimodel.GatewayResponse{
				Type:       "UNAUTHORIZED",
				Parameters: map[string]string{"gatewayresponse.header.a": "method.request.multivalueheader.b"},
			},
			"multivalueheader",
		},
		{
			apimodel.GatewayResponse{
				Type:       "UNAUTHORIZED",
				Parameters: map[string]string{"gatewayresponse.header.a": "integration.response.header.b"},
			},
			"integration.response.header.b",
		},
		{
			apimodel.GatewayResponse{
				Type:       "UNAUTHORIZED",
				Parameters: map[string]string{"gatewayresponse.header.a": "'1'", "gatewayresponse.header.A": "'2'"},
			},
			"twice",
		},
		{
			apimodel.GatewayResponse{
				Type:      "UNAUTHORIZED",
				Templates: map[string]string{"a/b": "$util.escapeJavaScript($context.error.message)"},
			},
			"$util.escapeJavaScript(",
		},
		{apimodel.GatewayResponse{Type: "UNAUTHORIZED", Templates: map[string]string{"a/b": "${context.stage}"}}, "${"},
		{
			apimodel.GatewayResponse{Type: "UNAUTHORIZED", Templates: map[string]string{"a/b": "#if($context.stage)a#end"}},
			"#if",
		},
	} {
		t.Run(c.names, func(t *testing.T) {
			c.response.ID = apimodel.ID{Stack: "Shop", LogicalID: "R"}
			rs, problems := NewResponses([]*apimodel.GatewayResponse{&c.response})
			if len(problems) != 1 || problems[0].ID != c.response.ID || problems[0].Blocks ||
				!errors.Is(problems[0].Err, ErrUnsupported) ||
				!strings.Contains(problems[0].What, c.names) {
				t.Fatalf("want one problem that names %s, got %v", c.names, problems)
			}
			a := rs.Answer(&Failure{Type: Unauthorized, Message: "Unauthorized"}, source())
			if a.Status != 401 || string(a.Body) != `{"message":"Unauthorized"}` {
				t.Errorf("want API Gateway's own answer, got %d %s", a.Status, a.Body)
			}
		})
	}
}

func TestSecondResponse(t *testing.T) {
	r := &apimodel.GatewayResponse{Type: "UNAUTHORIZED"}
	if _, problems := NewResponses([]*apimodel.GatewayResponse{r, r}); len(problems) != 1 {
		t.Errorf("want a problem with the second of a type, got %v", problems)
	}
}

func TestChoose(t *testing.T) {
	same := func(s string) (string, error) { return s, nil }
	for _, c := range []struct{ accept, want, types string }{
		{"", "json", "a/b application/json z/z"},
		{"z/z;q=1,a/b", "z", "a/b application/json z/z"},
		{"x/y", "json", "a/b application/json z/z"},
		{"x/y", "a", "z/z a/b"},
		{"*/*", "a", "z/z a/b"},
	} {
		all := map[string]string{"a/b": "a", "application/json": "json", "z/z": "z"}
		m := map[string]string{}
		for name := range strings.FieldsSeq(c.types) {
			m[name] = all[name]
		}
		l, err := parseTemplates(m, same)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := l.forAccept(&exchange.Request{Headers: exchange.Headers{{Name: "Accept", Value: c.accept}}})
		if !ok || got.template != c.want {
			t.Errorf("%q of %s: want %s, got %s", c.accept, c.types, c.want, got.template)
		}
	}
	if _, ok := (byType[string]{}).forAccept(&exchange.Request{}); ok {
		t.Error("want none of none")
	}
}

func BenchmarkResponses(b *testing.B) {
	rs, problems := NewResponses([]*apimodel.GatewayResponse{{Type: "DEFAULT_4XX", Parameters: map[string]string{
		"gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example.com'",
		"gatewayresponse.header.Vary":                        "'Origin'",
	}}})
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	f, s := &Failure{Type: Unauthorized, Message: "Unauthorized"}, source()
	b.ReportAllocs()
	for b.Loop() {
		if a := rs.Answer(f, s); a.Status != 401 {
			b.Fatal(fmt.Sprint(a))
		}
	}
}

// TestUnknownVariables has unsupported variables. They have no value, and the rest of the response stays.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
func TestUnknownVariables(t *testing.T) {
	for name, template := range map[string]string{
		"$context.wafResponseCode": "<$context.wafResponseCode>",
		"$context.identity.none":   "<$context.identity.none>",
		"$input.body":              "<$input.body>",
		"$stageVariables.a.b":      "<$stageVariables.a.b>",
	} {
		rs, problems := NewResponses(
			[]*apimodel.GatewayResponse{{Type: "UNAUTHORIZED", StatusCode: 418, Templates: map[string]string{"a/b": template}}},
		)
		if len(problems) != 1 || problems[0].Blocks ||
			problems[0].What != "the variable "+name+" is not known here: it has no value" {
			t.Errorf("%s: got the problems %v", name, problems)
		}
		if a := rs.Answer(&Failure{Type: Unauthorized, Message: "m"}, source()); a.Status != 418 || string(a.Body) != "<>" {
			t.Errorf("%s: got %d %s", name, a.Status, a.Body)
		}
	}
	rs, problems := NewResponses([]*apimodel.GatewayResponse{{Type: "UNAUTHORIZED", Parameters: map[string]string{
		"gatewayresponse.header.a": "context.none", "gatewayresponse.header.b": "'b'"}}})
	if len(problems) != 1 || !strings.Contains(problems[0].What, "$context.none") {
		t.Errorf("got the problems %v", problems)
	}
	if a := rs.Answer(&Failure{Type: Unauthorized, Message: "m"}, source()); a.Headers.Has("a") ||
		a.Headers.Get("b") != "b" {
		t.Errorf("got the headers %v", a.Headers)
	}
}
