package mapping

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// preflight is a method as addCorsPreflight of aws-cdk-lib 2.270.0 makes it (aws-apigateway/lib/resource.ts).
func preflight(origins ...string) *apimodel.Method {
	headers := map[string]string{
		"method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
		"method.response.header.Access-Control-Allow-Origin":  "'" + origins[0] + "'",
		"method.response.header.Vary":                         "'Origin'",
		"method.response.header.Access-Control-Allow-Methods": "'GET,POST'",
	}
	declared := map[string]bool{}
	for name := range headers {
		declared[name] = true
	}
	m := &apimodel.Method{
		Verb: "OPTIONS", Path: "/orders", Authorization: apimodel.AuthorizationNone,
		Integration: apimodel.Integration{
			Type:             apimodel.IntegrationMock,
			Passthrough:      "WHEN_NO_MATCH",
			RequestTemplates: map[string]string{"application/json": "{ statusCode: 200 }"},
			Responses:        []apimodel.IntegrationResponse{{StatusCode: "204", Parameters: headers}},
		},
		Responses: []apimodel.MethodResponse{{StatusCode: "204", Parameters: declared}},
	}
	if len(origins) > 1 {
		var conditions []string
		for _, o := range origins[1:] {
			conditions = append(conditions, `$origin == "`+o+`"`)
		}
		m.Integration.Responses[0].Templates = map[string]string{"application/json": strings.Join([]string{
			`#set($origin = $input.params().header.get("Origin"))`,
			`#if($origin == "")`,
			`  #set($origin = $input.params().header.get("origin"))`,
			`#end`,
			`#if(` + strings.Join(conditions, " || ") + `)`,
			`  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)`,
			`#end`,
		}, "\n")}
	}
	return m
}

func newMock(t *testing.T, m *apimodel.Method) *Integration {
	t.Helper()
	mock, err := NewIntegration(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return mock
}

// Line 26.
func TestPreflight(t *testing.T) {
	origins := []string{"https://a.example.com", "https://b.example.com", "https://c.example.com"}
	for _, c := range []struct {
		name, reason string
		origins      []string
		header       exchange.Headers
		want         string
	}{
		{
			"one origin",
			"a static value for every caller",
			origins[:1],
			exchange.Headers{{Name: "Origin", Value: "https://evil.example.com"}},
			origins[0],
		},
		{"first of several", "the default", origins, exchange.Headers{{Name: "Origin", Value: origins[0]}}, origins[0]},
		{"second", "it is in the condition", origins, exchange.Headers{{Name: "Origin", Value: origins[1]}}, origins[1]},
		{"third", "after ||", origins, exchange.Headers{{Name: "Origin", Value: origins[2]}}, origins[2]},
		{
			"in lower case",
			"as HTTP/2 has it: the template asks twice",
			origins,
			exchange.Headers{{Name: "origin", Value: origins[2]}},
			origins[2],
		},
		{
			"another origin",
			"the default, which the browser refuses",
			origins,
			exchange.Headers{{Name: "Origin", Value: "https://evil.example.com"}},
			origins[0],
		},
		{
			"a prefix of one",
			"strings are equal or not",
			origins,
			exchange.Headers{{Name: "Origin", Value: origins[1] + ".evil"}},
			origins[0],
		},
		{"no origin", "the default", origins, nil, origins[0]},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := source(func(s *Source) { s.Request.Headers = c.header })
			a, failure := newMock(t, preflight(c.origins...)).Mock(s)
			if failure != nil {
				t.Fatal(failure.Reason)
			}
			want := exchange.Answer{Status: 204, Headers: exchange.Headers{{Name: "Content-Type", Value: "application/json"},
				{
					Name:  "Access-Control-Allow-Headers",
					Value: "Content-Type,Authorization",
				}, {Name: "Access-Control-Allow-Methods", Value: "GET,POST"},
				{Name: "Access-Control-Allow-Origin", Value: c.want}, {Name: "Vary", Value: "Origin"}}}
			if len(bytes.TrimSpace(a.Body)) == 0 { // the lines of the template begin with this
				a.Body = nil
			}
			if diff := cmp.Diff(want, a); diff != "" {
				t.Errorf("%s: -want +got:\n%s", c.reason, diff)
			}
		})
	}
}

// How a mock finds its request template, its status and its response.
func TestMock(t *testing.T) {
	const text = "Content-Type"
	health := func(change func(*apimodel.Method)) *apimodel.Method {
		m := &apimodel.Method{
			Integration: apimodel.Integration{
				Type:             apimodel.IntegrationMock,
				Passthrough:      "WHEN_NO_MATCH",
				RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`},
				Responses: []apimodel.IntegrationResponse{
					{
						StatusCode: "200",
						Templates:  map[string]string{"application/json": `{"ok": true, "stage": "$context.stage"}`, "text/plain": "ok"},
					},
					{StatusCode: "404", SelectionPattern: "4\\d{2}"},
				},
			},
			Responses: []apimodel.MethodResponse{{StatusCode: "200"}, {StatusCode: "404"}},
		}
		if change != nil {
			change(m)
		}
		return m
	}
	for _, c := range []struct {
		name   string
		method *apimodel.Method
		source *Source
		status int
		body   string
		failed Type
	}{
		{"default response with a template", health(nil), source(), 200, `{"ok": true, "stage": "prod"}`, ""},
		{"template by Accept", health(nil), source(withHeader("Accept", "text/plain")), 200, "ok", ""},
		{
			"Content-Type with parameters",
			health(nil),
			source(withHeader(text, "application/json; charset=utf-8")),
			200,
			`{"ok": true, "stage": "prod"}`,
			"",
		},
		{"selection by the status", health(func(m *apimodel.Method) {
			m.Integration.RequestTemplates["application/json"] = `{"statusCode": 404}`
		}), source(), 404, "", ""},
		{"the pattern matches the whole status", health(func(m *apimodel.Method) {
			m.Integration.RequestTemplates["application/json"] = `{"statusCode": 4044}`
		}), source(), 200, `{"ok": true, "stage": "prod"}`, ""},
		{"a status that a template makes", health(func(m *apimodel.Method) {
			m.Integration.RequestTemplates["application/json"] = "#set($tier = $context.authorizer.tier)\n" +
				"#if($tier == 'gold')\n{\"statusCode\": 404}\n#end"
		}), source(), 404, "", ""},
		{"a request template sets the answer's status", health(func(m *apimodel.Method) {
			const overrides = `#set($context.responseOverride.status = 418){"statusCode": 200}`
			m.Integration.RequestTemplates["application/json"] = overrides
		}), source(), 418, `{"ok": true, "stage": "prod"}`, ""},
		{
			"no template for the Content-Type: the body passes",
			health(nil),
			source(withHeader(text, "text/plain"), func(s *Source) { s.Request.Body = []byte(`{"statusCode": 404}`) }),
			404,
			"",
			"",
		},
		{
			"and a body without a status is an error, as on AWS",
			health(nil),
			source(withHeader(text, "text/plain")),
			500,
			"",
			Default5XX,
		},
		{
			"NEVER: 415",
			health(func(m *apimodel.Method) { m.Integration.Passthrough = "NEVER" }),
			source(withHeader(text, "text/plain")),
			415,
			"",
			UnsupportedMediaType,
		},
		{
			"WHEN_NO_TEMPLATES with a template: 415",
			health(func(m *apimodel.Method) { m.Integration.Passthrough = "WHEN_NO_TEMPLATES" }),
			source(withHeader(text, "text/plain")),
			415,
			"",
			UnsupportedMediaType,
		},
		{
			"WHEN_NO_TEMPLATES without: the body passes",
			health(func(m *apimodel.Method) {
				m.Integration.Passthrough, m.Integration.RequestTemplates = "WHEN_NO_TEMPLATES", nil
			}),
			source(func(s *Source) { s.Request.Body = []byte(`{"statusCode": 200}`) }),
			200,
			`{"ok": true, "stage": "prod"}`,
			"",
		},
		{
			"no response matches",
			health(func(m *apimodel.Method) { m.Integration.Responses = m.Integration.Responses[1:] }),
			source(),
			500,
			"",
			APIConfigurationError,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, failure := newMock(t, c.method).Mock(c.source)
			if c.failed != "" {
				if failure == nil || failure.Type != c.failed || failure.Reason == "" {
					t.Fatalf("want the failure %s, got %+v", c.failed, failure)
				}
				if got := newResponses(t).Answer(failure, c.source); got.Status != c.status {
					t.Errorf("want %d, got %d", c.status, got.Status)
				}
				return
			}
			if failure != nil {
				t.Fatalf("%s: %s", failure.Type, failure.Reason)
			}
			if a.Status != c.status || string(a.Body) != c.body {
				t.Errorf("want %d %q, got %d %q", c.status, c.body, a.Status, a.Body)
			}
		})
	}
}

// Recorded: https://github.com/localstack/localstack/pull/11967 (no JSON is taken) and pull 11148 (any integer is).
func TestMockStatus(t *testing.T) {
	for text, want := range map[string]int{
		"{ statusCode: 200 }":                          200,
		`{"statusCode": 200}`:                          200,
		"{statusCode:200}":                             200,
		"{'statusCode': 200}":                          200,
		"\n{\n \"statusCode\" : 201 ,\n}\n":            201,
		`{"a": {"statusCode": 1}, "statusCode": 2}`:    2,
		`{"a": "}, \"statusCode\": 1", statusCode: 3}`: 3,
		`{statusCode: -1}`:                             -1,
		`{"statusCode": 1, "statusCode": 2}`:           2,
		`{"a": [1, 2], statusCode: 4}`:                 4,
	} {
		if got, ok := mockStatus(text); !ok || got != want {
			t.Errorf("%q: want %d, got %d, %t", text, want, got, ok)
		}
	}
	for _, text := range []string{
		"",
		"{}",
		"200",
		"statusCode: 200",
		"{statusCode}",
		`{"statusCode": "200"}`,
		"{statusCode: 200.0}",
		"{statusCode: }",
		"{statusCode: 200",
		"{statusCode: 200]}",
		`{"statusCode: 200}`,
		"{status: 200}",
		"{statusCode: 2: 3}",
		"{StatusCode: 200}",
		"{[statusCode: 200}",
		"{statusCode: 99999999999999999999}",
	} {
		if got, ok := mockStatus(text); ok {
			t.Errorf("%q: want no status, got %d", text, got)
		}
	}
}

// Unsupported templates are reported when the API is loaded.
func TestNewMockRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*apimodel.Method)
		reason string
		is     error
	}{
		{"another integration", func(m *apimodel.Method) { m.Integration.Type = "AWS_PROXY" }, "AWS_PROXY", ErrUnsupported},
		{"request template", func(m *apimodel.Method) {
			m.Integration.RequestTemplates["application/json"] = "#foreach($a in $b)"
		}, "line 1, column 1: #foreach($a in $b) has no #end", ErrUnsupported},
		{"response template", func(m *apimodel.Method) {
			m.Integration.Responses[0].Templates = map[string]string{"a/b": "\n $util.toJson('$')"}
		}, "line 2, column 2: $util.toJson('$')", ErrUnsupported},
		{"status", func(m *apimodel.Method) { m.Integration.Responses[0].StatusCode = "2xx" }, `"2xx"`, ErrUnsupported},
		{
			"pattern",
			func(m *apimodel.Method) { m.Integration.Responses[0].SelectionPattern = "(?!a)" },
			"(?!a)",
			ErrUnsupported,
		},
		{
			"pattern that Go reads in another sense",
			func(m *apimodel.Method) { m.Integration.Responses[0].SelectionPattern = "[0-9&&[^5]]+" },
			"[0-9&&[^5]]+",
			ErrUnsupported,
		},
		{
			"content handling",
			func(m *apimodel.Method) { m.Integration.Responses[0].ContentHandling = "CONVERT_TO_BINARY" },
			"CONVERT_TO_BINARY",
			ErrUnsupported,
		},
		{"value of the integration", func(m *apimodel.Method) {
			m.Integration.Responses[0].Parameters["method.response.header.Vary"] = "integration.response.header.Vary"
		}, "integration.response.header.Vary", ErrUnsupported},
		{"value of the request", func(m *apimodel.Method) {
			m.Integration.Responses[0].Parameters["method.response.header.Vary"] = "method.request.header.Origin"
		}, "method.request.header.Origin", ErrUnsupported},
		{"two defaults", func(m *apimodel.Method) {
			m.Integration.Responses = append(m.Integration.Responses, m.Integration.Responses[0])
		}, "2 integration responses", ErrUnsupported},
		{
			"a header of a response that the method does not have",
			func(m *apimodel.Method) { m.Responses = nil },
			"response 204 does not have",
			nil,
		},
		{"a header that the method's response does not have", func(m *apimodel.Method) {
			delete(m.Responses[0].Parameters, "method.response.header.Vary")
		}, "does not have method.response.header.Vary", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := preflight("https://a.example.com")
			c.change(m)
			_, err := NewIntegration(m, nil)
			if err == nil || !strings.Contains(err.Error(), c.reason) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("want an error that names %s, got %v", c.reason, err)
			}
		})
	}
}

func BenchmarkPreflight(b *testing.B) {
	mock, err := NewIntegration(preflight("https://a.example.com", "https://b.example.com", "https://c.example.com"), nil)
	if err != nil {
		b.Fatal(err)
	}
	s := source()
	b.ReportAllocs()
	for b.Loop() {
		if _, failure := mock.Mock(s); failure != nil {
			b.Fatal(failure.Reason)
		}
	}
}
